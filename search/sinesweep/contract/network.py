"""Networks, and what their training makes small."""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from sinesweep.contract.plugin import Plugin, Shape
from sinesweep.dataset import Task
from sinesweep.domains import Choice, Float

if TYPE_CHECKING:
    import keras
    import numpy as np


@dataclass(frozen=True)
class Architecture(Plugin):
    """A family of networks. To be implemented by subclasses: `build`.

    Attributes:
        exports: a model with it can be exported as a SavedModel that gives the same answers.
        own_outputs: it may hold a network that has a number of outputs of its own, and is of use for no other. Its
            suite then asks for that number.
    """

    exports: ClassVar[bool] = True
    own_outputs: ClassVar[bool] = False

    dropout: Annotated[float, Float(0.0, 0.9, search=(0.0, 0.5)), "share of units that are dropped in training"] = 0.2
    l1: Annotated[float, Choice((0.0, 1e-6, 1e-5, 1e-4, 1e-3)), "weight of the sum of absolute kernel weights"] = 0.0
    l2: Annotated[float, Choice((0.0, 1e-6, 1e-5, 1e-4, 1e-3)), "weight of the sum of squared kernel weights"] = 0.0
    regularized: Annotated[
        str,
        Choice(("kernel", "kernel_bias", "activity", "all"), search=False),
        "what l1 and l2 weigh: kernels, biases too, what the non-linearities of a clip give, or all three",
    ] = "kernel"

    def check(self, input_shape: Shape) -> None:
        """Raise `Infeasible` where this network cannot take `input_shape`.

        That is `(frames, bins)`, or `(frames, bins, channels)` from a front end whose features have channels.
        """

    @abc.abstractmethod
    def build(self, input_shape: Shape, outputs: int) -> keras.Model:
        """A Keras model, float32 `(batch, *input_shape)` → logits `(batch, outputs)`, no activation at its end."""


@dataclass(frozen=True)
class Loss(Plugin):
    """What training makes small. To be implemented by subclasses: `tasks` and `build`."""

    tasks: ClassVar[frozenset[Task]]

    def check(self, task: Task, outputs: int) -> None:
        """Raise `Infeasible` where this loss cannot be of `outputs` classes, labels or values."""

    def class_weights(self, counts: np.ndarray[Any, Any]) -> np.ndarray[Any, Any] | None:
        """How much a clip of each class counts `(classes,)`, from the training clips of each; None: all the same.

        Only asked in classification.
        """
        return None

    @abc.abstractmethod
    def build(self, task: Task) -> keras.losses.Loss:
        """A Keras loss of `(targets, logits)`, both `(batch, outputs)`.

        Targets are one-hot in classification, a 1 or 0 for each label in multi-label (mixed clips have shares), and
        in regression values that are z-scored over the training part, as the network's answers then are.
        """
