"""Augmenting layers of normalised features: float32 `(batch, frames, bins)` → the same shape."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from sinesweep_plugins.augmentations._random import RandomLayer


@keras.saving.register_keras_serializable(package="sinesweep")
class RandomMask(RandomLayer):
    """Sets whole frames or whole bins to 0, the mean of normalised features.

    Args:
        axis: 1 masks frames, 2 masks bins.
        masks: how many a clip; they may overlap.
        max_share: each is 0 to this share of the axis wide, rounded down, every width equally likely.
    """

    def __init__(self, axis: int, masks: int, max_share: float, **options: Any) -> None:
        super().__init__(**options)
        self.axis = axis
        self.masks = masks
        self.max_share = max_share

    def change(self, inputs: Any) -> Any:
        """Features with their masks."""
        size = ops.shape(inputs)[self.axis]
        length = ops.cast(size, "float32")
        shape = (ops.shape(inputs)[0], self.masks, 1)
        width = ops.floor(self.uniform(shape) * (ops.floor(self.max_share * length) + 1.0))
        width = width * self.chosen((shape[0], 1, 1))
        start = ops.floor(self.uniform(shape) * (length - width + 1.0))
        place = ops.arange(size, dtype="float32")[None, None, :]
        masked = ops.any(ops.logical_and(place >= start, place < start + width), axis=1)
        return ops.where(ops.expand_dims(masked, 3 - self.axis), 0.0, inputs)

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs."""
        return super().get_config() | {"axis": self.axis, "masks": self.masks, "max_share": self.max_share}
