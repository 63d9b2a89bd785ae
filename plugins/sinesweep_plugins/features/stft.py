"""The compressed power spectrogram."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sinesweep_plugins.features.compression import Kind, TopDbOfDb
from sinesweep_plugins.features.framed import Framed

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class STFT(Framed):
    """Energy at evenly spaced frequencies, compressed."""

    compression: Kind = "db"
    top_db: TopDbOfDb = 80.0

    def values(self, rate_hz: int) -> int:
        """From 0 Hz to half the rate."""
        return self.framing(rate_hz).bins

    def steps(self, rate_hz: int) -> list[keras.Layer]:
        """The spectrogram, then its compression."""
        from sinesweep_plugins.features.layers.compression import Compression

        return [self.spectrogram(rate_hz), Compression(self.compression, self.top_db)]
