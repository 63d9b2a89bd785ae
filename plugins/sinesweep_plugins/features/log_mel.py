"""The compressed mel spectrogram."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sinesweep_plugins.features.compression import Kind, TopDbOfDb
from sinesweep_plugins.features.mel_bands import MelBands

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class LogMel(MelBands):
    """Energy per mel band, compressed; in decibels equal to librosa's within 1e-3 dB."""

    compression: Kind = "db"
    top_db: TopDbOfDb = 80.0

    def steps(self, rate_hz: int) -> list[keras.Layer]:
        """The spectrogram, its bands, then their compression."""
        from sinesweep_plugins.features.layers.compression import Compression

        return [self.spectrogram(rate_hz), self.filters(rate_hz), Compression(self.compression, self.top_db)]
