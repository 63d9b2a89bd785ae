"""SpecAugment's time warp."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import Augmentation, Stage
from sinesweep.domains import Float

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class TimeWarp(Augmentation):
    """Moves one frame of clips forwards or backwards and stretches what lies on its two sides.

    Park, Chan, Zhang, Chiu, Zoph, Cubuk and Le, "SpecAugment", Interspeech 2019. Their image warp is, along time,
    two straight lines.
    """

    stage: ClassVar[Stage] = Stage.FEATURES
    unsafe_for: ClassVar[frozenset[str]] = frozenset({"tempo", "position"})
    adjustable: ClassVar[frozenset[str]] = frozenset({"max_share", "probability"})

    max_share: Annotated[
        float, Float(0.0, 0.45, search=(0.02, 0.2)), "farthest that the frame is moved, as a share of the clip"
    ] = 0.1
    probability: Annotated[float, Float(0.0, 1.0, search=False), "chance that a clip is changed"] = 1.0

    def layer(self, rate_hz: int, seed: int) -> keras.Layer:
        """A layer of normalised features that draws the frame and its way for every clip."""
        from sinesweep_plugins.augmentations._feature_layers import RandomTimeWarp

        return RandomTimeWarp(max_share=self.max_share, seed=seed, probability=self.probability)
