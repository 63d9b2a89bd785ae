"""Augmenting layers that add noise: float32 waveforms `(batch, samples)` → the same shape."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import keras
import numpy as np
from keras import ops

from sinesweep_plugins.augmentations._random import RandomLayer
from sinesweep_plugins.augmentations._sounds import read_sounds
from sinesweep_plugins.augmentations._spectrum import at_power, fast_length, filtered, frequencies_hz, power

LOWEST_HZ = 20.0
"""Coloured noise begins here: most of brown noise's power would lie below, where nobody hears it."""

FALLS = {"white": 0.0, "pink": 0.5, "brown": 1.0}
"""Amplitude falls with frequency to this power."""

MOST, LONGEST_S = 120, 600.0
"""So many sounds of a folder, and so much of them in all, are held in memory."""


class RandomAddition(RandomLayer):
    """Adds to every clip what lies `min_snr_db` to `max_snr_db` decibels below the clip's own mean power.

    To be implemented by subclasses: `noise`. Silence stays silent.
    """

    adjustable: ClassVar[tuple[str, ...]] = ("min_snr_db", "max_snr_db")

    def change(self, inputs: Any) -> Any:
        """Waves plus noise."""
        shape = (ops.shape(inputs)[0], 1)
        snr_db = self.uniform(shape, self.min_snr_db, self.max_snr_db)
        wanted = power(inputs) * 10.0 ** (-snr_db / 10.0) * self.chosen(shape)
        return inputs + at_power(self.noise(*ops.shape(inputs)), wanted)

    def noise(self, clips: Any, samples: int) -> Any:
        """What is added, `(clips, samples)`, at any level."""
        raise NotImplementedError


@keras.saving.register_keras_serializable(package="sinesweep")
class RandomNoise(RandomAddition):
    """Adds white, pink or brown noise."""

    settings: ClassVar[tuple[str, ...]] = ("color", "rate_hz")

    def noise(self, clips: Any, samples: int) -> Any:
        """Even numbers are as white as Gaussian ones and cost a third; filtered, they are near Gaussian anyway."""
        if self.color == "white":
            return self.uniform((clips, samples), -1.0, 1.0)
        length = fast_length(samples)
        hz = frequencies_hz(length, self.rate_hz)
        heard = hz >= min(LOWEST_HZ, hz[-1])
        gains = np.where(heard, np.maximum(hz, LOWEST_HZ) ** -FALLS[self.color], 0.0).astype(np.float32)
        return filtered(self.uniform((clips, length), -1.0, 1.0), length, gains)[:, :samples]


@keras.saving.register_keras_serializable(package="sinesweep")
class RandomBackground(RandomAddition):
    """Adds a random part of a random sound of a folder; a sound that is shorter than the clip is repeated."""

    settings: ClassVar[tuple[str, ...]] = ("folder", "rate_hz")

    def build(self, input_shape: Any) -> None:
        """Reads the folder."""
        sounds = read_sounds(Path(self.folder), self.rate_hz, MOST, LONGEST_S)
        self.lengths = np.array([len(sound) for sound in sounds], np.float32)
        self.starts = np.concatenate([[0], np.cumsum([len(sound) for sound in sounds])[:-1]]).astype(np.int32)
        bank = np.concatenate(sounds)
        self.bank = self.add_weight(
            shape=bank.shape, initializer=lambda shape, dtype: ops.cast(bank, dtype), trainable=False, name="bank"
        )

    def noise(self, clips: Any, samples: int) -> Any:
        """One sound a clip, each as likely, from a place that is each as likely."""
        which = ops.cast(ops.floor(self.uniform((clips, 1)) * len(self.lengths)), "int32")
        length = ops.take(self.lengths, which)
        first = ops.floor(self.uniform((clips, 1)) * length)
        place = ops.mod(first + ops.arange(samples, dtype="float32")[None, :], length)
        return ops.take(self.bank, ops.take(self.starts, which) + ops.cast(place, "int32"))
