"""The depthwise-separable convolutional network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from sinesweep.contract import Architecture, Shape
from sinesweep.domains import Choice, Int
from sinesweep_plugins.architectures._blocks import ACTIVATIONS, NORMS, SPATIAL_DROPOUT, logits, spatial_dropout
from sinesweep_plugins.architectures._inputs import folded, picture, sides
from sinesweep_plugins.architectures._pictures import convolved, filtered, norm_activation

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class DSCNN(Architecture):
    """A convolution, then blocks of one filter a channel and a mix of the channels: few weights, made for keywords.

    Zhang, Suda, Lai and Chandra, "Hello Edge: Keyword Spotting on Microcontrollers", arXiv:1711.07128, 2017. Its DS-CNN
    S, M and L have 64, 172 and 276 filters, 4, 4 and 5 blocks, and take 49 frames of 10 MFCC.
    """

    blocks: Annotated[int, Int(1, 8, search=(3, 6)), "depthwise-separable blocks"] = 4
    filters: Annotated[
        int, Choice((16, 32, 64, 96, 128, 172, 276), search=(32, 64, 96, 128)), "filters of every convolution"
    ] = 64
    first_kernel_time: Annotated[int, Int(1, 20, search=(3, 10)), "frames", "length of the first filters"] = 10
    first_kernel_frequency: Annotated[int, Int(1, 20, search=(3, 10)), "bins", "height of the first filters"] = 4
    stride_time: Annotated[int, Int(1, 4, search=False), "frames", "step of the first filters"] = 2
    stride_frequency: Annotated[int, Int(1, 4, search=(1, 2)), "bins", "step of the first filters"] = 2
    kernel: Annotated[int, Int(3, 7, step=2, search=False), "width and height of the other filters"] = 3
    norm: Annotated[str, NORMS, "normalise over the batch, over the channels, or not"] = "batch"
    activation: Annotated[str, ACTIVATIONS, "non-linearity of every convolution"] = "relu"
    spatial_dropout: Annotated[float, SPATIAL_DROPOUT, "share of feature maps dropped behind every block"] = 0.0

    def check(self, input_shape: Shape) -> None:
        """Refuse shapes that are not features; every number of frames and bins will do."""
        sides(input_shape)

    def build(self, input_shape: Shape, outputs: int) -> keras.Model:
        """Convolution → depthwise-separable blocks → mean over time and frequency → dropout → logits."""
        import keras

        self.check(input_shape)
        inputs, bins, bias = keras.Input(input_shape), input_shape[1], self.norm == "none"
        first = folded((self.first_kernel_time, self.first_kernel_frequency), bins)
        strides = folded((self.stride_time, self.stride_frequency), bins)
        x = norm_activation(self, convolved(self, picture(inputs), self.filters, first, strides, bias))
        for _ in range(self.blocks):
            x = norm_activation(self, filtered(self, x, folded((self.kernel, self.kernel), bins), bias))
            x = norm_activation(self, convolved(self, x, self.filters, (1, 1), bias=bias))
            x = spatial_dropout(x, self.spatial_dropout)
        x = keras.layers.Dropout(self.dropout)(keras.layers.GlobalAveragePooling2D()(x))
        return keras.Model(inputs, logits(self, x, outputs), name="ds_cnn")
