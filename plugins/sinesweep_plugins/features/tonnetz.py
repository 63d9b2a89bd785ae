"""Tonal centroids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sinesweep_plugins.features.pitched import Pitched

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Tonnetz(Pitched):
    """Where a frame's harmony lies on the circles of fifths, minor and major thirds: six numbers.

    Harte, Sandler and Gasser, "Detecting harmonic change in musical audio" (2006). Equal to `librosa.feature.tonnetz`
    of `chroma_stft` within 1e-5.
    """

    def values(self, rate_hz: int) -> int:
        """Two a circle."""
        return 6

    def steps(self, rate_hz: int) -> list[keras.Layer]:
        """The pitch classes as shares of their frame, then their centroids."""
        from sinesweep_plugins.features.layers.frame_scale import FrameScale
        from sinesweep_plugins.features.layers.tonal_centroids import TonalCentroids

        return [*self.chroma(rate_hz), FrameScale("sum"), TonalCentroids()]
