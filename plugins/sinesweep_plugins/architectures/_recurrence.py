"""Recurrent layers, shared by `lstm`, `gru` and `crnn`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from sinesweep.contract import Architecture, Shape
from sinesweep.domains import Choice, Float, Int
from sinesweep_plugins.architectures._blocks import activity, check_steps, logits, normalised, regularizer
from sinesweep_plugins.architectures._inputs import sequence, sides

if TYPE_CHECKING:
    import keras

SUMMARIES = Choice(("mean", "max", "last"))

RECURRENT_DROPOUT = Float(0.0, 0.5, search=False)


@dataclass(frozen=True)
class FrameReader(Architecture):
    """Recurrent layers that read features frame by frame, one way or both.

    Attributes:
        cell: "lstm" or "gru".
    """

    cell: ClassVar[str]

    pool_time: Annotated[int, Int(1, 64, search=False), "frames whose mean is read as one"] = 1
    layers: Annotated[int, Int(1, 4, search=(1, 2)), "recurrent layers"] = 1
    units: Annotated[int, Choice((32, 64, 128, 256)), "units a layer, in each direction"] = 64
    bidirectional: Annotated[bool, Choice((True, False)), "read the clip backwards too"] = True
    layer_norm: Annotated[bool, Choice((True, False), search=False), "normalise what every layer reads"] = False
    recurrent_dropout: Annotated[float, RECURRENT_DROPOUT, "share of a state's units dropped from step to step"] = 0.0
    summary: Annotated[str, SUMMARIES, "pool the outputs over time, or take the last state"] = "mean"

    def check(self, input_shape: Shape) -> None:
        """Refuse sequences that are too long to be read step by step."""
        check_steps(math.ceil(sides(input_shape)[0] / self.pool_time), input_shape)

    def build(self, input_shape: Shape, outputs: int) -> keras.Model:
        """Pooling in time, where wanted → recurrent layers → summary → dropout → logits."""
        import keras

        self.check(input_shape)
        inputs = keras.Input(input_shape)
        x = sequence(inputs)
        if self.pool_time > 1:
            x = keras.layers.AveragePooling1D(self.pool_time, padding="same")(x)
        x = recurrent_layers(self, x, self.cell, self.layer_norm)
        x = keras.layers.Dropout(self.dropout)(x)
        return keras.Model(inputs, logits(self, x, outputs), name=self.cell)


def recurrent_layers(network: Any, x: Any, cell: str, layer_norm: bool = False) -> Any:
    """Sequences `(batch, steps, values)` → `(batch, units)`, twice as many where both directions are read.

    Args:
        network: an architecture with `layers`, `units`, `bidirectional`, `recurrent_dropout` and `summary`. "mean" and
            "max" pool the last layer's outputs over time; "last" takes its state at the end, for the backward
            direction at the beginning.
        cell: "lstm" or "gru".
        layer_norm: normalise what every layer reads, over the values of a step.
    """
    import keras

    kind = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU}[cell]
    for layer in range(network.layers):
        if layer > 0:
            x = keras.layers.Dropout(network.dropout)(x)
        x = normalised(x, "layer" if layer_norm else "none")
        recurrent = kind(
            network.units,
            return_sequences=layer < network.layers - 1 or network.summary != "last",
            recurrent_dropout=network.recurrent_dropout,
            kernel_regularizer=regularizer(network),
            recurrent_regularizer=regularizer(network),
            bias_regularizer=regularizer(network, "bias"),
        )
        x = activity(network, (keras.layers.Bidirectional(recurrent) if network.bidirectional else recurrent)(x))
    if network.summary == "last":
        return x
    pool = keras.layers.GlobalAveragePooling1D if network.summary == "mean" else keras.layers.GlobalMaxPooling1D
    return pool()(x)
