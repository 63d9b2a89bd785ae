"""The Keras layer under every augmentation: its seed, its chance, and its silence outside training."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


class RandomLayer(keras.Layer):
    """Changes its input in training, returns it untouched otherwise. To be implemented by subclasses: `change`.

    It computes in float32 under any dtype policy: powers and decibels need the range.

    Args:
        seed: where its chance begins; the same seed gives the same draws, batch after batch.
        probability: the chance that a clip is changed at all.
    """

    def __init__(self, seed: int, probability: float = 1.0, **options: Any) -> None:
        super().__init__(**{"dtype": "float32"} | options)
        self.seed = seed
        self.probability = probability
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """`inputs`, changed where `training` is True."""
        return self.change(inputs) if training else inputs

    def change(self, inputs: Any) -> Any:
        """The changed inputs, of the same shapes."""
        raise NotImplementedError

    def uniform(self, shape: tuple[Any, ...], low: float = 0.0, high: float = 1.0) -> Any:
        """Fresh float32 numbers, even in `[low, high)`."""
        return keras.random.uniform(shape, low, high, dtype="float32", seed=self.generator)

    def chosen(self, shape: tuple[Any, ...]) -> Any:
        """Fresh float32 numbers: 1 with the layer's probability, else 0."""
        return ops.cast(self.uniform(shape) < self.probability, "float32")

    def compute_output_shape(self, input_shape: Any) -> Any:
        """An augmentation keeps every shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs."""
        return super().get_config() | {"seed": self.seed, "probability": self.probability}
