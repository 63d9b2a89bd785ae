"""The multilayer perceptron."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from sinesweep.contract import Architecture, Shape
from sinesweep.domains import Choice, Int
from sinesweep_plugins.architectures._blocks import ACTIVATIONS, check_dense, dense_block, logits

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class MLP(Architecture):
    """Dense layers on all features at once: the simplest network, blind to order in time and frequency."""

    layers: Annotated[int, Int(1, 8, search=(1, 3)), "hidden layers"] = 2
    units: Annotated[int, Choice((32, 64, 128, 256, 512)), "units a layer"] = 128
    activation: Annotated[str, ACTIVATIONS, "non-linearity of every layer"] = "relu"
    batch_norm: Annotated[bool, Choice((True, False)), "normalise every layer's sums over the batch"] = True

    def check(self, input_shape: Shape) -> None:
        """Refuse inputs that need too many weights."""
        frames, bins = input_shape
        check_dense(frames * bins, self.units, f"{frames} frames × {bins} bins")

    def build(self, input_shape: Shape, outputs: int) -> keras.Model:
        """Flatten → dense blocks → logits."""
        import keras

        self.check(input_shape)
        inputs = keras.Input(input_shape)
        x = keras.layers.Flatten()(inputs)
        for _ in range(self.layers):
            x = dense_block(self, x, self.units, self.activation, self.batch_norm)
        return keras.Model(inputs, logits(self, x, outputs), name="mlp")
