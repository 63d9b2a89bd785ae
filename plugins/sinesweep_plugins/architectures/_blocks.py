"""What the architectures share: regularised blocks of Keras layers, and the arithmetic of their checks."""

from __future__ import annotations

from typing import Any

from sinesweep.contract import Architecture, Shape
from sinesweep.domains import Choice, Float
from sinesweep.errors import Infeasible

ACTIVATIONS = Choice(
    ("relu", "elu", "leaky_relu", "gelu", "silu", "swish", "tanh", "selu", "softplus", "sigmoid"), search=False
)
"""Keras's names; `silu` and `swish` are the same."""

NORMS = Choice(("batch", "layer", "none"), search=False)
"""Normalise over the batch, or the channels of every cell by themselves, or not."""

SPATIAL_DROPOUT = Float(0.0, 0.5, search=False)

PARTS = {
    "kernel": ("kernel",),
    "kernel_bias": ("kernel", "bias"),
    "activity": ("activity",),
    "all": ("kernel", "bias", "activity"),
}
"""What L1 and L2 weigh, by the settings of `Architecture.regularized`."""

MAX_WEIGHTS = 50_000_000
"""The largest matrix that a dense layer may have; 200 MB, and three times that with Adam."""

MAX_STEPS = 2000
"""The longest sequence for a recurrent layer: its steps cannot be computed side by side."""


def regularizer(network: Architecture, part: str = "kernel") -> Any:
    """The network's L1 and L2 on its parts "kernel", "bias" or "activity"; None where it has none on them."""
    import keras

    if part not in PARTS[network.regularized] or not (network.l1 or network.l2):
        return None
    return keras.regularizers.L1L2(network.l1, network.l2)


def weighed(network: Architecture) -> dict[str, Any]:
    """The regularizers of kernel and bias, as arguments of a Keras layer."""
    return {
        "kernel_regularizer": regularizer(network),
        "bias_regularizer": regularizer(network, "bias"),
    }


def activated(network: Architecture, x: Any, activation: str) -> Any:
    """The non-linearity, and the L1 and L2 of what it gives."""
    from keras import layers

    return activity(network, layers.Activation(activation)(x))


def activity(network: Architecture, x: Any) -> Any:
    """`x`, whose L1 and L2 are added to the loss where they are wanted: their sums over a clip, the batch's mean."""
    from keras import layers

    if regularizer(network, "activity") is None:
        return x
    return layers.ActivityRegularization(network.l1, network.l2)(x)


def normalised(x: Any, norm: str) -> Any:
    """Batch norm, layer norm over the channels, or `x` itself."""
    from keras import layers

    if norm == "none":
        return x
    return batch_normalisation()(x) if norm == "batch" else layers.LayerNormalization()(x)


def batch_normalisation() -> Any:
    """Batch norm whose averages follow fast: Keras's 0.99 lags hundreds of steps, more than small data has."""
    from keras import layers

    return layers.BatchNormalization(momentum=0.9)


def dense_block(network: Architecture, x: Any, units: int, activation: str, norm: str = "none") -> Any:
    """Dense → norm → activation → dropout."""
    from keras import layers

    x = layers.Dense(units, use_bias=norm == "none", **weighed(network))(x)
    x = activated(network, normalised(x, norm), activation)
    return layers.Dropout(network.dropout)(x)


def spatial_dropout(x: Any, share: float) -> Any:
    """Drops whole feature maps of `(batch, …, channels)` in training; `x` itself where `share` is 0."""
    from keras import layers

    if not share:
        return x
    kind = {3: layers.SpatialDropout1D, 4: layers.SpatialDropout2D}[len(x.shape)]
    return kind(share)(x)


def logits(network: Architecture, x: Any, outputs: int) -> Any:
    """The dense layer at the end of every network, without an activation."""
    from keras import layers

    return layers.Dense(outputs, dtype="float32", name="logits", **weighed(network))(x)


def check_dense(inputs: int, units: int, what: str) -> None:
    """Raise `Infeasible` where a dense layer on `what`, `inputs` numbers, would have too many weights."""
    if inputs * units > MAX_WEIGHTS:
        raise Infeasible(
            f"{what} × {units} units make {inputs * units:,} weights in one layer; at most {MAX_WEIGHTS:,} are allowed"
        )


def check_steps(steps: int, input_shape: Shape) -> None:
    """Raise `Infeasible` where a recurrent layer would have to go through too many steps."""
    if steps > MAX_STEPS:
        frames, bins = input_shape[:2]
        raise Infeasible(
            f"{frames} frames × {bins} bins give a recurrent layer {steps} steps; it takes at most {MAX_STEPS}. "
            "Take a longer hop, more pooling in time, or another architecture"
        )
