"""A loss with a margin: the plugin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep import Float, Loss, Task

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Margin(Loss):
    """Cross-entropy in which the right class has to win by a margin, so that classes keep their distance.

    Wang, Cheng, Liu and Liu, "Additive margin softmax for face verification", 2018, without their normalised weights.
    """

    contract: ClassVar[int] = 1
    tasks: ClassVar[frozenset[Task]] = frozenset({Task.CLASSIFICATION})

    margin: Annotated[float, Float(0.0, 10.0, search=(0.5, 3.0)), "what is taken off the right class's logit"] = 1.0

    def build(self, task: Task) -> keras.losses.Loss:
        """A Keras loss of one-hot targets and logits, both `(batch, outputs)`."""
        from sinesweep_extras.margin_loss import MarginLoss

        return MarginLoss(self.margin)
