"""SpecAugment's time mask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import Augmentation, Stage
from sinesweep.domains import Float, Int

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class TimeMask(Augmentation):
    """Hides bands of neighbouring frames, so that the network does not lean on one of them.

    Park, Chan, Zhang, Chiu, Zoph, Cubuk and Le, "SpecAugment", Interspeech 2019.
    """

    stage: ClassVar[Stage] = Stage.FEATURES
    unsafe_for: ClassVar[frozenset[str]] = frozenset({"position", "silence"})
    adjustable: ClassVar[frozenset[str]] = frozenset({"max_share", "probability"})

    masks: Annotated[int, Int(1, 4, search=(1, 2)), "masks a clip; they may overlap"] = 2
    max_share: Annotated[float, Float(0.0, 1.0, search=(0.05, 0.3)), "widest mask, as a share of all frames"] = 0.15
    probability: Annotated[float, Float(0.0, 1.0, search=False), "chance that a clip is changed"] = 1.0

    def layer(self, rate_hz: int, seed: int) -> keras.Layer:
        """A layer of normalised features that sets the masked frames to 0, the mean."""
        from sinesweep_plugins.augmentations._feature_layers import RandomMask

        return RandomMask(axis=1, masks=self.masks, max_share=self.max_share, seed=seed, probability=self.probability)
