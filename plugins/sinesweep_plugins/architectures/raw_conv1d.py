"""Convolutions on waveforms."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from sinesweep.contract import Architecture, Shape
from sinesweep.domains import Choice, Int
from sinesweep.errors import Infeasible
from sinesweep_plugins.architectures._blocks import ACTIVATIONS, NORMS, SPATIAL_DROPOUT, logits, spatial_dropout
from sinesweep_plugins.architectures._inputs import sequence, sides
from sinesweep_plugins.architectures._temporal import SUMMARIES, summarised, time_convolution

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class RawConv1D(Architecture):
    """Long filters on the samples themselves, then short ones with strong pooling; for the features `waveform`.

    Dai, Dai, Qu, Li and Das, "Very deep convolutional neural networks for raw waveforms", ICASSP 2017. Its M3 is 256
    filters in 1 block, its M5 128 filters in 3 blocks.
    """

    first_kernel: Annotated[int, Int(8, 512, search=(16, 160), log=True), "samples", "length of the first filters"] = 80
    first_stride: Annotated[int, Choice((1, 2, 4, 8, 16), search=(4, 8)), "samples", "step of the first filters"] = 4
    blocks: Annotated[int, Int(1, 6, search=(2, 4)), "blocks of convolutions behind the first, each with a pooling"] = 3
    convolutions: Annotated[int, Int(1, 4, search=(1, 2)), "convolutions of a block"] = 1
    filters: Annotated[
        int, Choice((8, 16, 32, 64, 128, 256), search=(16, 32, 64)), "filters of the first; doubled from block to block"
    ] = 32
    max_filters: Annotated[int, Choice((64, 128, 256, 512), search=False), "where the doubling ends"] = 512
    kernel: Annotated[int, Int(1, 15, step=2, search=(3, 9)), "steps", "length of the other filters"] = 3
    pool_time: Annotated[int, Int(2, 8, search=False), "steps that a pooling makes one"] = 4
    norm: Annotated[str, NORMS, "normalise over the batch, over the channels, or not"] = "batch"
    activation: Annotated[str, ACTIVATIONS, "non-linearity of every convolution"] = "relu"
    spatial_dropout: Annotated[float, SPATIAL_DROPOUT, "share of feature maps dropped behind every block"] = 0.0
    summary: Annotated[str, SUMMARIES, "how the steps that are left become one: mean, maximum, or both"] = "mean"

    def check(self, input_shape: Shape) -> None:
        """Refuse features of several bins, and poolings that leave nothing."""
        samples, bins, _ = sides(input_shape)
        if bins != 1:
            raise Infeasible(f"raw_conv1d reads waveforms, features of 1 bin; got {bins} bins. Take conv1d for them")
        if math.ceil(samples / self.first_stride) < self.pool_time ** (self.blocks + 1):
            raise Infeasible(
                f"a step of {self.first_stride} samples and {self.blocks + 1} poolings of {self.pool_time} on"
                f" {samples} samples leave nothing"
            )

    def build(self, input_shape: Shape, outputs: int) -> keras.Model:
        """First convolution → pooling → blocks of convolutions and pooling → summary → dropout → logits."""
        import keras

        self.check(input_shape)
        inputs = keras.Input(input_shape)
        norm, activation = self.norm, self.activation
        x = sequence(inputs)
        x = time_convolution(self, x, self.filters, self.first_kernel, norm, activation, stride=self.first_stride)
        x = keras.layers.MaxPooling1D(self.pool_time)(x)
        for block in range(self.blocks):
            for _ in range(self.convolutions):
                filters = min(self.filters * 2**block, max(self.max_filters, self.filters))
                x = time_convolution(self, x, filters, self.kernel, norm, activation)
            x = spatial_dropout(keras.layers.MaxPooling1D(self.pool_time)(x), self.spatial_dropout)
        x = keras.layers.Dropout(self.dropout)(summarised(x, self.summary))
        return keras.Model(inputs, logits(self, x, outputs), name="raw_conv1d")
