"""The constant-Q transform: the settings that `cqt` and `chroma_cqt` share, and what they promise of time and rate.

The transform is librosa's (`librosa.cqt`), after Schörkhuber & Klapuri, "Constant-Q transform toolbox for music
processing", Sound and Music Computing Conference 2010.
"""

from __future__ import annotations

import abc
import math
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from sinesweep.contract import HostExtractor, Shape
from sinesweep.domains import Choice, Int
from sinesweep.errors import Infeasible

MIN_FRAMES = 3
"""With fewer there is nothing to see along time."""

HANN_BANDWIDTH = 1.50018310546875
"""Of the window of librosa's filters, in bins of its spectrum (`librosa.filters.window_bandwidth("hann")`)."""

NOTES_HZ = (32.7, 65.41, 130.81)
"""C1, C2 and C3."""


@dataclass(frozen=True)
class ConstantQ(HostExtractor):
    """An extractor whose bands lie as the notes of a scale do. To be implemented by subclasses: `bands_per_octave`."""

    tools = ("librosa",)

    fmin_hz: Annotated[float, Choice(NOTES_HZ), "Hz", "the lowest band: C1, C2 or C3"] = NOTES_HZ[1]
    octaves: Annotated[int, Int(2, 9, search=(4, 7)), "octaves from the lowest band on"] = 5
    hop_ms: Annotated[
        float,
        Choice((10.0, 16.0, 23.0, 32.0, 46.0, 64.0), search=(16.0, 23.0, 32.0, 46.0)),
        "ms",
        "step from one frame to the next, to the nearest multiple of 2^(octaves - 1) samples",
    ] = 23.0

    @abc.abstractmethod
    def bands_per_octave(self) -> int:
        """Bands of the transform."""

    def hop_length(self, rate_hz: int) -> int:
        """In samples. Every lower octave can then be computed at half the rate, as librosa does."""
        unit = 2 ** (self.octaves - 1)
        return unit * max(1, round(self.hop_ms * rate_hz / 1000 / unit))

    def frames(self, rate_hz: int, samples: int) -> int:
        """The frames of a clip; frame `i` is centred on sample `i * hop_length`."""
        return 1 + samples // self.hop_length(rate_hz)

    def check(self, rate_hz: int, samples: int) -> None:
        """Bands above half the rate, a lowest filter that would hear more silence than sound, and too few frames."""
        top_hz = self._top_hz()
        if top_hz > rate_hz / 2:
            raise Infeasible(
                f"{self.octaves} octaves from {self.fmin_hz:.1f} Hz reach up to {top_hz:.0f} Hz, over half the sample"
                f" rate, {rate_hz / 2:g} Hz; take fewer octaves"
            )
        longest = self._longest_filter(rate_hz)
        if longest > 2 * samples:
            raise Infeasible(
                f"the filter of the lowest band, {self.fmin_hz:.1f} Hz, is {longest / rate_hz:.2g} s long, more than"
                f" twice a clip of {samples / rate_hz:.2g} s; take a higher fmin_hz"
            )
        if self.frames(rate_hz, samples) < MIN_FRAMES:
            raise Infeasible(
                f"a clip of {samples} samples at {rate_hz} Hz gives {self.frames(rate_hz, samples)} frames with hop_ms"
                f" {self.hop_ms:g}; at least {MIN_FRAMES} are needed"
            )

    def shape(self, rate_hz: int, samples: int) -> Shape:
        """`(frames, bins)`."""
        return self.frames(rate_hz, samples), self.bins()

    @abc.abstractmethod
    def bins(self) -> int:
        """The values of a frame."""

    def transform(self, wave: np.ndarray[Any, Any], rate_hz: int, tuning: float = 0.0) -> np.ndarray[Any, Any]:
        """Magnitudes `(bands, frames)`, float32; bands are shifted by `tuning`, a part of the step between two."""
        import librosa

        found = librosa.cqt(
            self.filled(wave, rate_hz),
            sr=rate_hz,
            hop_length=self.hop_length(rate_hz),
            fmin=self.fmin_hz,
            n_bins=self.octaves * self.bands_per_octave(),
            bins_per_octave=self.bands_per_octave(),
            tuning=tuning,
        )
        return np.abs(found[:, : self.frames(rate_hz, len(wave))])

    def filled(self, wave: np.ndarray[Any, Any], rate_hz: int) -> np.ndarray[Any, Any]:
        """The waveform with silence behind it, where librosa's longest spectrum needs more than there is."""
        needed = 1 << math.ceil(math.log2(self._longest_filter(rate_hz)))
        return np.pad(wave, (0, max(0, needed - len(wave))))

    def _relative_bandwidth(self) -> float:
        """How wide a filter is, as a share of its frequency."""
        squared_step = 2 ** (2 / self.bands_per_octave())
        return (squared_step - 1) / (squared_step + 1)

    def _longest_filter(self, rate_hz: int) -> float:
        """In samples, with the lowest tuning."""
        return rate_hz / (self._relative_bandwidth() * self.fmin_hz * 2 ** (-0.5 / self.bands_per_octave()))

    def _top_hz(self) -> float:
        """Where the filter of the highest band ends, with the highest tuning."""
        bands = self.octaves * self.bands_per_octave()
        highest_hz = self.fmin_hz * 2 ** ((bands - 0.5) / self.bands_per_octave())
        return highest_hz * (1 + HANN_BANDWIDTH * self._relative_bandwidth() / 2)
