"""Spectral contrast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from sinesweep.domains import Float, Int
from sinesweep_plugins.features.framed import Framed
from sinesweep_plugins.features.octaves import octaves

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class SpectralContrast(Framed):
    """How far the peaks of each octave stand above its valleys: tones against noise.

    Jiang, Lu, Zhang, Tao and Cai, "Music type classification by spectral contrast feature" (2002). Of the same
    spectrogram equal to librosa's within 1e-4 dB, of a noisy sound within 1e-2 dB. In pure tones the valleys are so far
    below the peaks that they are the rounding of float32.
    """

    n_octaves: Annotated[int, Int(2, 8, search=(3, 6)), "octaves; what lies below is one band more"] = 5
    octaves_from_hz: Annotated[float, Float(20.0, 2000.0, search=False), "Hz", "where the lowest octave begins"] = 200.0
    quantile: Annotated[
        float, Float(0.01, 0.5, log=True, search=False), "the share of an octave's bins that is a peak, or a valley"
    ] = 0.02

    def values(self, rate_hz: int) -> int:
        """One an octave, and one for what lies below."""
        return self.n_octaves + 1

    def check(self, rate_hz: int, samples: int) -> None:
        """As for all frames, and: octaves that lie outside the spectrum or between its bins."""
        super().check(rate_hz, samples)
        octaves(rate_hz, self.framing(rate_hz).fft_length, self.n_octaves, self.octaves_from_hz, self.quantile)

    def steps(self, rate_hz: int) -> list[keras.Layer]:
        """The spectrogram of magnitudes, then its contrast."""
        from sinesweep_plugins.features.layers.contrast import Contrast

        fft_length = self.framing(rate_hz).fft_length
        contrast = Contrast(rate_hz, fft_length, self.n_octaves, self.octaves_from_hz, self.quantile)
        return [self.spectrogram(rate_hz, power=1), contrast]
