"""Random time shift."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import Augmentation, Stage
from sinesweep.domains import Choice, Float

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class TimeShift(Augmentation):
    """Moves clips in time: what is heard does not depend on when the recording began."""

    stage: ClassVar[Stage] = Stage.WAVEFORM
    unsafe_for: ClassVar[frozenset[str]] = frozenset({"position"})
    adjustable: ClassVar[frozenset[str]] = frozenset({"max_share", "probability"})

    max_share: Annotated[float, Float(0.0, 1.0, search=(0.05, 0.5)), "longest shift, as a share of the clip"] = 0.2
    fill: Annotated[
        str, Choice(("zeros", "roll"), search=False), "what comes in: silence, or what went out at the other end"
    ] = "zeros"
    probability: Annotated[float, Float(0.0, 1.0, search=False), "chance that a clip is changed"] = 1.0

    def layer(self, rate_hz: int, seed: int) -> keras.Layer:
        """A layer of waveforms that draws one shift a clip, to either side."""
        from sinesweep_plugins.augmentations._time_layers import RandomTimeShift

        return RandomTimeShift(max_share=self.max_share, fill=self.fill, seed=seed, probability=self.probability)
