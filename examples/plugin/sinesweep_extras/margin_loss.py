"""A loss with a margin: the Keras loss."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="sinesweep_extras")
class MarginLoss(keras.losses.Loss):
    """Cross-entropy of logits from which the margin times the target is taken off: one number a clip."""

    def __init__(self, margin: float, **options: Any) -> None:
        super().__init__(**options)
        self.margin = margin

    def call(self, targets: Any, logits: Any) -> Any:
        """Losses `(batch,)` of targets, mixed ones too, and logits `(batch, outputs)`."""
        return -ops.sum(targets * ops.log_softmax(logits - self.margin * targets, axis=-1), axis=-1)

    def get_config(self) -> dict[str, Any]:
        """What Keras needs to make the loss again."""
        return {**super().get_config(), "margin": self.margin}
