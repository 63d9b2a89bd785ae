"""The mel spectrogram, not compressed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from sinesweep.domains import Choice
from sinesweep_plugins.features.mel_bands import MelBands

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Mel(MelBands):
    """Energy per mel band as it is; equal to librosa's within 1e-4 of it. For most sounds `log_mel` is far better."""

    power: Annotated[int, Choice((1, 2)), "what is summed over a band: 1 magnitude, 2 energy"] = 2

    def steps(self, rate_hz: int) -> list[keras.Layer]:
        """The spectrogram, then its bands."""
        return [self.spectrogram(rate_hz, self.power), self.filters(rate_hz)]
