"""Recurrent layers, shared by `lstm` and `crnn`."""

from __future__ import annotations

from typing import Any

from sinesweep.contract import Architecture
from sinesweep.domains import Choice
from sinesweep_plugins.architectures._blocks import regularizer

SUMMARIES = Choice(("mean", "max", "last"))


def recurrent_layers(
    network: Architecture, x: Any, cell: str, layers: int, units: int, bidirectional: bool, summary: str
) -> Any:
    """Sequences `(batch, steps, values)` → `(batch, units)`, twice as many where both directions are read.

    Args:
        cell: "lstm" or "gru".
        summary: "mean" and "max" pool the last layer's outputs over time; "last" takes its state at the end, for the
            backward direction at the beginning.
    """
    import keras

    kind = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU}[cell]
    for layer in range(layers):
        if layer > 0:
            x = keras.layers.Dropout(network.dropout)(x)
        recurrent = kind(
            units,
            return_sequences=layer < layers - 1 or summary != "last",
            kernel_regularizer=regularizer(network),
            recurrent_regularizer=regularizer(network),
        )
        x = (keras.layers.Bidirectional(recurrent) if bidirectional else recurrent)(x)
    if summary == "last":
        return x
    return (keras.layers.GlobalAveragePooling1D() if summary == "mean" else keras.layers.GlobalMaxPooling1D())(x)
