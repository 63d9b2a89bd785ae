"""The compressed power spectrogram."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

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

    def bins_hz(self, rate_hz: int) -> Sequence[float] | None:
        """Evenly spaced; None where derivatives stand behind them."""
        return None if self.deltas else np.linspace(0, rate_hz / 2, self.framing(rate_hz).bins).tolist()

    def steps(self, rate_hz: int) -> list[keras.Layer]:
        """The spectrogram, then its compression."""
        from sinesweep_plugins.features.layers.compression import Compression

        return [self.spectrogram(rate_hz), Compression(self.compression, self.top_db)]
