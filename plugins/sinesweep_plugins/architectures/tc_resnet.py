"""The temporal convolution residual network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from sinesweep.contract import Architecture, Shape
from sinesweep.domains import Float, Int
from sinesweep_plugins.architectures._blocks import ACTIVATIONS, NORMS, activated, logits
from sinesweep_plugins.architectures._inputs import sequence, sides
from sinesweep_plugins.architectures._temporal import summarised, time_convolution

if TYPE_CHECKING:
    import keras

CHANNELS = (16, 24, 32, 48)
"""Those of the first convolution, and of the residual blocks."""


@dataclass(frozen=True)
class TCResNet(Architecture):
    """Residual blocks of convolutions in time, with the bins as channels: small, quick, made for keywords.

    Choi, Seo, Shin, Byun, Kersner, Kim, Kim and Ha, "Temporal Convolution for Real-time Keyword Spotting on Mobile
    Devices", Interspeech 2019. TC-ResNet8 has 1 block of a width, TC-ResNet14 2; TC-ResNet14-1.5 is 1.5 times as wide.
    """

    blocks: Annotated[int, Int(1, 3, search=(1, 2)), "residual blocks of each of the three widths"] = 1
    width: Annotated[float, Float(0.25, 4.0, search=(0.5, 2.0)), "times the channels of the paper"] = 1.0
    kernel: Annotated[int, Int(3, 21, step=2, search=(5, 11)), "frames", "length of the filters in the blocks"] = 9
    norm: Annotated[str, NORMS, "normalise over the batch, over the channels, or not"] = "batch"
    activation: Annotated[str, ACTIVATIONS, "non-linearity"] = "relu"

    def check(self, input_shape: Shape) -> None:
        """Refuse shapes that are not features; every number of frames and bins will do."""
        sides(input_shape)

    def build(self, input_shape: Shape, outputs: int) -> keras.Model:
        """Convolution over three frames → residual blocks → mean over time → dropout → logits."""
        import keras

        self.check(input_shape)
        inputs = keras.Input(input_shape)
        first, *others = (int(channels * self.width) for channels in CHANNELS)
        x = time_convolution(self, sequence(inputs), first, 3, self.norm, self.activation)
        for channels in others:
            for _ in range(self.blocks):
                x = self._block(x, channels)
        x = keras.layers.Dropout(self.dropout)(summarised(x, "mean"))
        return keras.Model(inputs, logits(self, x, outputs), name="tc_resnet")

    def _block(self, x: Any, channels: int) -> Any:
        """Two convolutions beside a short cut; where the channels change, time is halved and the short cut learns."""
        import keras

        shortcut, stride = x, 1
        if x.shape[-1] != channels:
            stride = 2
            # Every second frame, then a convolution without a step: TensorFlow 2.21's gradient of a convolution of one
            # frame with a step writes beyond its memory on a CPU, at thousands of frames and, say, 13 channels.
            every_second = keras.layers.MaxPooling1D(1, stride)(x)
            shortcut = time_convolution(self, every_second, channels, 1, self.norm, self.activation)
        x = time_convolution(self, x, channels, self.kernel, self.norm, self.activation, stride=stride)
        x = time_convolution(self, x, channels, self.kernel, self.norm, None)
        return activated(self, keras.layers.Add()([x, shortcut]), self.activation)
