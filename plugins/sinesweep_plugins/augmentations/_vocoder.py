"""The phase vocoder: a waveform's spectrum, read faster or slower, and a waveform again.

Flanagan and Golden, "Phase Vocoder", Bell System Technical Journal 45, 1966; the numbers are those of
`librosa.effects.time_stretch` 0.11. Every shape follows from the clip's length and the window's alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from keras import ops

WINDOW_S = 0.05
OVERLAP = 4


@dataclass(frozen=True)
class Vocoder:
    """Frames of `window` samples, a quarter of it apart; frame `i` is centred on sample `i * window / 4`."""

    window: int

    @classmethod
    def at(cls, rate_hz: int) -> Vocoder:
        """With a window of about 50 ms, a power of two."""
        return cls(2 ** max(3, round(math.log2(WINDOW_S * rate_hz))))

    @property
    def hop(self) -> int:
        """Samples from one frame to the next."""
        return self.window // OVERLAP

    def frames(self, samples: int) -> int:
        """How many frames a clip has."""
        return 1 + samples // self.hop

    def spectrum(self, waves: Any) -> tuple[Any, Any]:
        """`(clips, samples)` → magnitudes and phases, `(clips, frames, bins)` each."""
        clips, samples = ops.shape(waves)
        frames, half = self.frames(samples), self.window // 2
        used = (frames + OVERLAP - 1) * self.hop
        padded = ops.pad(waves, [[0, 0], [half, max(0, used - half - samples)]])[:, :used]
        hops = ops.reshape(padded, (clips, frames + OVERLAP - 1, self.hop))
        pieces = ops.concatenate([hops[:, k : k + frames] for k in range(OVERLAP)], axis=-1)
        real, imaginary = ops.rfft(ops.multiply(pieces, _hann(self.window)), self.window)
        return ops.sqrt(ops.square(real) + ops.square(imaginary)), ops.arctan2(imaginary, real)

    def stretched(self, magnitudes: Any, phases: Any, rate: Any, frames: int) -> tuple[Any, Any]:
        """The spectrum read `rate` times as fast, `(clips, 1)`, as `frames` frames; behind its end lies silence."""
        place = ops.arange(frames, dtype="float32")[None, :] * rate
        last = ops.cast(ops.shape(magnitudes)[1], "float32")
        left = ops.minimum(ops.floor(place), last)
        share = ops.clip(place - left, 0.0, 1.0)[:, :, None]
        magnitude = (1.0 - share) * _frames_at(magnitudes, left) + share * _frames_at(magnitudes, left + 1.0)
        advance = (2.0 * np.pi / OVERLAP * (np.arange(self.window // 2 + 1) % OVERLAP)).astype(np.float32)
        turned = _frames_at(phases, left + 1.0) - _frames_at(phases, left)
        step = ops.add(_wrapped(ops.subtract(turned, advance)), advance)
        return magnitude, phases[:, :1] + ops.cumsum(step, axis=1) - step

    def sound(self, magnitudes: Any, phases: Any, samples: int, oversampling: int = 1) -> Any:
        """The waveforms of a spectrum, `(clips, samples * oversampling)`, at `oversampling` times the rate."""
        frames, window = ops.shape(magnitudes)[1], self.window * oversampling
        spectrum = (magnitudes * ops.cos(phases), magnitudes * ops.sin(phases))
        if oversampling > 1:
            spectrum = tuple(ops.pad(part, [[0, 0], [0, 0], [0, window // 2 - self.window // 2]]) for part in spectrum)
        pieces = ops.multiply(ops.irfft(spectrum, window), _hann(window) * oversampling)
        whole = ops.divide(_overlapped(pieces), _weights(window, frames))
        return whole[:, window // 2 : window // 2 + samples * oversampling]


def _hann(window: int) -> np.ndarray[Any, Any]:
    return (0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(window) / window)).astype(np.float32)


def _wrapped(angle: Any) -> Any:
    """The angle between -π and π that points the same way: a sum of many then stays exact."""
    return angle - 2.0 * np.pi * ops.round(angle / (2.0 * np.pi))


def _frames_at(x: Any, places: Any) -> Any:
    """Frames `(clips, frames, bins)` at `places`, whole numbers `(clips, wanted)`; behind the last one zeros."""
    clips, frames, bins = ops.shape(x)
    padded = ops.reshape(ops.pad(x, [[0, 0], [0, 2], [0, 0]]), (-1, bins))
    return ops.take(padded, ops.cast(places, "int32") + (frames + 2) * ops.arange(clips)[:, None], axis=0)


def _overlapped(pieces: Any) -> Any:
    """Pieces `(clips, frames, window)` laid over one another, a hop apart: `(clips, (frames + OVERLAP - 1) * hop)`."""
    frames, window = ops.shape(pieces)[1:]
    quarters = ops.reshape(pieces, (-1, frames, OVERLAP, window // OVERLAP))
    laid = [ops.pad(quarters[:, :, k], [[0, 0], [k, OVERLAP - 1 - k], [0, 0]]) for k in range(OVERLAP)]
    return ops.reshape(sum(laid[1:], start=laid[0]), (-1, (frames + OVERLAP - 1) * window // OVERLAP))


def _weights(window: int, frames: int) -> np.ndarray[Any, Any]:
    """What the squared windows add up to; 1 where they add up to nothing."""
    quarters = np.square(_hann(window)).reshape(OVERLAP, -1)
    total = np.zeros((frames + OVERLAP - 1, window // OVERLAP), np.float32)
    for k in range(OVERLAP):
        total[k : k + frames] += quarters[k]
    return np.where(total > 1e-6, total, 1.0).astype(np.float32).reshape(-1)
