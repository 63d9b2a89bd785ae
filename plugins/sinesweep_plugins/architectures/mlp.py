"""The multilayer perceptron."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from sinesweep.contract import Architecture, Shape
from sinesweep.domains import Choice, Int
from sinesweep_plugins.architectures._blocks import ACTIVATIONS, NORMS, check_dense, dense_block, logits

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class MLP(Architecture):
    """Dense layers on all features at once: the simplest network, blind to order in time and frequency."""

    layers: Annotated[int, Int(1, 8, search=(1, 3)), "hidden layers"] = 2
    units: Annotated[
        int, Choice((8, 16, 32, 64, 128, 256, 512, 1024), search=(32, 64, 128, 256, 512)), "units of the first layer"
    ] = 128
    taper: Annotated[float, Choice((0.5, 1.0), search=False), "units of a layer, in those of the one before"] = 1.0
    skip: Annotated[
        bool, Choice((True, False), search=False), "add what a layer is given to what it gives, where both are as wide"
    ] = False
    activation: Annotated[str, ACTIVATIONS, "non-linearity of every layer"] = "relu"
    norm: Annotated[
        str, Choice(NORMS.options, search=("batch", "none")), "normalise a layer's sums over the batch, a clip, or not"
    ] = "batch"

    def check(self, input_shape: Shape) -> None:
        """Refuse inputs that need too many weights."""
        what = f"{input_shape[0]} frames × {' × '.join(map(str, input_shape[1:]))} bins"
        check_dense(math.prod(input_shape), self.units, what)

    def build(self, input_shape: Shape, outputs: int) -> keras.Model:
        """Flatten → dense blocks → logits."""
        import keras

        self.check(input_shape)
        inputs = keras.Input(input_shape)
        x = keras.layers.Flatten()(inputs)
        for layer in range(self.layers):
            units = max(1, int(self.units * self.taper**layer))
            block = dense_block(self, x, units, self.activation, self.norm)
            x = keras.layers.Add()([x, block]) if self.skip and x.shape == block.shape else block
        return keras.Model(inputs, logits(self, x, outputs), name="mlp")
