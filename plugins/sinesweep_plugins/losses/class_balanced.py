"""The class-balanced loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np

from sinesweep.contract import Loss
from sinesweep.dataset import Task
from sinesweep.domains import Choice, Float

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class ClassBalanced(Loss):
    """Cross-entropy or focal loss in which rare classes count more, by how much new a further clip would show.

    Cui, Jia, Lin, Song and Belongie, "Class-Balanced Loss Based on Effective Number of Samples", CVPR 2019: a class of
    n clips has the weight (1 - β) / (1 - βⁿ), and all weights add up to the number of classes.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.CLASSIFICATION})

    beta: Annotated[
        float, Choice((0.9, 0.99, 0.999, 0.9999)), "β; 0 would be no weights, near 1 they are those of balanced classes"
    ] = 0.999
    gamma: Annotated[
        float, Float(0.0, 5.0, search=False), "how much less easy examples count, as in the focal loss; 0 is not at all"
    ] = 0.0

    def class_weights(self, counts: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """The paper's weights, float64 `(classes,)`; a class without clips has none."""
        effective = (1 - self.beta ** np.maximum(counts, 1)) / (1 - self.beta)
        weights = np.where(counts > 0, 1 / effective, 0.0)
        return np.asarray(weights * np.count_nonzero(counts) / weights.sum())

    def build(self, task: Task) -> keras.losses.Loss:
        """The focal loss of one-hot targets and logits; without γ it is cross-entropy."""
        from sinesweep_plugins.losses._losses import FocalLoss

        return FocalLoss(gamma=self.gamma, name="class_balanced")
