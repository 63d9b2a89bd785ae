"""The waveform itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sinesweep.contract import FeatureExtractor, Shape

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Waveform(FeatureExtractor):
    """The samples as they are, for networks that find their own features."""

    def shape(self, rate_hz: int, samples: int) -> Shape:
        """A sample is a frame of one value."""
        return samples, 1

    def layer(self, rate_hz: int) -> keras.Layer:
        """`(batch, samples)` → `(batch, samples, 1)`."""
        import keras

        return keras.layers.Reshape((-1, 1), dtype="float32", name="waveform")
