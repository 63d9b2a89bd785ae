"""Augmenting layers of rooms: float32 waveforms `(batch, samples)` → the same shape."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import keras
import numpy as np
from keras import ops

from sinesweep_plugins.augmentations._random import RandomLayer
from sinesweep_plugins.augmentations._sounds import read_sounds
from sinesweep_plugins.augmentations._spectrum import at_power, convolved, power

LEAD_S = 0.002
"""So much of a response is kept before its strongest sample, which is the sound's direct way."""

MOST = 500
"""So many responses of a folder are held in memory."""

WAIT_S = 1.0
"""So long may a file wait before its strongest sample."""


@keras.saving.register_keras_serializable(package="sinesweep")
class RandomRoom(RandomLayer):
    """Convolves every clip with a random impulse response of a folder; the clip keeps its mean power.

    Args:
        longest_s: where a response is cut off.
    """

    settings: ClassVar[tuple[str, ...]] = ("folder", "rate_hz", "longest_s")

    def build(self, input_shape: Any) -> None:
        """Reads the folder."""
        responses = read_sounds(Path(self.folder), self.rate_hz, MOST, MOST * (self.longest_s + WAIT_S))
        lead, taps = round(LEAD_S * self.rate_hz), max(1, round(self.longest_s * self.rate_hz))
        bank = np.stack([_aligned(response, lead, taps) for response in responses])
        self.lead = min(lead, taps - 1)
        self.bank = self.add_weight(
            shape=bank.shape, initializer=lambda shape, dtype: ops.cast(bank, dtype), trainable=False, name="bank"
        )

    def change(self, inputs: Any) -> Any:
        """Waves as they sound in another place; what comes before the direct way is taken off again."""
        clips = ops.shape(inputs)[0]
        which = ops.cast(ops.floor(self.uniform((clips,)) * self.bank.shape[0]), "int32")
        padded = ops.pad(inputs, [[0, 0], [0, self.lead]])
        heard = convolved(padded, ops.take(self.bank, which, axis=0))[:, self.lead :]
        return self.some(at_power(heard, power(inputs)), inputs)


def _aligned(response: np.ndarray[Any, Any], lead: int, taps: int) -> np.ndarray[Any, Any]:
    """A response whose strongest sample lies at `lead`, cut or filled up to `taps`, of energy 1."""
    peak = int(np.argmax(np.abs(response)))
    begun = np.concatenate([np.zeros(lead, np.float32), response])[peak : peak + taps]
    full = np.pad(begun, (0, taps - len(begun)))
    return full / np.sqrt(np.sum(np.square(full)) + np.float32(1e-20))
