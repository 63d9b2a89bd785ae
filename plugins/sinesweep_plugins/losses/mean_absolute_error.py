"""The mean absolute error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from sinesweep.contract import Loss
from sinesweep.dataset import Task

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class MeanAbsoluteError(Loss):
    """The mean absolute distance between the answers (of classes and labels: probabilities) and the targets."""

    tasks: ClassVar[frozenset[Task]] = frozenset(Task)

    def build(self, task: Task) -> keras.losses.Loss:
        """The mean absolute error of targets and logits, after the task's activation."""
        from sinesweep_plugins.losses._losses import AnswerError

        return AnswerError(activation=task.activation, power=1, name="mean_absolute_error")
