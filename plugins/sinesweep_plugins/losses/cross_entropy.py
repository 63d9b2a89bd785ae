"""Cross-entropy, with label smoothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import Loss
from sinesweep.dataset import Task
from sinesweep.domains import Float

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class CrossEntropy(Loss):
    """Minus the logarithm of the probability that the network gives to the right class.

    It is Keras' categorical and its sparse categorical cross-entropy alike: classes need no encoding here.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.CLASSIFICATION})

    label_smoothing: Annotated[
        float, Float(0.0, 0.5, search=(0.0, 0.2)), "share of a target that is spread evenly over all classes"
    ] = 0.0

    def build(self, task: Task) -> keras.losses.Loss:
        """Categorical cross-entropy of one-hot targets and logits."""
        import keras

        return keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=self.label_smoothing)
