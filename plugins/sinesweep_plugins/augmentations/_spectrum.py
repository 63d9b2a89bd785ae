"""Filters as gains over frequency, applied to whole waveforms by the Fourier transform: zero phase, any curve."""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import ops
from scipy.fft import next_fast_len

_TINY = 1e-20  # keeps silence from being divided by silence


def fast_length(samples: int) -> int:
    """The next length from `samples` up whose transform is fast."""
    return int(next_fast_len(samples, real=True))


def frequencies_hz(length: int, rate_hz: int) -> np.ndarray[Any, Any]:
    """The frequencies of a real transform, float32 `(length // 2 + 1,)`."""
    return np.fft.rfftfreq(length, 1 / rate_hz).astype(np.float32)


def filtered(waves: Any, length: int, gains: Any) -> Any:
    """Waves `(clips, samples)` times `gains` over frequency, `(clips, length // 2 + 1)` or one row for all.

    `length` is that of the transform: what it has beyond `samples` keeps a filter's echo at one end of a clip from
    coming in at the other.
    """
    real, imaginary = ops.rfft(waves, length)
    return ops.irfft((ops.multiply(real, gains), ops.multiply(imaginary, gains)), length)[:, : ops.shape(waves)[1]]


def convolved(waves: Any, responses: Any) -> Any:
    """Waves `(clips, samples)` convolved with responses `(clips, taps)`, cut to the waves' length."""
    samples = ops.shape(waves)[1]
    length = fast_length(samples + ops.shape(responses)[1] - 1)
    (a, b), (c, d) = ops.rfft(waves, length), ops.rfft(responses, length)
    return ops.irfft((a * c - b * d, a * d + b * c), length)[:, :samples]


def power(waves: Any) -> Any:
    """The mean power of each wave, `(clips, 1)`."""
    return ops.mean(ops.square(waves), axis=-1, keepdims=True)


def at_power(waves: Any, wanted: Any) -> Any:
    """Waves made louder or softer until their mean power is `wanted`, `(clips, 1)`; silence stays silent."""
    return waves * ops.sqrt(wanted / (power(waves) + _TINY))
