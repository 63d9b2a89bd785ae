"""The Keras losses that the plugins of this package build; all take logits and whole or mixed targets."""

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
        return -ops.sum(targets * _missed(log_p, self.gamma) * log_p, axis=-1)

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs."""
        return super().get_config() | {"gamma": self.gamma}


@keras.saving.register_keras_serializable(package="sinesweep")
class BinaryFocalLoss(keras.losses.Loss):
    """The mean over labels of the focal loss of being there or not, with `p = sigmoid(logits)`: one number a clip.

    With `gamma` 0 it is binary cross-entropy.
    """

    def __init__(self, gamma: float, label_smoothing: float = 0.0, **options: Any) -> None:
        super().__init__(**options)
        self.gamma = gamma
        self.label_smoothing = label_smoothing

    def call(self, targets: Any, logits: Any) -> Any:
        """Losses `(batch,)` of targets and logits `(batch, labels)`."""
        targets = targets * (1 - self.label_smoothing) + self.label_smoothing / 2
        there, absent = -ops.softplus(-logits), -ops.softplus(logits)
        if self.gamma:
            return -ops.mean(
                targets * _missed(there, self.gamma) * there + (1 - targets) * _missed(absent, self.gamma) * absent,
                axis=-1,
            )
        return -ops.mean(targets * there + (1 - targets) * absent, axis=-1)

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs."""
        return super().get_config() | {"gamma": self.gamma, "label_smoothing": self.label_smoothing}


@keras.saving.register_keras_serializable(package="sinesweep")
class PairLoss(keras.losses.Loss):
    """A loss of one label, for two classes: of the second one's target, and of how far its logit is ahead."""

    def __init__(self, inner: Any, **options: Any) -> None:
        super().__init__(**options)
        self.inner = keras.losses.get(inner)

    def call(self, targets: Any, logits: Any) -> Any:
        """Losses `(batch,)` of targets and logits `(batch, 2)`."""
        return self.inner.call(targets[:, 1:], logits[:, 1:] - logits[:, :1])

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs."""
        return super().get_config() | {"inner": keras.losses.serialize(self.inner)}


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


def _missed(log_p: Any, gamma: float) -> Any:
    """`(1 - p)^gamma`. 1 - exp(log p) loses all digits near p = 1; expm1 keeps them, so gradients stay finite."""
    return ops.power(ops.maximum(-ops.expm1(log_p), keras.config.epsilon()), gamma)
