"""The focal loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import Loss
from sinesweep.dataset import Task
from sinesweep.domains import Float

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Focal(Loss):
    """Cross-entropy that looks away from what is already learnt, for rare or hard classes.

    Lin, Goyal, Girshick, He and Dollár, "Focal Loss for Dense Object Detection", ICCV 2017, without their class weight
    α (`Fit.class_weights` does that work): with their sigmoid for labels, with a softmax in its place for classes.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.CLASSIFICATION, Task.MULTI_LABEL})

    gamma: Annotated[
        float, Float(0.0, 5.0, search=(0.5, 3.0)), "how much less easy examples count; 0 is plain cross-entropy"
    ] = 2.0

    def build(self, task: Task) -> keras.losses.Loss:
        """The focal loss of one-hot targets and logits, or the mean over labels."""
        from sinesweep_plugins.losses._losses import BinaryFocalLoss, FocalLoss

        return BinaryFocalLoss(gamma=self.gamma) if task is Task.MULTI_LABEL else FocalLoss(gamma=self.gamma)
