"""FrameScale: every frame on one scale, however loud it is."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from sinesweep_plugins.features.layers.fixed import Fixed
from sinesweep_plugins.features.layers.safe import ratio


@keras.saving.register_keras_serializable(package="sinesweep")
class FrameScale(Fixed):
    """Energy `(batch, frames, bins)` → the same shape, a frame divided by its largest value (`max`) or its `sum`.

    Frames whose largest value or sum is below 1e-18 stay as they are.
    """

    def __init__(self, by: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.by = by

    def call(self, energy: Any) -> Any:
        """Shares of the frame."""
        whole = ops.max if self.by == "max" else ops.sum
        return ratio(energy, whole(energy, axis=-1, keepdims=True))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """The same."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Plain values."""
        return {**super().get_config(), "by": self.by}
