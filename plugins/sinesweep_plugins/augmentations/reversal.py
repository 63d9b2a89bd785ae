"""Time reversal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import Augmentation, Stage
from sinesweep.domains import Float

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Reversal(Augmentation):
    """Plays clips backwards: for sounds that are steady, or the same in both directions."""

    stage: ClassVar[Stage] = Stage.WAVEFORM
    unsafe_for: ClassVar[frozenset[str]] = frozenset({"speech", "position"})
    adjustable: ClassVar[frozenset[str]] = frozenset({"probability"})

    probability: Annotated[float, Float(0.0, 1.0, search=False), "chance that a clip is changed"] = 0.5

    def layer(self, rate_hz: int, seed: int) -> keras.Layer:
        """A layer of waveforms that turns the chosen ones round."""
        from sinesweep_plugins.augmentations._time_layers import RandomReversal

        return RandomReversal(seed=seed, probability=self.probability)
