"""The Keras layer under every augmentation: its seed, its chance, and its silence outside training."""

from __future__ import annotations

from typing import Any, ClassVar

import keras
import numpy as np
from keras import ops


class RandomLayer(keras.Layer):
    """Changes its input in training, returns it untouched otherwise. To be implemented by subclasses: `change`.

    It computes in float32 under any dtype policy: powers and decibels need the range.

    Args:
        seed: where its chance begins; the same seed gives the same draws, batch after batch.
        probability: the chance that a clip is changed at all.
        options: the layer's own settings, and what `keras.Layer` takes.

    Attributes:
        settings: names of settings that shapes or branches of the graph follow from; they become attributes.
        adjustable: names of settings that are mere numbers to it. They become weights that are not trained, as
            `probability` does: a graph that was traced with some serves layers with others too.
    """

    settings: ClassVar[tuple[str, ...]] = ()
    adjustable: ClassVar[tuple[str, ...]] = ()

    def __init__(self, seed: int, probability: float = 1.0, **options: Any) -> None:
        numbers = {"probability": probability} | {name: options.pop(name) for name in self.adjustable}
        others = {"seed": seed} | {name: options.pop(name) for name in self.settings}
        super().__init__(**{"dtype": "float32"} | options)
        self.generator = keras.random.SeedGenerator(seed)
        for name, value in others.items():
            setattr(self, name, value)
        for name, value in numbers.items():
            setattr(self, name, self.held(name, value))
        # A weight holds float32, and a config the numbers as they were given.
        self._given = others | numbers

    def held(self, name: str, values: Any) -> keras.Variable:
        """A number or an array of them as a weight that is not trained, float32."""
        initial = keras.initializers.Constant(values)
        return self.add_weight(shape=np.shape(values), initializer=initial, trainable=False, name=name)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """`inputs`, changed where `training` is True."""
        return self.change(inputs) if training else inputs

    def change(self, inputs: Any) -> Any:
        """The changed inputs, of the same shapes."""
        raise NotImplementedError

    def uniform(self, shape: tuple[Any, ...], low: Any = 0.0, high: Any = 1.0) -> Any:
        """Fresh float32 numbers, even in `[low, high)`; the ends are numbers, weights or tensors `()`."""
        ends = [ops.convert_to_tensor(end, dtype="float32") for end in (low, high)]
        return keras.random.uniform(shape, *ends, dtype="float32", seed=self.generator)

    def log_uniform(self, shape: tuple[Any, ...], low: Any, high: Any) -> Any:
        """Fresh float32 numbers between `low` and `high`, both above 0, even in their logarithm."""
        return ops.exp(self.uniform(shape, ops.log(low), ops.log(high)))

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
        return super().get_config() | dict(self._given)
