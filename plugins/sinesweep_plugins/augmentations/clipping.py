"""Clipping distortion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import Augmentation, Stage
from sinesweep.domains import Float

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Clipping(Augmentation):
    """Cuts clips off above a level, as an input that is too loud does.

    After `ClippingDistortion` of audiomentations (Jordal and others), but relative to the clip's peak.
    """

    stage: ClassVar[Stage] = Stage.WAVEFORM
    unsafe_for: ClassVar[frozenset[str]] = frozenset({"timbre"})
    adjustable: ClassVar[frozenset[str]] = frozenset({"max_db", "probability"})

    max_db: Annotated[float, Float(0.0, 60.0, search=(3.0, 20.0)), "dB", "lowest level, below the clip's peak"] = 10.0
    probability: Annotated[float, Float(0.0, 1.0, search=False), "chance that a clip is changed"] = 0.5

    def layer(self, rate_hz: int, seed: int) -> keras.Layer:
        """A layer of waveforms that draws one level a clip, even in decibels."""
        from sinesweep_plugins.augmentations._level_layers import RandomClipping

        return RandomClipping(max_db=self.max_db, seed=seed, probability=self.probability)
