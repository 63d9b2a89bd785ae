"""Augmenting layers that filter: float32 waveforms `(batch, samples)` → the same shape."""

from __future__ import annotations

from typing import Any, ClassVar

import keras
import numpy as np
from keras import ops

from sinesweep_plugins.augmentations._random import RandomLayer
from sinesweep_plugins.augmentations._spectrum import fast_length, filtered, frequencies_hz

LOWEST_HZ = 60.0
"""The lowest point of a random equalizer's curve."""


class RandomFilter(RandomLayer):
    """Filters every clip by a curve that is drawn for it. To be implemented by subclasses: `gains`."""

    settings: ClassVar[tuple[str, ...]] = ("rate_hz",)

    def change(self, inputs: Any) -> Any:
        """Filtered waves; a quarter of a second is room enough for a filter's echo."""
        clips, samples = ops.shape(inputs)
        length = fast_length(samples + min(samples, self.rate_hz // 4))
        gains = self.gains(clips, frequencies_hz(length, self.rate_hz))
        return self.some(filtered(inputs, length, gains), inputs)

    def gains(self, clips: Any, hz: np.ndarray[Any, Any]) -> Any:
        """Factors `(clips, bins)` at the frequencies `hz`, `(bins,)`."""
        raise NotImplementedError


@keras.saving.register_keras_serializable(package="sinesweep")
class RandomLowPass(RandomFilter):
    """Takes away what lies above a frequency between `min_hz` and `max_hz`, even in octaves."""

    settings: ClassVar[tuple[str, ...]] = ("rate_hz", "order")
    adjustable: ClassVar[tuple[str, ...]] = ("min_hz", "max_hz")

    def gains(self, clips: Any, hz: np.ndarray[Any, Any]) -> Any:
        """Butterworth's curve."""
        return _butterworth(hz, self.log_uniform((clips, 1), self.min_hz, self.max_hz), self.order)


@keras.saving.register_keras_serializable(package="sinesweep")
class RandomHighPass(RandomFilter):
    """Takes away what lies below a frequency between `min_hz` and `max_hz`, even in octaves."""

    settings: ClassVar[tuple[str, ...]] = ("rate_hz", "order")
    adjustable: ClassVar[tuple[str, ...]] = ("min_hz", "max_hz")

    def gains(self, clips: Any, hz: np.ndarray[Any, Any]) -> Any:
        """Butterworth's curve; the frequency stays below a quarter of the rate, so that something is left."""
        cutoff_hz = ops.minimum(self.log_uniform((clips, 1), self.min_hz, self.max_hz), self.rate_hz / 4)
        return _butterworth(cutoff_hz, _above_zero(hz), self.order)


@keras.saving.register_keras_serializable(package="sinesweep")
class RandomBandPass(RandomFilter):
    """Leaves a band around a frequency between `min_hz` and `max_hz`, even in octaves.

    Args:
        min_octaves, max_octaves: how wide the band is.
    """

    settings: ClassVar[tuple[str, ...]] = ("rate_hz", "order")
    adjustable: ClassVar[tuple[str, ...]] = ("min_hz", "max_hz", "min_octaves", "max_octaves")

    def gains(self, clips: Any, hz: np.ndarray[Any, Any]) -> Any:
        """A low-pass and a high-pass of Butterworth's; the centre stays below a quarter of the rate."""
        centre_hz = ops.minimum(self.log_uniform((clips, 1), self.min_hz, self.max_hz), self.rate_hz / 4)
        half = 2.0 ** (self.uniform((clips, 1), self.min_octaves, self.max_octaves) / 2)
        low = _butterworth(hz, centre_hz * half, self.order)
        return low * _butterworth(centre_hz / half, _above_zero(hz), self.order)


@keras.saving.register_keras_serializable(package="sinesweep")
class RandomEqualizer(RandomFilter):
    """Makes some frequencies louder and others softer, by up to `max_db` decibels at `bands` points of a curve."""

    settings: ClassVar[tuple[str, ...]] = ("rate_hz", "bands")
    adjustable: ClassVar[tuple[str, ...]] = ("max_db",)

    def gains(self, clips: Any, hz: np.ndarray[Any, Any]) -> Any:
        """Straight lines in decibels over octaves, between points at equal distances."""
        octaves = np.log2(np.maximum(hz, LOWEST_HZ) / LOWEST_HZ)
        place = octaves / max(octaves[-1], 1e-6) * (self.bands - 1)
        hats = np.maximum(0.0, 1.0 - np.abs(place[None, :] - np.arange(self.bands)[:, None])).astype(np.float32)
        gain_db = ops.matmul(self.uniform((clips, self.bands), -self.max_db, self.max_db), hats)
        return 10.0 ** (gain_db / 20.0)


def _butterworth(above: Any, below: Any, order: int) -> Any:
    """The magnitude that falls with `above` and rises with `below`: one is the frequency, the other the cutoff."""
    return 1.0 / ops.sqrt(1.0 + ops.power(ops.divide(above, below), 2.0 * order))


def _above_zero(hz: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The frequencies, the mean's being next to nothing instead of 0."""
    return np.maximum(hz, np.float32(1e-3))
