"""The residual network on pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from sinesweep.contract import Architecture, Shape
from sinesweep.domains import Choice, Int
from sinesweep_plugins.architectures._blocks import (
    ACTIVATIONS,
    NORMS,
    SPATIAL_DROPOUT,
    activated,
    logits,
    normalised,
    spatial_dropout,
)
from sinesweep_plugins.architectures._inputs import folded, picture, sides
from sinesweep_plugins.architectures._pictures import convolved, norm_activation

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class ResNet(Architecture):
    """Residual blocks of two convolutions beside a short cut, in stages that halve the picture and double the filters.

    He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition", CVPR 2016; the order with the norm first is
    theirs too: "Identity Mappings in Deep Residual Networks", ECCV 2016.
    """

    stages: Annotated[int, Int(1, 4, search=(2, 4)), "widths; the picture is halved between them"] = 3
    blocks: Annotated[int, Int(1, 4, search=(1, 2)), "residual blocks a stage"] = 1
    filters: Annotated[int, Choice((8, 16, 24, 32, 48, 64)), "filters of the first stage; doubled in every next"] = 16
    kernel: Annotated[int, Int(3, 7, step=2, search=False), "width and height of a filter"] = 3
    preactivation: Annotated[bool, Choice((True, False)), "norm and activation before a convolution, not behind"] = (
        False
    )
    norm: Annotated[str, NORMS, "normalise over the batch, over the channels, or not"] = "batch"
    activation: Annotated[str, ACTIVATIONS, "non-linearity"] = "relu"
    spatial_dropout: Annotated[float, SPATIAL_DROPOUT, "share of feature maps dropped behind every block"] = 0.0

    def check(self, input_shape: Shape) -> None:
        """Refuse shapes that are not features; every number of frames and bins will do."""
        sides(input_shape)

    def build(self, input_shape: Shape, outputs: int) -> keras.Model:
        """Convolution → stages of residual blocks → mean over time and frequency → dropout → logits."""
        import keras

        self.check(input_shape)
        inputs = keras.Input(input_shape)
        bins = input_shape[1]
        kernel = folded((self.kernel, self.kernel), bins)
        x = convolved(self, picture(inputs), self.filters, kernel, bias=self.norm == "none")
        x = x if self.preactivation else norm_activation(self, x)
        for stage in range(self.stages):
            for block in range(self.blocks):
                stride = 2 if stage > 0 and block == 0 else 1
                x = self._block(x, self.filters * 2**stage, bins, stride)
                x = spatial_dropout(x, self.spatial_dropout)
        x = norm_activation(self, x) if self.preactivation else x
        x = keras.layers.Dropout(self.dropout)(keras.layers.GlobalAveragePooling2D()(x))
        return keras.Model(inputs, logits(self, x, outputs), name="resnet")

    def _block(self, x: Any, filters: int, bins: int, stride: int) -> Any:
        """Two convolutions, and a short cut of one cell's width where the shape changes."""
        from keras import layers

        kernel, strides = folded((self.kernel, self.kernel), bins), folded((stride, stride), bins)
        bias = self.norm == "none"
        y = norm_activation(self, x) if self.preactivation else x
        shortcut = x
        if stride > 1 or x.shape[-1] != filters:
            shortcut = convolved(self, y, filters, (1, 1), strides, bias)
            shortcut = shortcut if self.preactivation else normalised(shortcut, self.norm)
        y = norm_activation(self, convolved(self, y, filters, kernel, strides, bias))
        y = convolved(self, y, filters, kernel, bias=bias)
        if self.preactivation:
            return layers.Add()([y, shortcut])
        return activated(self, layers.Add()([normalised(y, self.norm), shortcut]), self.activation)
