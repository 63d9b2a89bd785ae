"""The hinge loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import Loss
from sinesweep.dataset import Task
from sinesweep.domains import Float

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Hinge(Loss):
    """How much the right answer lacks to be well ahead, as in a support vector machine.

    Of classes the form of Crammer and Singer, "On the Algorithmic Implementation of Multiclass Kernel-based Vector
    Machines", JMLR 2001. The probabilities of networks that were trained with it are rough.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.CLASSIFICATION, Task.MULTI_LABEL})

    margin: Annotated[float, Float(0.1, 10.0, log=True, search=False), "how far ahead is far enough"] = 1.0

    def build(self, task: Task) -> keras.losses.Loss:
        """Of classes against the next best one, of labels the mean over them."""
        from sinesweep_plugins.losses._margins import ClassHinge, LabelHinge

        kind = LabelHinge if task is Task.MULTI_LABEL else ClassHinge
        return kind(margin=self.margin, name="hinge")
