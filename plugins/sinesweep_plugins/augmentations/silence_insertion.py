"""Silence insertion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import Augmentation, Stage
from sinesweep.domains import Float

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class SilenceInsertion(Augmentation):
    """Puts a silence into clips; what comes behind it moves towards the end, and what leaves the clip is lost."""

    stage: ClassVar[Stage] = Stage.WAVEFORM
    unsafe_for: ClassVar[frozenset[str]] = frozenset({"position", "tempo", "silence"})
    adjustable: ClassVar[frozenset[str]] = frozenset({"max_share", "probability"})

    max_share: Annotated[float, Float(0.0, 1.0, search=(0.05, 0.3)), "longest silence, as a share of the clip"] = 0.15
    probability: Annotated[float, Float(0.0, 1.0, search=False), "chance that a clip is changed"] = 0.5

    def layer(self, rate_hz: int, seed: int) -> keras.Layer:
        """A layer of waveforms that draws place and length of one silence a clip."""
        from sinesweep_plugins.augmentations._time_layers import RandomSilenceInsertion

        return RandomSilenceInsertion(max_share=self.max_share, seed=seed, probability=self.probability)
