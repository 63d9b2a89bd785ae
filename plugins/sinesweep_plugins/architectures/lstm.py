"""The recurrent network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from sinesweep.contract import Architecture, Shape
from sinesweep.domains import Choice, Int
from sinesweep_plugins.architectures._blocks import check_steps, logits
from sinesweep_plugins.architectures._recurrence import SUMMARIES, recurrent_layers

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class LSTM(Architecture):
    """Long short-term memory: features are read frame by frame, one way or both.

    Hochreiter and Schmidhuber, "Long Short-Term Memory", Neural Computation 9(8), 1997.
    """

    layers: Annotated[int, Int(1, 4, search=(1, 2)), "recurrent layers"] = 1
    units: Annotated[int, Choice((32, 64, 128, 256)), "units a layer, in each direction"] = 64
    bidirectional: Annotated[bool, Choice((True, False)), "read the clip backwards too"] = True
    summary: Annotated[str, SUMMARIES, "pool the outputs over time, or take the last state"] = "mean"

    def check(self, input_shape: Shape) -> None:
        """Refuse sequences that are too long to be read step by step."""
        check_steps(input_shape[0], input_shape)

    def build(self, input_shape: Shape, outputs: int) -> keras.Model:
        """Recurrent layers → summary → dropout → logits."""
        import keras

        self.check(input_shape)
        inputs = keras.Input(input_shape)
        x = recurrent_layers(self, inputs, "lstm", self.layers, self.units, self.bidirectional, self.summary)
        x = keras.layers.Dropout(self.dropout)(x)
        return keras.Model(inputs, logits(self, x, outputs), name="lstm")
