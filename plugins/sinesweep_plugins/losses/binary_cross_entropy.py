"""Binary cross-entropy, with label smoothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import Loss
from sinesweep.dataset import Task
from sinesweep.domains import Float
from sinesweep.errors import Infeasible

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class BinaryCrossEntropy(Loss):
    """Minus the logarithm of the probability of what is right, label by label; or of two classes."""

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.CLASSIFICATION, Task.MULTI_LABEL})

    label_smoothing: Annotated[
        float, Float(0.0, 0.5, search=(0.0, 0.2)), "share of a target that is spread evenly over yes and no"
    ] = 0.0

    def check(self, task: Task, outputs: int) -> None:
        """Of classes it takes two."""
        if task is Task.CLASSIFICATION and outputs != 2:
            raise Infeasible(
                f"binary cross-entropy tells two classes apart, and there are {outputs}; take cross_entropy"
            )

    def build(self, task: Task) -> keras.losses.Loss:
        """The mean over labels; of two classes that of the second one against the first."""
        from sinesweep_plugins.losses._losses import BinaryFocalLoss, PairLoss

        loss = BinaryFocalLoss(gamma=0.0, label_smoothing=self.label_smoothing, name="binary_cross_entropy")
        return PairLoss(loss, name="binary_cross_entropy") if task is Task.CLASSIFICATION else loss
