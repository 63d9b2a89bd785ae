"""Translation along frequency."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import Augmentation, Stage
from sinesweep.domains import Choice, Float

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class FrequencyTranslation(Augmentation):
    """Moves the bins of clips up or down: a cheap likeness of another pitch where bins are in equal musical steps.

    It is for features whose neighbouring bins are neighbouring frequencies, not for cepstra.
    """

    stage: ClassVar[Stage] = Stage.FEATURES
    unsafe_for: ClassVar[frozenset[str]] = frozenset({"pitch", "key", "speaker"})
    adjustable: ClassVar[frozenset[str]] = frozenset({"max_share", "probability"})

    max_share: Annotated[float, Float(0.0, 1.0, search=(0.02, 0.1)), "farthest, as a share of all bins"] = 0.05
    fill: Annotated[
        str, Choice(("zeros", "roll"), search=False), "what comes in: the mean, or what went out at the other end"
    ] = "zeros"
    probability: Annotated[float, Float(0.0, 1.0, search=False), "chance that a clip is changed"] = 0.5

    def layer(self, rate_hz: int, seed: int) -> keras.Layer:
        """A layer of normalised features that draws one whole number of bins a clip, to either side."""
        from sinesweep_plugins.augmentations._feature_layers import RandomTranslation

        return RandomTranslation(
            axis=2, max_share=self.max_share, fill=self.fill, seed=seed, probability=self.probability
        )
