"""The matrices and vectors of which spectral features are made; plain numpy, equal to librosa 0.11."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

WINDOWS = {"hann": (0.5, 0.5), "hamming": (0.54, 0.46)}

# Slaney's scale (Auditory Toolbox, 1998): linear up to 1 kHz, then 27 steps for every factor of 6.4.
_HZ_PER_MEL = 200 / 3
_BREAK_HZ = 1000.0
_BREAK_MEL = _BREAK_HZ / _HZ_PER_MEL
_LOG_STEP = math.log(6.4) / 27


def window(name: str, length: int) -> Array:
    """The periodic `hann` or `hamming` window, float64 `(length,)`; of one sample, it is 1."""
    if length == 1:
        return np.ones(1)
    offset, swing = WINDOWS[name]
    return np.asarray(offset - swing * np.cos(2 * np.pi * np.arange(length) / length))


def hz_to_mel(hz: Array, scale: str) -> Array:
    """Frequencies on the `slaney` or the `htk` mel scale."""
    hz = np.asarray(hz, dtype=float)
    if scale == "htk":
        return 2595 * np.log10(1 + hz / 700)
    bent = _BREAK_MEL + np.log(np.maximum(hz, _BREAK_HZ) / _BREAK_HZ) / _LOG_STEP
    return np.where(hz < _BREAK_HZ, hz / _HZ_PER_MEL, bent)


def mel_to_hz(mel: Array, scale: str) -> Array:
    """The inverse of `hz_to_mel`."""
    mel = np.asarray(mel, dtype=float)
    if scale == "htk":
        return 700 * (10 ** (mel / 2595) - 1)
    bent = _BREAK_HZ * np.exp(_LOG_STEP * (np.maximum(mel, _BREAK_MEL) - _BREAK_MEL))
    return np.where(mel < _BREAK_MEL, mel * _HZ_PER_MEL, bent)


@dataclass(frozen=True)
class MelBank:
    """Triangular filters, spaced evenly on a mel scale, each of the same area (Slaney's normalisation)."""

    rate_hz: int
    fft_length: int
    n_mels: int
    fmin_hz: float
    fmax_hz: float
    scale: str

    def edges_hz(self) -> Array:
        """Filter `i` begins at edge `i`, has its top at `i + 1` and ends at `i + 2`; `(n_mels + 2,)`."""
        low, high = hz_to_mel(np.array([self.fmin_hz, self.fmax_hz]), self.scale)
        return mel_to_hz(np.linspace(low, high, self.n_mels + 2), self.scale)

    def empty(self) -> int:
        """How many filters lie between two bins of the Fourier transform and would always give zero."""
        edges, step_hz = self.edges_hz(), self.rate_hz / self.fft_length
        next_bin_hz = step_hz * (np.floor(edges[:-2] / step_hz) + 1)
        return int(np.sum(next_bin_hz >= edges[2:]))

    def matrix(self) -> Array:
        """From the bins of a power spectrum to mel bands, float32 `(fft_length // 2 + 1, n_mels)`."""
        edges, bins_hz = self.edges_hz(), np.fft.rfftfreq(self.fft_length, 1 / self.rate_hz)[:, None]
        widths = np.diff(edges)
        rising = (bins_hz - edges[:-2]) / widths[:-1]
        falling = (edges[2:] - bins_hz) / widths[1:]
        triangles = np.maximum(0, np.minimum(rising, falling))
        return (triangles * 2 / (edges[2:] - edges[:-2])).astype("float32")


def cosine_transform(n_in: int, n_out: int) -> Array:
    """The first `n_out` columns of the orthonormal DCT-II, float32 `(n_in, n_out)`."""
    phases = np.pi * np.outer(np.arange(n_in) + 0.5, np.arange(n_out)) / n_in
    columns = np.sqrt(2 / n_in) * np.cos(phases)
    columns[:, 0] /= math.sqrt(2)
    return np.asarray(columns, "float32")


def derivative_taps(width: int, order: int) -> Array:
    """Weights of `width` neighbouring frames for the `order`-th derivative in their middle, float32 `(width,)`.

    It is that of the polynomial of degree `order` that fits these frames best (Savitzky and Golay, 1964).
    """
    offsets = np.arange(width) - width // 2
    powers = np.vander(offsets, order + 1, increasing=True)
    return np.asarray(math.factorial(order) * np.linalg.pinv(powers)[order], "float32")
