"""Several extractors side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from sinesweep.domains import Choice, Int
from sinesweep.errors import Infeasible
from sinesweep.settings import When, settings
from sinesweep_plugins.features.chroma_stft import ChromaSTFT
from sinesweep_plugins.features.framed import WINDOWS_MS, Framed
from sinesweep_plugins.features.log_mel import LogMel
from sinesweep_plugins.features.mel_bands import MelBands
from sinesweep_plugins.features.mfcc import MFCC
from sinesweep_plugins.features.spectral_contrast import SpectralContrast
from sinesweep_plugins.features.spectral_shape import SpectralShape
from sinesweep_plugins.features.tonnetz import Tonnetz

if TYPE_CHECKING:
    import keras

PARTS: dict[str, type[Framed]] = {
    "log_mel": LogMel,
    "mfcc": MFCC,
    "chroma_stft": ChromaSTFT,
    "spectral_contrast": SpectralContrast,
    "spectral_shape": SpectralShape,
    "tonnetz": Tonnetz,
}

OWN = {"normalisation", "deltas"}
"""What the stack does itself, once, with all values of a frame."""


@dataclass(frozen=True)
class Stack(MelBands):
    """Several extractors on the same frames: the values of one behind those of the other, in the order given here.

    Each has the stack's settings where it has settings of that name, and its own defaults elsewhere.
    """

    mixed_units = True

    normalisation: Annotated[
        str,
        Choice(("per_bin", "per_clip", "none"), search=False),
        "z-score a value with the training part's mean and deviation; the parts have no scale in common",
    ] = "per_bin"
    window_ms: Annotated[float, Choice(WINDOWS_MS, search=(25.0, 46.0, 64.0, 92.0)), "ms", "length of a window"] = 46.0
    log_mel: Annotated[bool, Choice((False, True)), "has the log-mel spectrogram in it"] = True
    mfcc: Annotated[bool, Choice((False, True)), "has the cepstral coefficients in it"] = False
    chroma_stft: Annotated[bool, Choice((False, True)), "has the energy of each pitch class in it"] = True
    spectral_contrast: Annotated[bool, Choice((False, True)), "has the contrast of each octave in it"] = True
    spectral_shape: Annotated[bool, Choice((False, True)), "has centroid, bandwidth and the like in it"] = False
    tonnetz: Annotated[bool, Choice((False, True)), "has the tonal centroids in it"] = False
    n_mfcc: Annotated[int, Int(8, 64, search=(10, 40)), When("mfcc", True), "coefficients"] = 20
    n_octaves: Annotated[int, Int(2, 8, search=(3, 6)), When("spectral_contrast", True), "octaves of the contrast"] = 5

    def parts(self) -> list[Framed]:
        """The extractors that are switched on."""
        own = settings(type(self)).keys() - OWN
        return [
            part(**{name: getattr(self, name) for name in settings(part).keys() & own})
            for name, part in PARTS.items()
            if getattr(self, name)
        ]

    def check(self, rate_hz: int, samples: int) -> None:
        """As each of the parts."""
        if not self.parts():
            raise Infeasible(f"the stack is empty; switch on some of {', '.join(PARTS)}")
        for part in self.parts():
            part.check(rate_hz, samples)

    def values(self, rate_hz: int) -> int:
        """Those of all parts."""
        return sum(part.values(rate_hz) for part in self.parts())

    def steps(self, rate_hz: int) -> list[keras.Layer]:
        """One layer, which holds those of the parts."""
        from sinesweep_plugins.features.layers.side_by_side import SideBySide

        return [SideBySide([part.layer(rate_hz) for part in self.parts()])]
