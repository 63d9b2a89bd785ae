"""The convolutional network."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from sinesweep.contract import Architecture, Shape
from sinesweep.domains import Choice, Int
from sinesweep.settings import When
from sinesweep_plugins.architectures._blocks import (
    ACTIVATIONS,
    NORMS,
    SPATIAL_DROPOUT,
    check_dense,
    dense_block,
    logits,
)
from sinesweep_plugins.architectures._convolution import ORDERS, Convolutions

if TYPE_CHECKING:
    import keras

UNPLANNED = When("plan", "")


@dataclass(frozen=True)
class CNN(Architecture):
    """Blocks of convolution and pooling, then a head: features are read as a picture, waveforms along time."""

    plan: Annotated[
        str, "every convolution by itself, as FILTERSxKERNEL or with /POOL: '16x3/2 32x3'; empty: the blocks below"
    ] = ""
    blocks: Annotated[int, Int(1, 8, search=(2, 5)), UNPLANNED, "blocks of convolutions, each with a pooling"] = 4
    convolutions: Annotated[int, Int(1, 4, search=False), UNPLANNED, "convolutions of a block, before its pooling"] = 1
    filters: Annotated[int, Choice((8, 16, 24, 32, 48, 64)), UNPLANNED, "filters of the first block"] = 16
    growth: Annotated[
        float, Choice((1.0, 1.5, 2.0), search=False), UNPLANNED, "filters of a block, in those of the one before"
    ] = 2.0
    max_filters: Annotated[int, Choice((64, 128, 256, 512), search=False), UNPLANNED, "where the growth ends"] = 256
    kernel: Annotated[int, Int(1, 9, step=2, search=(3, 5)), UNPLANNED, "width and height of a filter"] = 3
    padding: Annotated[
        str, Choice(("same", "valid"), search=False), "add zeros at the edges, or lose what a filter does not cover"
    ] = "same"
    pooling: Annotated[str, Choice(("max", "average")), "how neighbours are pooled"] = "max"
    pool_time: Annotated[int, Int(1, 8, search=False), UNPLANNED, "frames that a pooling makes one"] = 2
    pool_frequency: Annotated[int, Int(1, 8, search=False), UNPLANNED, "bins that a pooling makes one"] = 2
    norm: Annotated[str, NORMS, "normalise over the batch, over the channels, or not"] = "batch"
    norm_at: Annotated[
        str, Choice(("convolution", "pooling"), search=False), "normalise every convolution, or those that are pooled"
    ] = "convolution"
    bias: Annotated[
        bool, Choice((True, False), search=False), "keep the bias before a normalisation, which makes it superfluous"
    ] = False
    order: Annotated[str, ORDERS, "what follows a convolution"] = "pool_norm_activation"
    activation: Annotated[str, ACTIVATIONS, "non-linearity of every convolution"] = "relu"
    spatial_dropout: Annotated[float, SPATIAL_DROPOUT, "share of feature maps dropped behind every convolution"] = 0.0
    head: Annotated[
        str, Choice(("global_average", "global_max", "flatten")), "pool what the last block sees, or keep all of it"
    ] = "global_average"
    dense_units: Annotated[int, Choice((0, 64, 128, 256)), "units of a dense layer before the logits; 0: none"] = 0

    def check(self, input_shape: Shape) -> None:
        """Refuse poolings that leave nothing, and flattened heads with too many weights."""
        shape = Convolutions.of(self).shape(input_shape)
        if self.head == "flatten":
            what = f"a flattened head of {' × '.join(map(str, shape))} numbers"
            check_dense(math.prod(shape), max(1, self.dense_units), what)

    def build(self, input_shape: Shape, outputs: int) -> keras.Model:
        """Convolutional blocks → head → dropout → dense block, where wanted → logits."""
        import keras

        self.check(input_shape)
        heads = {
            "global_average": keras.layers.GlobalAveragePooling2D,
            "global_max": keras.layers.GlobalMaxPooling2D,
            "flatten": keras.layers.Flatten,
        }
        inputs = keras.Input(input_shape)
        x = heads[self.head]()(Convolutions.of(self).apply(self, inputs))
        x = keras.layers.Dropout(self.dropout)(x)
        if self.dense_units:
            x = dense_block(self, x, self.dense_units, self.activation)
        return keras.Model(inputs, logits(self, x, outputs), name="cnn")
