"""Networks of `keras.applications`, without weights, with the regularizers and the batch norm of the other networks."""

from __future__ import annotations

from typing import Any

from sinesweep.contract import Architecture
from sinesweep_plugins.architectures._blocks import activity, regularizer

MOMENTUM = 0.9
"""That of `_blocks.batch_normalisation`; MobileNet's own 0.999 needs thousands of steps."""


def adapted(model: Any, network: Architecture) -> Any:
    """The same network with new weights, under the L1 and L2 of `network`."""
    import keras

    changed = {
        "kernel_regularizer": regularizer(network),
        "depthwise_regularizer": regularizer(network),
        "bias_regularizer": regularizer(network, "bias"),
        "momentum": MOMENTUM,
    }

    def renewed(layer: Any) -> Any:
        config = layer.get_config()
        return type(layer).from_config(config | {key: value for key, value in changed.items() if key in config})

    def called(layer: Any, *args: Any, **kwargs: Any) -> Any:
        x = layer(*args, **kwargs)
        return activity(network, x) if isinstance(layer, keras.layers.ReLU | keras.layers.Activation) else x

    return keras.models.clone_model(model, clone_function=renewed, call_function=called)
