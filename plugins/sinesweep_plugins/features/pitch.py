"""Pitch classes: the matrices of chroma and of the tonal centroids; plain numpy, equal to librosa 0.11."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sinesweep_plugins.features.filterbanks import Array

_A0_HZ = 27.5
_CENTRE_OCTAVE = 5.0
_OCTAVES_WIDE = 2.0


@dataclass(frozen=True)
class ChromaBank:
    """A filter for each pitch class, from C upwards: a bump at its pitch in every octave, the middle ones weightiest.

    Ellis, "Chroma feature analysis and synthesis" (2007). `tuning`: how far the sound's pitches lie above A = 440 Hz,
    in pitch classes.
    """

    rate_hz: int
    fft_length: int
    n_chroma: int
    tuning: float

    def matrix(self) -> Array:
        """From the bins of a power spectrum to pitch classes, float32 `(fft_length // 2 + 1, n_chroma)`."""
        pitches, widths = self._pitches()
        away = np.subtract.outer(pitches, np.arange(self.n_chroma))
        half = np.round(self.n_chroma / 2)
        away = np.remainder(away + half + 10 * self.n_chroma, self.n_chroma) - half
        bumps = np.exp(-0.5 * (2 * away / widths[:, None]) ** 2)
        bumps /= np.sqrt(np.sum(bumps**2, axis=1, keepdims=True))
        octaves = np.exp(-0.5 * ((pitches / self.n_chroma - _CENTRE_OCTAVE) / _OCTAVES_WIDE) ** 2)
        from_c = np.roll(octaves[:, None] * bumps, -3 * (self.n_chroma // 12), axis=1)
        return np.asarray(from_c[: self.fft_length // 2 + 1], "float32")

    def _pitches(self) -> tuple[Array, Array]:
        """The pitch of each bin in pitch classes above A0, and how many classes wide it is; `(fft_length,)`."""
        reference_hz = _A0_HZ * 2 ** (self.tuning / self.n_chroma)
        bins_hz = np.arange(1, self.fft_length) * self.rate_hz / self.fft_length
        pitches = self.n_chroma * np.log2(bins_hz / reference_hz)
        # The bin at 0 Hz has no pitch: it is put an octave and a half below the next.
        pitches = np.concatenate([[pitches[0] - 1.5 * self.n_chroma], pitches])
        return pitches, np.concatenate([np.maximum(np.diff(pitches), 1.0), [1.0]])


def tonal_centroids() -> Array:
    """From 12 pitch classes that sum to 1 to a point in the tonal space, float32 `(12, 6)`.

    Sine and cosine on the circles of fifths, of minor thirds and of major thirds (Harte, Sandler and Gasser,
    "Detecting harmonic change in musical audio", 2006).
    """
    steps = np.array([7 / 6, 7 / 6, 3 / 2, 3 / 2, 2 / 3, 2 / 3])
    radii = np.array([1.0, 1.0, 1.0, 1.0, 0.5, 0.5])
    angles = np.multiply.outer(np.arange(12), steps)
    angles[:, ::2] -= 0.5
    return np.asarray(radii * np.cos(np.pi * angles), "float32")
