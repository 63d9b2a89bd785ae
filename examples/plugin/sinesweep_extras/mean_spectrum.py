"""Naive Bayes on the mean spectrum."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from sinesweep import Baseline, Float

if TYPE_CHECKING:
    import numpy as np

BANDS = 32
LOWEST_HZ = 60.0


@dataclass(frozen=True)
class MeanSpectrum(Baseline):
    """Naive Bayes on a clip's mean spectrum: what colour alone can tell, and fitted in a moment."""

    contract: ClassVar[int] = 1

    smoothing: Annotated[
        float, Float(1e-6, 1.0, log=True), "what is added to every variance, in parts of the greatest"
    ] = 0.01

    def describe(self, wave: np.ndarray[Any, Any], rate_hz: int) -> np.ndarray[Any, Any]:
        """The energy of a clip in 32 bands of equal width in octaves, from 60 Hz to half the rate, in decibels."""
        import numpy as np

        length = max(len(wave), rate_hz // 4)
        energy = np.abs(np.fft.rfft(wave, length)) ** 2 / max(len(wave), 1)
        edges_hz = np.geomspace(LOWEST_HZ, rate_hz / 2, BANDS + 1)
        edges = np.searchsorted(np.fft.rfftfreq(length, 1 / rate_hz), edges_hz)
        bands = [energy[low : max(high, low + 1)].mean() for low, high in pairwise(edges)]
        return (10 * np.log10(np.maximum(bands, 1e-10))).astype("float32")

    def estimator(self, seed: int) -> Any:
        """A Gaussian for each band of each class; there is no chance in it."""
        from sklearn.naive_bayes import GaussianNB

        return GaussianNB(var_smoothing=self.smoothing)
