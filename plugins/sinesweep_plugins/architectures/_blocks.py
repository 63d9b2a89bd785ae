"""What the architectures share: regularised blocks of Keras layers, and the arithmetic of their checks."""

from __future__ import annotations

from typing import Any

from sinesweep.contract import Architecture, Shape
from sinesweep.domains import Choice
from sinesweep.errors import Infeasible

ACTIVATIONS = Choice(("relu", "elu", "leaky_relu", "gelu", "silu", "tanh"), search=False)

MAX_WEIGHTS = 50_000_000
"""The largest matrix that a dense layer may have; 200 MB, and three times that with Adam."""

MAX_STEPS = 2000
"""The longest sequence for a recurrent layer: its steps cannot be computed side by side."""


def regularizer(network: Architecture) -> Any:
    """The network's L1 and L2 as a Keras regularizer; None where both are 0."""
    import keras

    if not (network.l1 or network.l2):
        return None
    return keras.regularizers.L1L2(network.l1, network.l2)


def dense_block(network: Architecture, x: Any, units: int, activation: str, batch_norm: bool = False) -> Any:
    """Dense → batch norm → activation → dropout."""
    from keras import layers

    x = layers.Dense(units, use_bias=not batch_norm, kernel_regularizer=regularizer(network))(x)
    if batch_norm:
        x = batch_normalisation()(x)
    x = layers.Activation(activation)(x)
    return layers.Dropout(network.dropout)(x)


def batch_normalisation() -> Any:
    """Batch norm whose averages follow fast: Keras's 0.99 lags hundreds of steps, more than small data has."""
    from keras import layers

    return layers.BatchNormalization(momentum=0.9)


def logits(network: Architecture, x: Any, outputs: int) -> Any:
    """The dense layer at the end of every network, without an activation."""
    from keras import layers

    return layers.Dense(outputs, kernel_regularizer=regularizer(network), dtype="float32", name="logits")(x)


def check_dense(inputs: int, units: int, what: str) -> None:
    """Raise `Infeasible` where a dense layer on `what`, `inputs` numbers, would have too many weights."""
    if inputs * units > MAX_WEIGHTS:
        raise Infeasible(
            f"{what} × {units} units make {inputs * units:,} weights in one layer; at most {MAX_WEIGHTS:,} are allowed"
        )


def check_steps(steps: int, input_shape: Shape) -> None:
    """Raise `Infeasible` where a recurrent layer would have to go through too many steps."""
    if steps > MAX_STEPS:
        frames, bins = input_shape
        raise Infeasible(
            f"{frames} frames × {bins} bins give a recurrent layer {steps} steps; it takes at most {MAX_STEPS}. "
            "Take a longer hop, more pooling in time, or another architecture"
        )
