"""Keras losses that compare answers: by how much they are ahead, and how far two distributions are apart."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

FAR = 1e9
"""Further behind than any logit: what is taken out of a maximum."""


@keras.saving.register_keras_serializable(package="sinesweep")
class ClassHinge(keras.losses.Loss):
    """How much a class lacks to be `margin` ahead of the next best one; mixed clips by their shares."""

    def __init__(self, margin: float, **options: Any) -> None:
        super().__init__(**options)
        self.margin = margin

    def call(self, targets: Any, logits: Any) -> Any:
        """Losses `(batch,)` of targets and logits `(batch, classes)`."""
        own = ops.eye(logits.shape[-1], dtype=logits.dtype)
        rivals = ops.max(ops.expand_dims(logits, -2) - FAR * own, axis=-1)
        return ops.sum(targets * ops.relu(self.margin + rivals - logits), axis=-1)

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs."""
        return super().get_config() | {"margin": self.margin}


@keras.saving.register_keras_serializable(package="sinesweep")
class LabelHinge(keras.losses.Loss):
    """The mean over labels of how much a logit lacks to be `margin` on its side of 0; mixed clips by their shares."""

    def __init__(self, margin: float, **options: Any) -> None:
        super().__init__(**options)
        self.margin = margin

    def call(self, targets: Any, logits: Any) -> Any:
        """Losses `(batch,)` of targets and logits `(batch, labels)`."""
        there, absent = ops.relu(self.margin - logits), ops.relu(self.margin + logits)
        return ops.mean(targets * there + (1 - targets) * absent, axis=-1)

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs."""
        return super().get_config() | {"margin": self.margin}


@keras.saving.register_keras_serializable(package="sinesweep")
class Divergence(keras.losses.Loss):
    """The Kullback-Leibler divergence of `softmax(logits)` from the targets, in nats: one number a clip."""

    def __init__(self, label_smoothing: float = 0.0, **options: Any) -> None:
        super().__init__(**options)
        self.label_smoothing = label_smoothing

    def call(self, targets: Any, logits: Any) -> Any:
        """Losses `(batch,)` of targets and logits `(batch, classes)`."""
        targets = targets * (1 - self.label_smoothing) + self.label_smoothing / logits.shape[-1]
        log_targets = ops.log(ops.maximum(targets, keras.config.epsilon()))
        return ops.sum(targets * (log_targets - ops.log_softmax(logits, axis=-1)), axis=-1)

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs."""
        return super().get_config() | {"label_smoothing": self.label_smoothing}
