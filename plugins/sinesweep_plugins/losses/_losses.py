"""The Keras losses that the plugins of this package build; all take logits and whole or mixed one-hot targets."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="sinesweep")
class FocalLoss(keras.losses.Loss):
    """The sum over classes of `-target · (1 - p)^gamma · log p`, with `p = softmax(logits)`: one number a clip."""

    def __init__(self, gamma: float, **options: Any) -> None:
        super().__init__(**options)
        self.gamma = gamma

    def call(self, targets: Any, logits: Any) -> Any:
        """Losses `(batch,)` of targets and logits `(batch, outputs)`."""
        log_p = ops.log_softmax(logits, axis=-1)
        # 1 - exp(log p) loses all digits near p = 1; expm1 keeps them, so that the power's gradient stays finite.
        miss = ops.maximum(-ops.expm1(log_p), keras.config.epsilon())
        return -ops.sum(targets * ops.power(miss, self.gamma) * log_p, axis=-1)

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs."""
        return super().get_config() | {"gamma": self.gamma}


@keras.saving.register_keras_serializable(package="sinesweep")
class AnswerError(keras.losses.Loss):
    """The mean over outputs of `|target - activation(logits)|^power`: one number a clip."""

    def __init__(self, activation: str, power: int, **options: Any) -> None:
        super().__init__(**options)
        self.activation = activation
        self.power = power

    def call(self, targets: Any, logits: Any) -> Any:
        """Losses `(batch,)` of targets and logits `(batch, outputs)`."""
        distance = ops.abs(targets - keras.activations.get(self.activation)(logits))
        return ops.mean(distance**self.power, axis=-1)

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs."""
        return super().get_config() | {"activation": self.activation, "power": self.power}
