"""The convolutional recurrent network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from sinesweep.contract import Architecture, Shape
from sinesweep.domains import Choice, Int
from sinesweep_plugins.architectures._blocks import ACTIVATIONS, NORMS, SPATIAL_DROPOUT, check_steps, logits
from sinesweep_plugins.architectures._convolution import Convolutions
from sinesweep_plugins.architectures._recurrence import RECURRENT_DROPOUT, SUMMARIES, recurrent_layers

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class CRNN(Architecture):
    """Convolutions find patterns and pool them, mainly in frequency; a recurrent layer reads them in time.

    Çakır, Parascandolo, Heittola, Huttunen and Virtanen, "Convolutional Recurrent Neural Networks for Polyphonic
    Sound Event Detection", IEEE/ACM Transactions on Audio, Speech and Language Processing 25(6), 2017.
    """

    blocks: Annotated[int, Int(1, 6, search=(2, 4)), "blocks of convolutions, each with a pooling"] = 3
    convolutions: Annotated[int, Int(1, 4, search=False), "convolutions of a block, before its pooling"] = 1
    filters: Annotated[int, Choice((8, 16, 24, 32, 48, 64)), "filters of the first block; doubled in every next"] = 16
    max_filters: Annotated[int, Choice((64, 128, 256), search=False), "where the doubling ends"] = 128
    kernel: Annotated[int, Int(1, 9, step=2, search=(3, 5)), "width and height of a filter"] = 3
    pooling: Annotated[str, Choice(("max", "average"), search=False), "how neighbours are pooled"] = "max"
    pool_time: Annotated[int, Int(1, 8, search=(1, 2)), "frames that a pooling makes one"] = 1
    pool_frequency: Annotated[int, Int(1, 8, search=(2, 3)), "bins that a pooling makes one"] = 2
    norm: Annotated[str, NORMS, "normalise over the batch, over the channels, or not"] = "batch"
    activation: Annotated[str, ACTIVATIONS, "non-linearity of every convolution"] = "relu"
    spatial_dropout: Annotated[float, SPATIAL_DROPOUT, "share of feature maps dropped behind every convolution"] = 0.0
    cell: Annotated[str, Choice(("gru", "lstm")), "kind of recurrent layer"] = "gru"
    layers: Annotated[int, Int(1, 3, search=False), "recurrent layers"] = 1
    units: Annotated[int, Choice((32, 64, 128, 256)), "recurrent units in each direction"] = 64
    bidirectional: Annotated[bool, Choice((True, False)), "read the clip backwards too"] = True
    recurrent_dropout: Annotated[float, RECURRENT_DROPOUT, "share of a state's units dropped from step to step"] = 0.0
    summary: Annotated[str, SUMMARIES, "pool the outputs over time, or take the last state"] = "mean"

    def check(self, input_shape: Shape) -> None:
        """Refuse poolings that leave nothing, and sequences that are too long to be read step by step."""
        check_steps(Convolutions.of(self).shape(input_shape)[0], input_shape)

    def build(self, input_shape: Shape, outputs: int) -> keras.Model:
        """Convolutional blocks → dropout → recurrent layers → summary → dropout → logits."""
        import keras

        self.check(input_shape)
        frames, bins, filters = Convolutions.of(self).shape(input_shape)
        inputs = keras.Input(input_shape)
        x = Convolutions.of(self).apply(self, inputs)
        x = keras.layers.Reshape((frames, bins * filters))(x)
        x = keras.layers.Dropout(self.dropout)(x)
        x = recurrent_layers(self, x, self.cell)
        x = keras.layers.Dropout(self.dropout)(x)
        return keras.Model(inputs, logits(self, x, outputs), name="crnn")
