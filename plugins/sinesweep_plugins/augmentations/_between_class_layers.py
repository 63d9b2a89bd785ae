"""Between-class mixing of waveforms: the pair (waveforms, targets) → the same pair of shapes."""

from __future__ import annotations

from typing import Any, ClassVar

import keras
import numpy as np
from keras import ops

from sinesweep_plugins.augmentations._batch_layers import mixed
from sinesweep_plugins.augmentations._random import RandomLayer

WINDOW_S = 0.1
_SILENCE = 1e-12


@keras.saving.register_keras_serializable(package="sinesweep")
class RandomBetweenClass(RandomLayer):
    """Mixes every clip with one of another class, by a share that is even between 0 and 1, as the two are heard.

    A louder sound would drown the other: shares are weighed by each clip's loudness, the A-weighted level of its
    loudest window of 0.1 s, and the mixture keeps the power that two unrelated sounds have.
    """

    settings: ClassVar[tuple[str, ...]] = ("rate_hz",)

    def change(self, inputs: Any) -> Any:
        """Waves `(batch, samples)` and one-hot targets `(batch, outputs)`; without another class, nothing changes."""
        waves, targets = inputs
        clips = ops.shape(waves)[0]
        partners, found = self._others(targets)
        use = self.chosen((clips,)) * found
        share = 1.0 - use * self.uniform((clips,))
        loudness = loudest_db(waves, self.rate_hz)
        louder = 10.0 ** ((loudness - ops.take(loudness, partners)) / 20.0)
        # p = 1 / (1 + louder * (1 - share) / share), without dividing by a share of 0
        weight = share / (share + louder * (1.0 - share) + 1e-9)
        both = mixed(waves, partners, weight) / ops.sqrt(ops.square(weight) + ops.square(1.0 - weight))[:, None]
        changed = ops.where((use > 0)[:, None], both, waves)
        return changed, mixed(targets, partners, share)

    def _others(self, targets: Any) -> tuple[Any, Any]:
        """For each clip a random one that shares no class with it, `(clips,)`, and 1 where there is one, else 0."""
        apart = ops.cast(ops.matmul(targets, ops.transpose(targets)) <= 0.0, "float32")
        lot = apart * (1.0 + self.uniform(ops.shape(apart)))
        return ops.argmax(lot, axis=-1), ops.max(apart, axis=-1)


def loudest_db(waves: Any, rate_hz: int) -> Any:
    """The A-weighted level of each wave's loudest window, float32 `(clips,)` in decibels."""
    clips, samples = ops.shape(waves)
    half = max(1, round(WINDOW_S * rate_hz / 2))
    blocks = -(-samples // half) + 1
    padded = ops.reshape(ops.pad(waves, [[0, 0], [0, blocks * half - samples]]), (clips, blocks, half))
    frames = ops.concatenate([padded[:, :-1], padded[:, 1:]], axis=-1)
    real, imaginary = ops.rfft(ops.multiply(frames, np.hanning(2 * half + 1)[:-1].astype("float32")), 2 * half)
    weights = a_weights(np.fft.rfftfreq(2 * half, 1 / rate_hz))
    energy = ops.sum(ops.multiply(ops.square(real) + ops.square(imaginary), weights), axis=-1)
    return 10.0 * ops.log10(ops.max(energy, axis=-1) + _SILENCE)


def a_weights(hz: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The A-curve of IEC 61672-1 as factors of power, float32, 1 at 1 kHz."""
    f2 = np.square(np.asarray(hz, np.float64))
    curve = 12194.0**2 * f2**2 / ((f2 + 20.6**2) * (f2 + 12194.0**2) * np.sqrt((f2 + 107.7**2) * (f2 + 737.9**2)))
    return np.square(curve * 10 ** (2.0 / 20)).astype(np.float32)
