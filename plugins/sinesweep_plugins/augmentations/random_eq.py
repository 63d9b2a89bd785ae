"""Random equalizer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import Augmentation, Stage
from sinesweep.domains import Float, Int

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class RandomEQ(Augmentation):
    """Makes some frequencies louder and others softer, along a smooth random curve: no two devices sound alike.

    Points at equal distances in octaves from 60 Hz to half the sample rate, straight lines in decibels between them.
    """

    stage: ClassVar[Stage] = Stage.WAVEFORM
    unsafe_for: ClassVar[frozenset[str]] = frozenset({"timbre"})
    adjustable: ClassVar[frozenset[str]] = frozenset({"max_db", "probability"})

    max_db: Annotated[float, Float(0.0, 40.0, search=(3.0, 12.0)), "dB", "largest change at a point, up or down"] = 6.0
    bands: Annotated[int, Int(2, 32, search=(4, 10)), "points of the curve"] = 7
    probability: Annotated[float, Float(0.0, 1.0, search=False), "chance that a clip is changed"] = 0.5

    def layer(self, rate_hz: int, seed: int) -> keras.Layer:
        """A layer of waveforms that draws one curve a clip."""
        from sinesweep_plugins.augmentations._filter_layers import RandomEqualizer

        return RandomEqualizer(
            rate_hz=rate_hz, max_db=self.max_db, bands=self.bands, seed=seed, probability=self.probability
        )
