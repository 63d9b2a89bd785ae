"""A learnable pooling: the Keras layer."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="sinesweep_extras")
class AutoPool(keras.Layer):
    """Logits of frames `(batch, frames, classes)` → of clips `(batch, classes)`: their mean, weighed by themselves.

    The weight of a frame is the softmax over all frames of `alpha · logit`, and `alpha` is learnt for each class.
    """

    def __init__(self, beginning: float = 1.0, **options: Any) -> None:
        super().__init__(**{"dtype": "float32"} | options)
        self.beginning = beginning

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """One weight a class."""
        start = keras.initializers.Constant(self.beginning)
        self.alpha = self.add_weight(shape=(input_shape[-1],), initializer=start, name="alpha")

    def call(self, logits: Any) -> Any:
        """The pooled logits."""
        return ops.sum(ops.softmax(self.alpha * logits, axis=1) * logits, axis=1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """The frames are gone."""
        return input_shape[0], input_shape[2]

    def get_config(self) -> dict[str, Any]:
        """What a saved model needs to make the layer again."""
        return {**super().get_config(), "beginning": self.beginning}
