"""Between-class mixing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import Augmentation, Stage
from sinesweep.domains import Float

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class BetweenClass(Augmentation):
    """Mixes waveforms of different classes at a random share, as loud as each is heard, and their targets alike.

    Tokozume, Ushiku and Harada, "Learning from Between-class Examples for Deep Sound Recognition", ICLR 2018; they
    train with the Kullback-Leibler divergence, whose gradient is cross-entropy's. For classification.
    """

    stage: ClassVar[Stage] = Stage.WAVEFORM_BATCH
    unsafe_for: ClassVar[frozenset[str]] = frozenset({"loudness", "silence"})
    adjustable: ClassVar[frozenset[str]] = frozenset({"probability"})

    probability: Annotated[float, Float(0.0, 1.0, search=(0.5, 1.0)), "chance that a clip is changed"] = 1.0

    def layer(self, rate_hz: int, seed: int) -> keras.Layer:
        """A layer of (waveforms, targets) that mixes every clip with one of another class."""
        from sinesweep_plugins.augmentations._between_class_layers import RandomBetweenClass

        return RandomBetweenClass(rate_hz=rate_hz, seed=seed, probability=self.probability)
