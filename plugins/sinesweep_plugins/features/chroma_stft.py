"""Chroma of the spectrogram."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from sinesweep.domains import Choice
from sinesweep_plugins.features.pitched import Pitched

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class ChromaSTFT(Pitched):
    """Energy per pitch class, whatever the octave: harmony, with timbre left out; equal to librosa's within 1e-5."""

    n_chroma: Annotated[int, Choice((12, 24, 36), search=(12, 24)), "pitch classes of an octave"] = 12
    scale: Annotated[
        str, Choice(("max", "sum", "none"), search=False), "divide a frame by its largest, by its sum, or by nothing"
    ] = "max"

    def values(self, rate_hz: int) -> int:
        """One a pitch class."""
        return self.n_chroma

    def steps(self, rate_hz: int) -> list[keras.Layer]:
        """The energies of the pitch classes, then each frame by itself on one scale."""
        from sinesweep_plugins.features.layers.frame_scale import FrameScale

        energies = self.chroma(rate_hz, self.n_chroma)
        return energies if self.scale == "none" else [*energies, FrameScale(self.scale)]
