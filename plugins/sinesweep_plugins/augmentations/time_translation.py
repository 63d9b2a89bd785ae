"""Translation along time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import Augmentation, Stage
from sinesweep.domains import Choice, Float

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class TimeTranslation(Augmentation):
    """Moves the frames of clips: as `time_shift`, but behind the front end, so that features are computed only once."""

    stage: ClassVar[Stage] = Stage.FEATURES
    unsafe_for: ClassVar[frozenset[str]] = frozenset({"position"})
    adjustable: ClassVar[frozenset[str]] = frozenset({"max_share", "probability"})

    max_share: Annotated[float, Float(0.0, 1.0, search=(0.05, 0.5)), "farthest, as a share of all frames"] = 0.2
    fill: Annotated[
        str, Choice(("zeros", "roll"), search=False), "what comes in: the mean, or what went out at the other end"
    ] = "zeros"
    probability: Annotated[float, Float(0.0, 1.0, search=False), "chance that a clip is changed"] = 1.0

    def layer(self, rate_hz: int, seed: int) -> keras.Layer:
        """A layer of normalised features that draws one whole number of frames a clip, to either side."""
        from sinesweep_plugins.augmentations._feature_layers import RandomTranslation

        return RandomTranslation(
            axis=1, max_share=self.max_share, fill=self.fill, seed=seed, probability=self.probability
        )
