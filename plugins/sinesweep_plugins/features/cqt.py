"""The constant-Q spectrogram."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from sinesweep.domains import Choice
from sinesweep_plugins.features.compression import Kind, TopDbOfDb
from sinesweep_plugins.features.constant_q import ConstantQ

FAINTEST = 1e-10


@dataclass(frozen=True)
class CQT(ConstantQ):
    """Energy at the notes of a scale, compressed; librosa's, computed on the host and kept."""

    bins_per_octave: Annotated[int, Choice((12, 24, 36)), "bands from a note to the same note one octave higher"] = 12
    compression: Kind = "db"
    top_db: TopDbOfDb = 80.0

    def bands_per_octave(self) -> int:
        """As asked for."""
        return self.bins_per_octave

    def bins(self) -> int:
        """One value a band."""
        return self.octaves * self.bins_per_octave

    def bins_hz(self, rate_hz: int) -> Sequence[float]:
        """The notes of the scale."""
        return [self.fmin_hz * 2 ** (place / self.bins_per_octave) for place in range(self.bins())]

    def extract(self, wave: np.ndarray[Any, Any], rate_hz: int) -> np.ndarray[Any, Any]:
        """The compressed squares of the magnitudes, lowest band first."""
        return self._compressed(np.square(self.transform(wave, rate_hz))).T.astype("float32")

    def _compressed(self, energy: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        if self.compression == "ln":
            return np.log(energy + 1e-6)
        if self.compression == "log1p":
            return np.log1p(10 * energy)
        decibels = 10 * np.log10(np.maximum(energy, FAINTEST))
        return np.maximum(decibels, decibels.max() - self.top_db) if self.top_db else decibels
