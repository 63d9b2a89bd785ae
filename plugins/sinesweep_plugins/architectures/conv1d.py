"""Convolutions in time over all frequencies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from sinesweep.contract import Architecture, Shape
from sinesweep.domains import Choice, Int
from sinesweep.errors import Infeasible
from sinesweep.wording import many
from sinesweep_plugins.architectures._blocks import ACTIVATIONS, NORMS, SPATIAL_DROPOUT, logits, spatial_dropout
from sinesweep_plugins.architectures._inputs import sequence, sides
from sinesweep_plugins.architectures._temporal import SUMMARIES, summarised, time_convolution

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Conv1D(Architecture):
    """Filters that see all bins of a few frames at once and slide along time: quick, and sure of where in frequency.

    van den Oord, Dieleman and Schrauwen, "Deep content-based music recommendation", NIPS 2013; dilation after Yu and
    Koltun, "Multi-Scale Context Aggregation by Dilated Convolutions", ICLR 2016.
    """

    blocks: Annotated[int, Int(1, 6, search=(2, 4)), "convolutions"] = 3
    filters: Annotated[int, Choice((16, 32, 64, 128, 256), search=(32, 64, 128)), "filters of every convolution"] = 64
    kernel: Annotated[int, Int(1, 15, step=2, search=(3, 9)), "frames", "length of a filter"] = 5
    dilate: Annotated[
        bool, Choice((True, False)), "leave gaps between a filter's frames, twice as wide every block"
    ] = False
    skip: Annotated[
        bool, Choice((True, False)), "add what a convolution is given to what it gives, where both are as wide"
    ] = False
    pooling: Annotated[str, Choice(("max", "average"), search=False), "how neighbours are pooled"] = "max"
    pool_time: Annotated[
        int, Int(1, 8, search=(1, 3)), "frames that the pooling behind every convolution makes one"
    ] = 2
    norm: Annotated[str, NORMS, "normalise over the batch, over the channels, or not"] = "batch"
    activation: Annotated[str, ACTIVATIONS, "non-linearity of every convolution"] = "relu"
    spatial_dropout: Annotated[float, SPATIAL_DROPOUT, "share of feature maps dropped behind every convolution"] = 0.0
    summary: Annotated[str, SUMMARIES, "how the frames that are left become one: mean, maximum, or both"] = "mean"

    def check(self, input_shape: Shape) -> None:
        """Refuse poolings that leave nothing."""
        frames = sides(input_shape)[0]
        if frames < self.pool_time**self.blocks:
            poolings = many(self.blocks, "pooling")
            raise Infeasible(f"{poolings} of {self.pool_time} on {many(frames, 'frame')} leave nothing")

    def build(self, input_shape: Shape, outputs: int) -> keras.Model:
        """Blocks of convolution, norm, activation and pooling → summary → dropout → logits."""
        import keras

        self.check(input_shape)
        inputs = keras.Input(input_shape)
        x = sequence(inputs)
        pool = keras.layers.MaxPooling1D if self.pooling == "max" else keras.layers.AveragePooling1D
        for block in range(self.blocks):
            dilation = 2**block if self.dilate else 1
            y = time_convolution(self, x, self.filters, self.kernel, self.norm, self.activation, dilation=dilation)
            x = keras.layers.Add()([x, y]) if self.skip and x.shape == y.shape else y
            x = pool(self.pool_time)(x) if self.pool_time > 1 else x
            x = spatial_dropout(x, self.spatial_dropout)
        x = keras.layers.Dropout(self.dropout)(summarised(x, self.summary))
        return keras.Model(inputs, logits(self, x, outputs), name="conv1d")
