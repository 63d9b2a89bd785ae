"""Augmenting layers of speed and pitch: float32 waveforms `(batch, samples)` → the same shape."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import keras
from keras import ops

from sinesweep_plugins.augmentations._random import RandomLayer
from sinesweep_plugins.augmentations._samples import GRID, read_at_speed
from sinesweep_plugins.augmentations._spectrum import fast_length
from sinesweep_plugins.augmentations._vocoder import Vocoder

OVERSAMPLING = 2
"""Waves are read from twice as many samples: a cubic is true up to half of half the rate."""

ECHO = 512
"""Pairs of silent samples behind a clip, in which the echo of the low-pass filter dies away."""

SLOPE = 0.05
"""What would lie above half the rate is taken away; over this share of the band, not at one frequency."""


@keras.saving.register_keras_serializable(package="sinesweep")
class RandomSpeed(RandomLayer):
    """Plays every clip up to `max_factor` times as fast or as slowly, even in the logarithm; pitch moves along."""

    adjustable: ClassVar[tuple[str, ...]] = ("max_factor",)

    def change(self, inputs: Any) -> Any:
        """Waves read at another speed: what does not fit is cut off, what lacks is silence."""
        clips, samples = ops.shape(inputs)
        speed = self.log_uniform((clips, 1), 1.0 / self.max_factor, self.max_factor)
        length = 2 * fast_length(samples // 2 + ECHO)
        gains = _below_half_rate(length // 2 + 1, length // 2, speed)
        spectrum = [part * gains for part in ops.rfft(inputs, length)]
        wide = [ops.pad(part, [[0, 0], [0, (OVERSAMPLING - 1) * length // 2]]) for part in spectrum]
        dense = ops.irfft(tuple(wide), OVERSAMPLING * length)[:, : OVERSAMPLING * samples] * OVERSAMPLING
        return self.some(read_at_speed(dense, OVERSAMPLING * speed, samples), inputs)


@keras.saving.register_keras_serializable(package="sinesweep")
class RandomTimeStretch(RandomLayer):
    """Plays every clip up to `max_factor` times as fast or as slowly, even in the logarithm; pitch stays."""

    settings: ClassVar[tuple[str, ...]] = ("rate_hz",)
    adjustable: ClassVar[tuple[str, ...]] = ("max_factor",)

    def change(self, inputs: Any) -> Any:
        """Stretched waves: what does not fit is cut off, what lacks is silence."""
        clips, samples = ops.shape(inputs)
        vocoder = Vocoder.at(self.rate_hz)
        rate = self.log_uniform((clips, 1), 1.0 / self.max_factor, self.max_factor)
        stretched = vocoder.stretched(*vocoder.spectrum(inputs), rate, vocoder.frames(samples))
        return self.some(vocoder.sound(*stretched, samples), inputs)


@keras.saving.register_keras_serializable(package="sinesweep")
class RandomPitchShift(RandomLayer):
    """Moves the pitch of every clip by up to `max_semitones` up or down; tempo and length stay."""

    settings: ClassVar[tuple[str, ...]] = ("max_semitones", "rate_hz")

    def change(self, inputs: Any) -> Any:
        """Waves stretched by a factor, and then read so many times as fast."""
        clips, samples = ops.shape(inputs)
        vocoder = Vocoder.at(self.rate_hz)
        factor = 2.0 ** (self.uniform((clips, 1), -self.max_semitones, self.max_semitones) / 12.0)
        speed = ops.round(OVERSAMPLING * factor * GRID) / GRID
        factor = speed / OVERSAMPLING
        longest = math.ceil(samples * 2.0 ** (self.max_semitones / 12.0)) + vocoder.window
        magnitudes, phases = vocoder.stretched(*vocoder.spectrum(inputs), 1.0 / factor, vocoder.frames(longest))
        bins = vocoder.window // 2
        magnitudes = magnitudes * _below_half_rate(bins + 1, bins, factor)[:, None, :]
        return self.some(
            read_at_speed(vocoder.sound(magnitudes, phases, longest, OVERSAMPLING), speed, samples), inputs
        )


def _below_half_rate(bins: int, half_rate: int, speed: Any) -> Any:
    """Gains `(clips, bins)` that leave what is still below half the rate when a wave is read `speed` times as fast."""
    place = ops.arange(bins, dtype="float32")[None, :] / half_rate * speed
    return ops.clip((1.0 - place) / SLOPE, 0.0, 1.0)
