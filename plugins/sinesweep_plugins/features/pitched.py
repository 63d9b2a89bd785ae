"""The settings of extractors that look for musical pitch."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

from sinesweep.domains import Choice, Float
from sinesweep_plugins.features.framed import WINDOWS_MS, Framed
from sinesweep_plugins.features.pitch import ChromaBank

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Pitched(Framed):
    """An extractor that needs windows long enough to tell a note from the next."""

    window_ms: Annotated[float, Choice(WINDOWS_MS, search=(64.0, 92.0, 128.0)), "ms", "length of a window"] = 92.0
    tuning: Annotated[
        float,
        Float(-0.5, 0.5, search=False),
        "how far the notes lie above A = 440 Hz, in pitch classes; it is not estimated from the sound",
    ] = 0.0

    def chroma(self, rate_hz: int, n_chroma: int = 12) -> list[keras.Layer]:
        """The spectrogram, then the energy of each pitch class."""
        from sinesweep_plugins.features.layers.chroma_filters import ChromaFilters

        bank = ChromaBank(rate_hz, self.framing(rate_hz).fft_length, n_chroma, self.tuning)
        return [self.spectrogram(rate_hz), ChromaFilters(**asdict(bank))]
