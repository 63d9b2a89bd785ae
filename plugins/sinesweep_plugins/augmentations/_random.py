"""The Keras layer under every augmentation: its seed, its chance, and its silence outside training."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import keras
from keras import ops


class RandomLayer(keras.Layer):
    """Changes its input in training, returns it untouched otherwise. To be implemented by subclasses: `change`.

    It computes in float32 under any dtype policy: powers and decibels need the range.

    Args:
        seed: where its chance begins; the same seed gives the same draws, batch after batch.
        probability: the chance that a clip is changed at all.
        options: the layer's own `settings`, which become attributes, and what `keras.Layer` takes.
    """

    settings: ClassVar[tuple[str, ...]] = ()

    def __init__(self, seed: int, probability: float = 1.0, **options: Any) -> None:
        given = {name: options.pop(name) for name in self.settings}
        super().__init__(**{"dtype": "float32"} | options)
        self.seed = seed
        self.probability = probability
        self.generator = keras.random.SeedGenerator(seed)
        for name, value in given.items():
            setattr(self, name, value)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """`inputs`, changed where `training` is True."""
        return self.change(inputs) if training else inputs

    def change(self, inputs: Any) -> Any:
        """The changed inputs, of the same shapes."""
        raise NotImplementedError

    def uniform(self, shape: tuple[Any, ...], low: float = 0.0, high: float = 1.0) -> Any:
        """Fresh float32 numbers, even in `[low, high)`."""
        return keras.random.uniform(shape, low, high, dtype="float32", seed=self.generator)

    def log_uniform(self, shape: tuple[Any, ...], low: float, high: float) -> Any:
        """Fresh float32 numbers between `low` and `high`, both above 0, even in their logarithm."""
        return ops.exp(self.uniform(shape, math.log(low), math.log(high)))

    def chosen(self, shape: tuple[Any, ...]) -> Any:
        """Fresh float32 numbers: 1 with the layer's probability, else 0."""
        return ops.cast(self.uniform(shape) < self.probability, "float32")

    def some(self, changed: Any, inputs: Any) -> Any:
        """`changed` for the clips that are chosen by chance, `inputs` for the others."""
        return ops.where(self.chosen((ops.shape(inputs)[0],) + (1,) * (len(inputs.shape) - 1)) > 0, changed, inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """An augmentation keeps every shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs."""
        own = {name: getattr(self, name) for name in ("seed", "probability", *self.settings)}
        return super().get_config() | own
