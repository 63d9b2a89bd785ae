"""SideBySide: several layers on one input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from sinesweep_plugins.features.layers.composite import Composite


@keras.saving.register_keras_serializable(package="sinesweep")
class SideBySide(Composite):
    """`(batch, samples)` → what each part makes of it, side by side; each gives `(batch, frames, bins)`.

    `join` "bins" puts bin behind bin; "channels" gives `(batch, frames, bins, parts)`.
    """

    def __init__(self, parts: Sequence[keras.Layer], join: str = "bins", **kwargs: Any) -> None:
        super().__init__(parts, **kwargs)
        self.join = join

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Every part on the same input."""
        for part in self.parts:
            self.build_part(part, input_shape)

    def call(self, waves: Any) -> Any:
        """All parts have the same frames, and as channels the same bins."""
        given = [part(waves) for part in self.parts]
        return ops.concatenate(given, axis=-1) if self.join == "bins" else ops.stack(given, axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """The sum of their bins, or their number behind the bins of each."""
        shapes = [part.compute_output_shape(input_shape) for part in self.parts]
        if self.join == "bins":
            return *shapes[0][:-1], sum(shape[-1] for shape in shapes)
        return *shapes[0], len(shapes)

    def get_config(self) -> dict[str, Any]:
        """The parts, and how they are joined."""
        return {**super().get_config(), "join": self.join}
