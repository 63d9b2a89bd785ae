"""The Huber loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import Loss
from sinesweep.dataset import Task
from sinesweep.domains import Float

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Huber(Loss):
    """The squared error where it is small, the absolute one where it is large: outliers pull less.

    Huber, "Robust Estimation of a Location Parameter", Ann. Math. Stat. 1964.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.REGRESSION})

    delta: Annotated[
        float,
        Float(0.05, 10.0, log=True, search=(0.25, 2.0)),
        "deviations",
        "the error from which on it grows in proportion, in standard deviations of the value",
    ] = 1.0

    def build(self, task: Task) -> keras.losses.Loss:
        """The Huber loss of targets and answers."""
        import keras

        return keras.losses.Huber(delta=self.delta)
