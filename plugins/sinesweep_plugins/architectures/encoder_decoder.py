"""The autoencoder whose latent is classified."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from sinesweep.contract import Architecture, Shape
from sinesweep.domains import Choice, Float, Int
from sinesweep_plugins.architectures._blocks import ACTIVATIONS, NORMS, activated, check_dense, logits, weighed
from sinesweep_plugins.architectures._inputs import folded, picture, sides
from sinesweep_plugins.architectures._pictures import convolved, norm_activation

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class EncoderDecoder(Architecture):
    """Convolutions press a clip into a few numbers that must name it and, in training, bring it back.

    Le, Patterson and White, "Supervised autoencoders: Improving generalization performance with unsupervised
    regularizers", NeurIPS 2018. The decoder is run in training only.
    """

    blocks: Annotated[int, Int(1, 5, search=(2, 4)), "convolutions, each halving frames and bins"] = 3
    filters: Annotated[int, Choice((8, 16, 24, 32, 48, 64)), "filters of the first block; doubled in every next"] = 16
    max_filters: Annotated[int, Choice((64, 128, 256), search=False), "where the doubling ends"] = 128
    kernel: Annotated[int, Int(1, 9, step=2, search=(3, 5)), "width and height of a filter"] = 3
    latent: Annotated[int, Choice((2, 8, 16, 32, 64, 128), search=(16, 32, 64)), "numbers that a clip becomes"] = 32
    reconstruction: Annotated[
        float, Float(0.0, 100.0, search=(0.0, 2.0)), "weight of the reconstruction's mean squared error in the loss"
    ] = 0.5
    norm: Annotated[str, NORMS, "normalise over the batch, over the channels, or not"] = "batch"
    activation: Annotated[str, ACTIVATIONS, "non-linearity of every convolution"] = "relu"

    def check(self, input_shape: Shape) -> None:
        """Refuse inputs that need too many weights around the latent."""
        size = self._shapes(input_shape)[-1]
        check_dense(math.prod(size), self.latent, f"{' × '.join(map(str, size))} numbers")

    def build(self, input_shape: Shape, outputs: int) -> keras.Model:
        """Encoder → latent → dropout → logits; beside them the decoder."""
        import keras

        self.check(input_shape)
        inputs = keras.Input(input_shape)
        x = restored = picture(inputs)
        shapes = self._shapes(input_shape)
        for _, _, filters in shapes[1:]:
            x = self._block(x, filters, input_shape[1])
        x = keras.layers.Flatten()(x)
        latent = keras.layers.Dense(self.latent, name="latent", **weighed(self))(x)
        if self.reconstruction:
            from sinesweep_plugins.architectures._reconstruction_layers import Reconstruction

            latent = Reconstruction(self._decoder(shapes), self.reconstruction)((latent, restored))
        x = keras.layers.Dropout(self.dropout)(activated(self, latent, self.activation))
        return keras.Model(inputs, logits(self, x, outputs), name="encoder_decoder")

    def _decoder(self, shapes: list[Shape]) -> keras.Model:
        """The way back: dense → transposed convolutions, each cut to the encoder's size → the picture."""
        import keras

        inputs = keras.Input((self.latent,))
        x = keras.layers.Dense(math.prod(shapes[-1]), **weighed(self))(inputs)
        x = activated(self, keras.layers.Reshape(shapes[-1])(x), self.activation)
        for shape, (_, _, filters) in zip(reversed(shapes[:-1]), reversed(shapes[1:]), strict=True):
            x = self._block(x, filters, shapes[0][1], way=-1)
            x = keras.layers.Cropping2D(((0, x.shape[1] - shape[0]), (0, x.shape[2] - shape[1])))(x)
        x = convolved(self, x, shapes[0][2], folded((self.kernel, self.kernel), shapes[0][1]))
        return keras.Model(inputs, x, name="decoder")

    def _block(self, x: Any, filters: int, bins: int, way: int = 1) -> Any:
        kernel, strides = folded((self.kernel, self.kernel), bins), folded((2, 2), bins)
        return norm_activation(self, convolved(self, x, filters, kernel, strides, self.norm == "none", way))

    def _shapes(self, input_shape: Shape) -> list[Shape]:
        """`(frames, bins, channels)` of the features and behind every block."""
        shapes: list[Shape] = [sides(input_shape)]
        strides = folded((2, 2), input_shape[1])
        for block in range(self.blocks):
            frames, bins, _ = shapes[-1]
            filters = min(self.filters * 2**block, self.max_filters)
            shapes.append((math.ceil(frames / strides[0]), math.ceil(bins / strides[1]), filters))
        return shapes
