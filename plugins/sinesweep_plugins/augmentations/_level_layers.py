"""Augmenting layers of level: float32 waveforms `(batch, samples)` → the same shape."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import keras
from keras import ops

from sinesweep_plugins.augmentations._random import RandomLayer

_SILENCE = 1e-12  # a power far below any sound's, so that silence has a level


@keras.saving.register_keras_serializable(package="sinesweep")
class RandomGain(RandomLayer):
    """Makes every clip louder or softer by up to `max_db` decibels, even in decibels."""

    adjustable: ClassVar[tuple[str, ...]] = ("max_db",)

    def change(self, inputs: Any) -> Any:
        """Waves times one factor a clip."""
        shape = (ops.shape(inputs)[0], 1)
        gain_db = self.uniform(shape, -self.max_db, self.max_db) * self.chosen(shape)
        return inputs * _factor(gain_db)


@keras.saving.register_keras_serializable(package="sinesweep")
class RandomGainTransition(RandomLayer):
    """Takes every clip from one gain to another, both up to `max_db` decibels up or down.

    Args:
        max_share: the longest way from the one to the other, as a share of the clip.
    """

    adjustable: ClassVar[tuple[str, ...]] = ("max_db", "max_share")

    def change(self, inputs: Any) -> Any:
        """Waves times a factor that moves evenly in decibels, somewhere in the clip."""
        clips, samples = ops.shape(inputs)
        shape = (clips, 1)
        first_db, last_db = (self.uniform(shape, -self.max_db, self.max_db) for _ in range(2))
        length = ops.maximum(self.uniform(shape) * self.max_share * samples, 1.0)
        start = self.uniform(shape) * samples - length / 2
        done = ops.clip((ops.arange(samples, dtype="float32")[None, :] - start) / length, 0.0, 1.0)
        return self.some(inputs * _factor(first_db + (last_db - first_db) * done), inputs)


@keras.saving.register_keras_serializable(package="sinesweep")
class RandomCompression(RandomLayer):
    """Brings the loud and the soft parts of every clip nearer to each other.

    Args:
        min_threshold_db, max_threshold_db: how far below the clip's loudest block compression begins.
        max_ratio: a level that rises by so many decibels above the threshold rises by one; drawn from 1 up.
        block: samples over which a level is measured.
    """

    settings: ClassVar[tuple[str, ...]] = ("block",)
    adjustable: ClassVar[tuple[str, ...]] = ("min_threshold_db", "max_threshold_db", "max_ratio")

    def change(self, inputs: Any) -> Any:
        """Waves whose loudest block keeps its level; what lies below the threshold is raised."""
        shape = (ops.shape(inputs)[0], 1)
        threshold_db = self.uniform(shape, self.min_threshold_db, self.max_threshold_db)
        taken = 1.0 - 1.0 / self.log_uniform(shape, 1.0, self.max_ratio)
        level_db = self._levels_db(inputs)
        below_db = ops.max(level_db, axis=-1, keepdims=True) - level_db
        gain_db = taken * ops.minimum(below_db, threshold_db)
        return self.some(inputs * self._between_blocks(_factor(gain_db), ops.shape(inputs)[1]), inputs)

    def _levels_db(self, waves: Any) -> Any:
        """The level of each block and its neighbours, `(clips, blocks)`."""
        clips, samples = ops.shape(waves)
        blocks = math.ceil(samples / self.block)
        squares = ops.pad(ops.square(waves), [[0, 0], [0, blocks * self.block - samples]])
        power = ops.pad(ops.mean(ops.reshape(squares, (clips, blocks, self.block)), axis=-1), [[0, 0], [1, 1]])
        smooth = power[:, :-2] / 4 + power[:, 1:-1] / 2 + power[:, 2:] / 4
        return 10.0 * ops.log10(smooth + _SILENCE)

    def _between_blocks(self, values: Any, samples: int) -> Any:
        """`(clips, blocks)` at the blocks' centres → `(clips, samples)`, straight lines between."""
        last = ops.shape(values)[1] - 1
        place = ops.clip((ops.arange(samples, dtype="float32") + 0.5) / self.block - 0.5, 0.0, last)
        left = ops.floor(place)
        low = ops.take(values, ops.cast(left, "int32"), axis=1)
        high = ops.take(values, ops.cast(ops.minimum(left + 1.0, last), "int32"), axis=1)
        return low + (high - low) * (place - left)[None, :]


@keras.saving.register_keras_serializable(package="sinesweep")
class RandomClipping(RandomLayer):
    """Cuts every clip off at a level up to `max_db` decibels below its peak."""

    adjustable: ClassVar[tuple[str, ...]] = ("max_db",)

    def change(self, inputs: Any) -> Any:
        """Waves that are flat where they were louder."""
        limit = ops.max(ops.abs(inputs), axis=-1, keepdims=True)
        limit = limit * _factor(self.uniform((ops.shape(inputs)[0], 1), -self.max_db, 0.0))
        return self.some(ops.clip(inputs, -limit, limit), inputs)


@keras.saving.register_keras_serializable(package="sinesweep")
class RandomPolarity(RandomLayer):
    """Turns clips upside down."""

    def change(self, inputs: Any) -> Any:
        """Waves times 1 or -1."""
        return self.some(-inputs, inputs)


def _factor(gain_db: Any) -> Any:
    return ops.exp(gain_db * (math.log(10.0) / 20.0))
