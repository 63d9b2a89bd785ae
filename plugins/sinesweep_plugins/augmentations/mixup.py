"""Mixup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import Augmentation, Stage
from sinesweep.domains import Float

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Mixup(Augmentation):
    """Mixes clips of a batch with one another, features and targets alike: fewer sure mistakes on small data.

    Zhang, Cisse, Dauphin and Lopez-Paz, "mixup: Beyond Empirical Risk Minimization", ICLR 2018; with a share a clip
    instead of one a batch.
    """

    stage: ClassVar[Stage] = Stage.BATCH
    unsafe_for: ClassVar[frozenset[str]] = frozenset({"loudness", "silence"})
    adjustable: ClassVar[frozenset[str]] = frozenset({"alpha", "probability"})

    alpha: Annotated[
        float, Float(0.01, 10.0, log=True, search=(0.1, 1.0)), "of Beta(alpha, alpha): small mixes little, 1 evenly"
    ] = 0.2
    probability: Annotated[float, Float(0.0, 1.0, search=False), "chance that a clip is changed"] = 1.0

    def layer(self, rate_hz: int, seed: int) -> keras.Layer:
        """A layer of (features, targets) that mixes every clip with a random partner."""
        from sinesweep_plugins.augmentations._batch_layers import RandomMixup

        return RandomMixup(alpha=self.alpha, seed=seed, probability=self.probability)
