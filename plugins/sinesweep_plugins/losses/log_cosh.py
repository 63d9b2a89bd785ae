"""The logarithm of the hyperbolic cosine of the error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from sinesweep.contract import Loss
from sinesweep.dataset import Task

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class LogCosh(Loss):
    """Half the squared error where it is small, the absolute one where it is large, and smooth all the way."""

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.REGRESSION})

    def build(self, task: Task) -> keras.losses.Loss:
        """The mean log-cosh of targets and answers."""
        import keras

        return keras.losses.LogCosh()
