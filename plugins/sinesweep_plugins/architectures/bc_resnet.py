"""The broadcasted residual network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from sinesweep.contract import Architecture, Shape
from sinesweep.domains import Float, Int
from sinesweep.errors import Infeasible
from sinesweep_plugins.architectures._blocks import (
    ACTIVATIONS,
    SPATIAL_DROPOUT,
    activated,
    batch_normalisation,
    logits,
    regularizer,
)
from sinesweep_plugins.architectures._broadcasting import Broadcasting
from sinesweep_plugins.architectures._inputs import picture, sides
from sinesweep_plugins.architectures._pictures import convolved

if TYPE_CHECKING:
    import keras

STAGES = ((8, 2, False), (12, 2, True), (16, 4, True), (20, 4, False))
"""Channels, blocks, and whether the first block halves the bins."""

FEWEST_BINS = 8


@dataclass(frozen=True)
class BCResNet(Architecture):
    """Convolutions along time on the mean of all bins, beside short cuts that keep the bins: very few weights.

    Kim, Chang, Lee and Sung, "Broadcasted Residual Learning for Efficient Keyword Spotting", Interspeech 2021. Its
    BC-ResNet-3 is width 3; the paper's features have 40 bins.
    """

    width: Annotated[float, Float(1.0, 8.0, search=(1.0, 3.0)), "times the channels of BC-ResNet-1"] = 1.0
    bands: Annotated[
        int, Int(1, 8, search=False), "bands of bins that are normalised apart; fewer where they do not fit"
    ] = 5
    activation: Annotated[str, ACTIVATIONS, "non-linearity; along time it is silu"] = "relu"
    spatial_dropout: Annotated[float, SPATIAL_DROPOUT, "share of feature maps dropped along time"] = 0.1

    def check(self, input_shape: Shape) -> None:
        """Refuse features with too few bins to be halved three times."""
        frames, bins, _ = sides(input_shape)
        if bins < FEWEST_BINS:
            raise Infeasible(
                f"bc_resnet halves the bins three times and needs {FEWEST_BINS} of them; got {frames} frames ×"
                f" {bins} bins"
            )

    def build(self, input_shape: Shape, outputs: int) -> keras.Model:
        """Convolution → four stages of broadcasted blocks → convolution over all bins → mean → dropout → logits."""
        from keras import Input, Model, layers

        self.check(input_shape)
        inputs = Input(input_shape)
        parts = Broadcasting(self, self.activation, self.bands, self.spatial_dropout)
        x = convolved(self, picture(inputs), int(16 * self.width), (5, 5), (1, 2), bias=False)
        x = activated(self, batch_normalisation()(x), self.activation)
        for stage, (channels, blocks, halve) in enumerate(STAGES):
            for block in range(blocks):
                x = parts.block(x, int(channels * self.width), 2**stage, halve and block == 0)
        high = min(5, x.shape[2])
        x = layers.DepthwiseConv2D((5, high), use_bias=False, depthwise_regularizer=regularizer(self))(
            layers.ZeroPadding2D(((2, 2), (0, 0)))(x)
        )
        x = activated(self, batch_normalisation()(parts.mixed(x, int(32 * self.width))), self.activation)
        x = layers.Dropout(self.dropout)(layers.GlobalAveragePooling2D()(x))
        return Model(inputs, logits(self, x, outputs), name="bc_resnet")
