"""Keras layers of `transformer`."""

from __future__ import annotations

from typing import Any

import keras


@keras.saving.register_keras_serializable(package="sinesweep")
class Positions(keras.layers.Layer):
    """Adds to every step a vector of its own, which is learned; float32 `(batch, steps, values)` → the same shape."""

    def build(self, input_shape: Any) -> None:
        """Makes the vectors `(steps, values)`, small at first."""
        self.positions = self.add_weight(
            name="positions", shape=tuple(input_shape[1:]), initializer=keras.initializers.RandomNormal(stddev=0.02)
        )
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The steps with their positions."""
        return inputs + self.positions

    def compute_output_shape(self, input_shape: Any) -> Any:
        """That of the input."""
        return input_shape
