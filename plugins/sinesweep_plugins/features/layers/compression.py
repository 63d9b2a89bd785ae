"""Compression: from energy to something like loudness."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

from sinesweep_plugins.features.layers.fixed import Fixed

_FAINTEST = 1e-10
_LN_OFFSET = 1e-6
_LOG1P_GAIN = 10.0


@keras.saving.register_keras_serializable(package="sinesweep")
class Compression(Fixed):
    """Energy `(batch, frames, bins)` → the same shape, compressed.

    `db`: `10 log10(max(energy, 1e-10))`, and nothing more than `top_db` below the loudest value of the same clip
    (`librosa.power_to_db` of one clip); `top_db` 0 sets no such floor. `ln`: `ln(energy + 1e-6)`.
    `log1p`: `ln(1 + 10 energy)`.
    """

    def __init__(self, kind: str = "db", top_db: float = 80.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind, self.top_db = kind, top_db

    def call(self, energy: Any) -> Any:
        """Every value by itself, but for the floor of decibels, which is the clip's."""
        if self.kind == "ln":
            return ops.log(energy + _LN_OFFSET)
        if self.kind == "log1p":
            return ops.log1p(_LOG1P_GAIN * energy)
        return decibels(energy, self.top_db)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """The same."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Plain values."""
        return {**super().get_config(), "kind": self.kind, "top_db": self.top_db}


def decibels(energy: Any, top_db: float) -> Any:
    """`db` as above. The loudest value is that of the clip: a batch's would make a clip depend on its neighbours."""
    levels = ops.log(ops.maximum(energy, _FAINTEST)) * (10 / math.log(10))
    if not top_db:
        return levels
    return ops.maximum(levels, ops.max(levels, axis=(1, 2), keepdims=True) - top_db)
