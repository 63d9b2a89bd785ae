"""Keras layers of `encoder_decoder`."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="sinesweep")
class Reconstruction(keras.layers.Layer):
    """Gives its first input back, and in training adds how badly the decoder restores the second from it.

    `(batch, latent)` and `(batch, frames, bins, channels)` → `(batch, latent)`. Outside of training the decoder is
    not run and nothing is added.
    """

    def __init__(self, decoder: keras.Model, weight: float, **kwargs: Any) -> None:
        """Makes the layer.

        Args:
            decoder: `(batch, latent)` → `(batch, frames, bins, channels)`.
            weight: what the mean squared error is multiplied by.
        """
        super().__init__(**kwargs)
        self.decoder = decoder
        self.weight = weight

    def build(self, input_shape: Any) -> None:
        """The decoder has its weights already."""
        self.built = True

    def call(self, inputs: tuple[Any, Any], training: bool | None = None) -> Any:
        """The latent; adds the loss where `training` is True."""
        latent, picture = inputs
        if training:
            error = ops.square(self.decoder(latent, training=True) - picture)
            self.add_loss(self.weight * ops.mean(error))
        return latent

    def compute_output_shape(self, input_shape: Any) -> Any:
        """That of the first input."""
        return input_shape[0]

    def get_config(self) -> dict[str, Any]:
        """What `from_config` takes."""
        decoder = keras.saving.serialize_keras_object(self.decoder)
        return super().get_config() | {"decoder": decoder, "weight": self.weight}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Reconstruction:
        """The layer that `get_config` described."""
        return cls(**config | {"decoder": keras.saving.deserialize_keras_object(config["decoder"])})
