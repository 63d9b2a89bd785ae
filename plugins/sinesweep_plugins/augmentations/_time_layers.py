"""Augmenting layers that move or turn sound in time: float32 waveforms `(batch, samples)` → the same shape."""

from __future__ import annotations

from typing import Any, ClassVar

import keras
from keras import ops

from sinesweep_plugins.augmentations._random import RandomLayer
from sinesweep_plugins.augmentations._samples import shifted_by


@keras.saving.register_keras_serializable(package="sinesweep")
class RandomTimeShift(RandomLayer):
    """Moves every clip by up to `max_share` of its length, to the left or to the right.

    Args:
        fill: what comes in at the end that was left: "zeros", or "roll" for what went out at the other.
    """

    settings: ClassVar[tuple[str, ...]] = ("fill",)
    adjustable: ClassVar[tuple[str, ...]] = ("max_share",)

    def change(self, inputs: Any) -> Any:
        """Waves whose sample `n` is the input's sample `n - shift`."""
        clips, samples = ops.shape(inputs)
        shape = (clips, 1)
        reach = self.max_share * ops.cast(samples, "float32")
        shift = ops.round(self.uniform(shape, -1.0, 1.0) * reach * self.chosen(shape))
        source = ops.arange(samples, dtype="float32")[None, :] - shift
        return shifted_by(inputs, ops.mod(source, samples) if self.fill == "roll" else source)


@keras.saving.register_keras_serializable(package="sinesweep")
class RandomSilenceInsertion(RandomLayer):
    """Parts every clip at a random place and puts silence between, up to `max_share` of its length."""

    adjustable: ClassVar[tuple[str, ...]] = ("max_share",)

    def change(self, inputs: Any) -> Any:
        """Waves whose second part comes later; what leaves the clip is lost."""
        clips, samples = ops.shape(inputs)
        place = ops.floor(self.uniform((clips, 1)) * samples)
        gap = ops.ceil(self.uniform((clips, 1)) * self.max_share * samples)
        number = ops.arange(samples, dtype="float32")[None, :]
        later = ops.where(number < place + gap, -1.0, number - gap)
        return self.some(shifted_by(inputs, ops.where(number < place, number, later)), inputs)


@keras.saving.register_keras_serializable(package="sinesweep")
class RandomSilenceTrimming(RandomLayer):
    """Takes away the silence before and behind the sound of every clip.

    Args:
        min_threshold_db, max_threshold_db: what lies so many decibels below the clip's peak counts as silence.
    """

    adjustable: ClassVar[tuple[str, ...]] = ("min_threshold_db", "max_threshold_db")

    def change(self, inputs: Any) -> Any:
        """Waves that begin with their first loud sample and are zero behind their last."""
        clips, samples = ops.shape(inputs)
        below_db = self.uniform((clips, 1), self.min_threshold_db, self.max_threshold_db)
        size = ops.abs(inputs)
        loud = ops.cast(size > ops.max(size, axis=-1, keepdims=True) * 10.0 ** (-below_db / 20.0), "float32")
        first = ops.cast(ops.argmax(loud, axis=-1, keepdims=True), "float32")
        last = samples - 1.0 - ops.cast(ops.argmax(ops.flip(loud, axis=-1), axis=-1, keepdims=True), "float32")
        place = first + ops.arange(samples, dtype="float32")[None, :]
        return self.some(shifted_by(inputs, ops.where(place <= last, place, -1.0)), inputs)


@keras.saving.register_keras_serializable(package="sinesweep")
class RandomReversal(RandomLayer):
    """Plays clips backwards."""

    def change(self, inputs: Any) -> Any:
        """Waves from their end to their beginning."""
        return self.some(ops.flip(inputs, axis=-1), inputs)
