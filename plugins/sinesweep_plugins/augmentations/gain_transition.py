"""Random gain transition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import Augmentation, Stage
from sinesweep.domains import Float

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class GainTransition(Augmentation):
    """Lets clips become louder or softer somewhere: sources come nearer and go away.

    After `GainTransition` of audiomentations (Jordal and others). Samples may leave [-1, 1]; nothing is clipped.
    """

    stage: ClassVar[Stage] = Stage.WAVEFORM
    unsafe_for: ClassVar[frozenset[str]] = frozenset({"loudness"})
    adjustable: ClassVar[frozenset[str]] = frozenset({"max_db", "max_share", "probability"})

    max_db: Annotated[float, Float(0.0, 40.0, search=(3.0, 18.0)), "dB", "largest change of level, up or down"] = 9.0
    max_share: Annotated[
        float, Float(0.0, 1.0, search=False), "longest way from one gain to the other, as a share of the clip"
    ] = 0.5
    probability: Annotated[float, Float(0.0, 1.0, search=False), "chance that a clip is changed"] = 0.5

    def layer(self, rate_hz: int, seed: int) -> keras.Layer:
        """A layer of waveforms that draws two gains a clip, and where the one becomes the other."""
        from sinesweep_plugins.augmentations._level_layers import RandomGainTransition

        return RandomGainTransition(
            max_db=self.max_db, max_share=self.max_share, seed=seed, probability=self.probability
        )
