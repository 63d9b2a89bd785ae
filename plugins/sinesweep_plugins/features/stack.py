"""Several extractors on the same frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from sinesweep.contract import Shape
from sinesweep.domains import Choice, Int
from sinesweep.errors import Infeasible
from sinesweep.settings import When, settings
from sinesweep_plugins.features.chroma_stft import ChromaSTFT
from sinesweep_plugins.features.framed import WINDOWS_MS, Framed
from sinesweep_plugins.features.log_mel import LogMel
from sinesweep_plugins.features.mel_bands import MelBands
from sinesweep_plugins.features.mfcc import MFCC
from sinesweep_plugins.features.pcen import PCEN
from sinesweep_plugins.features.spectral_contrast import SpectralContrast
from sinesweep_plugins.features.spectral_shape import SpectralShape
from sinesweep_plugins.features.tonnetz import Tonnetz

if TYPE_CHECKING:
    import keras

PARTS: dict[str, type[Framed]] = {
    "log_mel": LogMel,
    "pcen": PCEN,
    "mfcc": MFCC,
    "chroma_stft": ChromaSTFT,
    "spectral_contrast": SpectralContrast,
    "spectral_shape": SpectralShape,
    "tonnetz": Tonnetz,
}

NAMES = {part: name for name, part in PARTS.items()}

OWN = {"normalisation", "deltas"}
"""What the stack does itself, once, with all values of a frame."""

AS_BINS, AS_CHANNELS = When("join", "bins"), When("join", "channels")
"""A search that joins channels leaves out the parts whose bins are no mel bands."""


@dataclass(frozen=True)
class Stack(MelBands):
    """Several extractors on the same frames, in the order given here, bin behind bin or as the channels of a picture.

    Each has the stack's settings where it has settings of that name, and its own defaults elsewhere. Channels need
    parts with the same number of bins, as `log_mel` and `pcen` have; derivatives then are channels too.
    """

    mixed_units = True

    normalisation: Annotated[
        str,
        Choice(("per_bin", "per_clip", "none"), search=False),
        "z-score a value with the training part's mean and deviation; the parts have no scale in common",
    ] = "per_bin"
    join: Annotated[
        str, Choice(("bins", "channels")), "(frames, bins of all parts), or (frames, bins, channels): a part each"
    ] = "bins"
    window_ms: Annotated[float, Choice(WINDOWS_MS, search=(25.0, 46.0, 64.0, 92.0)), "ms", "length of a window"] = 46.0
    resolutions: Annotated[
        int, Int(1, 3), AS_CHANNELS, "channels of a part: with windows of window_ms, of twice and of four times that"
    ] = 1
    deltas: Annotated[int, Int(0, 2), "derivatives in time: further bins, or further channels"] = 0
    log_mel: Annotated[bool, Choice((False, True)), "has the log-mel spectrogram in it"] = True
    pcen: Annotated[bool, Choice((False, True)), "has mel bands, each against its own recent past, in it"] = True
    mfcc: Annotated[bool, Choice((False, True)), AS_BINS, "has the cepstral coefficients in it"] = False
    chroma_stft: Annotated[bool, Choice((False, True)), AS_BINS, "has the energy of each pitch class in it"] = False
    spectral_contrast: Annotated[bool, Choice((False, True)), AS_BINS, "has the contrast of each octave in it"] = False
    spectral_shape: Annotated[bool, Choice((False, True)), AS_BINS, "has centroid, bandwidth and so on in it"] = False
    tonnetz: Annotated[bool, Choice((False, True)), AS_BINS, "has the tonal centroids in it"] = False
    n_mfcc: Annotated[int, Int(8, 64, search=(10, 40)), When("mfcc", True), "coefficients"] = 20
    n_octaves: Annotated[int, Int(2, 8, search=(3, 6)), When("spectral_contrast", True), "octaves of the contrast"] = 5

    def parts(self) -> list[Framed]:
        """The extractors that are switched on; with several resolutions all of them again, with longer windows."""
        own = settings(type(self)).keys() - OWN
        parts = [
            part(**{name: getattr(self, name) for name in settings(part).keys() & own})
            for name, part in PARTS.items()
            if getattr(self, name)
        ]
        windows_ms = [self.window_ms * 2**doubled for doubled in range(self.resolutions)]
        return [replace(part, window_ms=window_ms) for window_ms in windows_ms for part in parts]

    def check(self, rate_hz: int, samples: int) -> None:
        """As each of the parts, and: parts that do not fit beside one another."""
        if not self.parts():
            raise Infeasible(f"the stack is empty; switch on some of {', '.join(PARTS)}")
        for part in self.parts():
            part.check(rate_hz, samples)
        self._check_side_by_side(rate_hz, samples)

    def values(self, rate_hz: int) -> int:
        """Those of all parts."""
        return sum(part.values(rate_hz) for part in self.parts())

    def shape(self, rate_hz: int, samples: int) -> Shape:
        """`(frames, bins)`, or `(frames, bins, channels)`."""
        frames, values = super().shape(rate_hz, samples)
        if self.join == "bins":
            return frames, values
        channels = len(self.parts()) * (1 + self.deltas)
        return frames, values // channels, channels

    def bins_hz(self, rate_hz: int) -> Sequence[float] | None:
        """The tops of the mel filters, where each part is a channel of such."""
        return super().bins_hz(rate_hz) if self.join == "channels" else None

    def steps(self, rate_hz: int) -> list[keras.Layer]:
        """One layer, which holds those of the parts."""
        from sinesweep_plugins.features.layers.side_by_side import SideBySide

        return [SideBySide([part.layer(rate_hz) for part in self.parts()], self.join)]

    def _check_side_by_side(self, rate_hz: int, samples: int) -> None:
        """Frames, and the bins of channels, have to be as many in each part."""
        parts = self.parts()
        frames = sorted({part.framing(rate_hz).frames(samples) for part in parts})
        if len(frames) > 1:
            raise Infeasible(
                f"with fft_size {self.fft_size} the {self.resolutions} resolutions have {frames[0]} and {frames[-1]}"
                f" frames at {rate_hz} Hz; take fft_size power_of_two"
            )
        bins = {NAMES[type(part)]: part.values(rate_hz) for part in parts}
        if self.join == "channels" and len(set(bins.values())) > 1:
            told = ", ".join(f"{name} has {number}" for name, number in bins.items())
            raise Infeasible(
                f"join channels needs parts with the same number of bins, but {told}; switch off those that differ, or"
                " take join bins"
            )
