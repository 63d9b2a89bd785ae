"""Mel-frequency cepstral coefficients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from sinesweep.domains import Int
from sinesweep.errors import Infeasible
from sinesweep_plugins.features.compression import TopDb
from sinesweep_plugins.features.mel_bands import MelBands

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class MFCC(MelBands):
    """The envelope of the mel spectrogram in a few numbers, and how they change; equal to librosa's within 1e-3."""

    n_mfcc: Annotated[int, Int(8, 64, search=(10, 40)), "coefficients"] = 20
    deltas: Annotated[int, Int(0, 2), "derivatives in time that stand behind the coefficients of a frame"] = 0
    top_db: TopDb = 80.0

    def values(self, rate_hz: int) -> int:
        """The coefficients."""
        return self.n_mfcc

    def bins_hz(self, rate_hz: int) -> None:
        """Coefficients have no frequency."""

    def check(self, rate_hz: int, samples: int) -> None:
        """As for all mel bands, and: no more coefficients than bands."""
        super().check(rate_hz, samples)
        if self.n_mfcc > self.n_mels:
            raise Infeasible(f"n_mfcc {self.n_mfcc} is greater than n_mels {self.n_mels}")

    def steps(self, rate_hz: int) -> list[keras.Layer]:
        """The spectrogram, its bands in decibels, then their cosine transform."""
        from sinesweep_plugins.features.layers.cepstrum import Cepstrum
        from sinesweep_plugins.features.layers.compression import Compression

        decibels = Compression("db", self.top_db)
        return [self.spectrogram(rate_hz), self.filters(rate_hz), decibels, Cepstrum(self.n_mels, self.n_mfcc)]
