"""Random gain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import Augmentation, Stage
from sinesweep.domains import Float

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Gain(Augmentation):
    """Makes clips louder or softer: recordings differ in distance and level.

    It does nothing to features that are normalised per clip. Samples may leave [-1, 1]; nothing is clipped.
    """

    stage: ClassVar[Stage] = Stage.WAVEFORM
    unsafe_for: ClassVar[frozenset[str]] = frozenset({"loudness"})
    adjustable: ClassVar[frozenset[str]] = frozenset({"max_db", "probability"})

    max_db: Annotated[float, Float(0.0, 40.0, search=(3.0, 12.0)), "dB", "largest change of level, up or down"] = 6.0
    probability: Annotated[float, Float(0.0, 1.0, search=False), "chance that a clip is changed"] = 1.0

    def layer(self, rate_hz: int, seed: int) -> keras.Layer:
        """A layer of waveforms that draws one gain a clip, even in decibels."""
        from sinesweep_plugins.augmentations._level_layers import RandomGain

        return RandomGain(max_db=self.max_db, seed=seed, probability=self.probability)
