"""Augmenting layers of normalised features: float32 `(batch, frames, bins)` → the same shape.

Where features have channels too, `(batch, frames, bins, channels)`, all channels of a clip are changed alike.
"""

from __future__ import annotations

from typing import Any, ClassVar

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

    settings: ClassVar[tuple[str, ...]] = ("axis", "masks")
    adjustable: ClassVar[tuple[str, ...]] = ("max_share",)

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
        return ops.where(_along(masked, self.axis, inputs), 0.0, inputs)


@keras.saving.register_keras_serializable(package="sinesweep")
class RandomTranslation(RandomLayer):
    """Moves all frames, or all bins, by up to `max_share` of their number, whole steps to either side.

    Args:
        axis: 1 moves frames, 2 moves bins.
        fill: what comes in at the end that was left: "zeros", the mean, or "roll" for what went out at the other.
    """

    settings: ClassVar[tuple[str, ...]] = ("axis", "fill")
    adjustable: ClassVar[tuple[str, ...]] = ("max_share",)

    def change(self, inputs: Any) -> Any:
        """Features whose step `n` is the input's step `n - shift`."""
        clips, size = ops.shape(inputs)[0], ops.shape(inputs)[self.axis]
        shift = ops.round(self.uniform((clips, 1), -1.0, 1.0) * self.max_share * size) * self.chosen((clips, 1))
        source = ops.arange(size, dtype="float32")[None, :] - shift
        moved = _taken(inputs, self.axis, ops.mod(source, size))
        if self.fill == "roll":
            return moved
        inside = ops.logical_and(source >= 0, source < size)
        return ops.where(_along(inside, self.axis, inputs), moved, 0.0)


@keras.saving.register_keras_serializable(package="sinesweep")
class RandomTimeWarp(RandomLayer):
    """Moves one frame of every clip by up to `max_share` of the clip; what lies before and behind it is stretched."""

    adjustable: ClassVar[tuple[str, ...]] = ("max_share",)

    def change(self, inputs: Any) -> Any:
        """Features read along two straight lines that meet in the moved frame."""
        clips, frames = ops.shape(inputs)[:2]
        last = frames - 1.0
        reach = self.max_share * last
        frame = reach + self.uniform((clips, 1)) * (last - 2.0 * reach)
        moved = frame + self.uniform((clips, 1), -1.0, 1.0) * reach
        place = ops.arange(frames, dtype="float32")[None, :]
        before = place * frame / ops.maximum(moved, 1e-3)
        behind = last - (last - place) * (last - frame) / ops.maximum(last - moved, 1e-3)
        source = ops.clip(ops.where(place < moved, before, behind), 0.0, last)
        left = ops.floor(source)
        share = _along(source - left, 1, inputs)
        low, high = (_taken(inputs, 1, ops.minimum(left + step, last)) for step in (0.0, 1.0))
        return self.some((1.0 - share) * low + share * high, inputs)


@keras.saving.register_keras_serializable(package="sinesweep")
class RandomBandGains(RandomLayer):
    """Adds to every clip a curve over its bins: some bands are raised, others lowered.

    Args:
        min_bands, max_bands: how many bands; where they begin is drawn too.
        max_change: how much at most, in the features' own unit.
        kind: "step" for one value a band, "linear" for straight lines from one edge to the next.
        min_bins: the narrowest band.
    """

    settings: ClassVar[tuple[str, ...]] = ("max_bands", "kind")
    adjustable: ClassVar[tuple[str, ...]] = ("min_bands", "max_change", "min_bins")

    def change(self, inputs: Any) -> Any:
        """Features plus one curve a clip."""
        clips, bins = ops.shape(inputs)[0], ops.shape(inputs)[2]
        edges = self._edges(clips, bins)
        gains = self.uniform((clips, self.max_bands + 1, 1), -self.max_change, self.max_change)
        place = ops.arange(bins, dtype="float32")[None, None, :]
        inside = ops.logical_and(place >= edges[:, :-1], place < edges[:, 1:])
        way = (place - edges[:, :-1]) / ops.maximum(edges[:, 1:] - edges[:, :-1], 1.0)
        curve = gains[:, :-1] + (gains[:, 1:] - gains[:, :-1]) * (way if self.kind == "linear" else 0.0)
        curve = ops.sum(ops.where(inside, curve, 0.0), axis=1)
        return self.some(inputs + _along(curve, 2, inputs), inputs)

    def _edges(self, clips: Any, bins: int) -> Any:
        """Where bands begin and end, `(clips, max_bands + 1, 1)`; bands that a clip does not have begin at its end."""
        bands = ops.floor(self.uniform((clips, 1), self.min_bands, self.max_bands + 1.0))
        number = ops.arange(1, self.max_bands, dtype="float32")[None, :]
        drawn = ops.where(number < bands, self.uniform((clips, self.max_bands - 1)), 2.0)
        free = ops.maximum(bins - bands * self.min_bins, 0.0)
        inner = ops.round(ops.sort(drawn, axis=-1) * free + number * self.min_bins)
        inner = ops.where(number < bands, ops.minimum(inner, bins), bins)
        ends = ops.zeros((clips, 1)), ops.full((clips, 1), float(bins))
        return ops.concatenate([ends[0], inner, ends[1]], axis=-1)[:, :, None]


def _taken(x: Any, axis: int, places: Any) -> Any:
    """Frames or bins of each clip at `places`, whole float32 numbers `(clips, size)` inside it."""
    front = ops.moveaxis(x, axis, 1)
    clips, size = ops.shape(front)[:2]
    flat = ops.cast(places, "int32") + size * ops.arange(clips)[:, None]
    taken = ops.take(ops.reshape(front, (-1, *ops.shape(front)[2:])), flat, axis=0)
    return ops.moveaxis(taken, 1, axis)


def _along(values: Any, axis: int, features: Any) -> Any:
    """`(clips, size)` in the form of `features`, so that it counts along `axis` and is the same along the others."""
    shape = [-1 if each == 0 else ops.shape(values)[1] if each == axis else 1 for each in range(len(features.shape))]
    return ops.reshape(values, shape)
