"""The Kullback-Leibler divergence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import Loss
from sinesweep.dataset import Task
from sinesweep.domains import Float

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class KullbackLeibler(Loss):
    """How far the network's probabilities are from the targets; it differs from cross-entropy where these are mixed.

    Kullback and Leibler, "On Information and Sufficiency", Ann. Math. Stat. 1951.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.CLASSIFICATION})

    label_smoothing: Annotated[
        float, Float(0.0, 0.5, search=(0.0, 0.2)), "share of a target that is spread evenly over all classes"
    ] = 0.0

    def build(self, task: Task) -> keras.losses.Loss:
        """The divergence of one-hot or mixed targets and logits."""
        from sinesweep_plugins.losses._margins import Divergence

        return Divergence(label_smoothing=self.label_smoothing, name="kullback_leibler")
