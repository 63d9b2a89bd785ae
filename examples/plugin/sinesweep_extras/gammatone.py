"""Gammatone features: the plugin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep import Choice, FeatureExtractor, Float, Infeasible, Int, Shape

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Gammatone(FeatureExtractor):
    """Energy in bands as wide as those of the inner ear, in decibels, from gammatone filters.

    Patterson, Nimmo-Smith, Holdsworth and Rice, "An efficient auditory filterbank based on the gammatone function",
    1987; the filters' responses are applied to a spectrum, as in Ellis, "Gammatone-like spectrograms", 2009.
    """

    contract: ClassVar[int] = 1

    window_ms: Annotated[float, Choice((16.0, 25.0, 32.0, 64.0), search=(25.0, 32.0)), "ms", "length of a frame"] = 25.0
    hop_ms: Annotated[float, Choice((5.0, 10.0, 16.0, 20.0), search=(10.0, 20.0)), "ms", "step between frames"] = 10.0
    bands: Annotated[int, Int(8, 128, step=8, search=(32, 96)), "filters"] = 64
    fmin_hz: Annotated[float, Float(20.0, 1000.0, search=False), "Hz", "middle of the lowest filter"] = 50.0

    def lengths(self, rate_hz: int) -> tuple[int, int]:
        """The samples of a frame and of a hop."""
        return round(self.window_ms * rate_hz / 1000), round(self.hop_ms * rate_hz / 1000)

    def check(self, rate_hz: int, samples: int) -> None:
        """Hops longer than frames, clips shorter than a frame, rates without a band, and frames of a sample or two."""
        frame, hop = self.lengths(rate_hz)
        if hop > frame:
            raise Infeasible(f"hop_ms {self.hop_ms:g} is longer than window_ms {self.window_ms:g}: sound would be lost")
        if frame < 8 or hop < 1:
            raise Infeasible(f"window_ms {self.window_ms:g} is less than eight samples at {rate_hz} Hz")
        if samples < frame:
            raise Infeasible(f"a clip of {samples} samples is shorter than a frame of {frame}")
        if self.fmin_hz >= rate_hz / 4:
            raise Infeasible(f"fmin_hz {self.fmin_hz:g} leaves less than an octave below {rate_hz / 2:g} Hz")

    def shape(self, rate_hz: int, samples: int) -> Shape:
        """`(frames, bands)`; frames that would reach over the end are left out."""
        frame, hop = self.lengths(rate_hz)
        return 1 + (samples - frame) // hop, self.bands

    def layer(self, rate_hz: int) -> keras.Layer:
        """`(batch, samples)` → `(batch, frames, bands)`."""
        from sinesweep_extras.gammatone_layer import GammatoneBands

        return GammatoneBands(rate_hz, *self.lengths(rate_hz), self.bands, self.fmin_hz)
