"""Convolutions on pictures `(batch, frames, bins, channels)`, of any step, that keep the edges."""

from __future__ import annotations

from typing import Any

from sinesweep.contract import Architecture
from sinesweep_plugins.architectures._blocks import activated, normalised, regularizer, weighed

Size = tuple[int, int]


def convolved(
    network: Architecture, x: Any, filters: int, kernel: Size, strides: Size = (1, 1), bias: bool = True, way: int = 1
) -> Any:
    """A convolution under the network's L1 and L2; `way` -1 is its transpose, which widens the picture by `strides`."""
    from keras import layers

    kind = layers.Conv2D if way > 0 else layers.Conv2DTranspose
    return kind(filters, kernel, strides, padding="same", use_bias=bias, **weighed(network))(x)


def filtered(network: Architecture, x: Any, kernel: Size, bias: bool = True, dilation: int = 1) -> Any:
    """A depthwise convolution: one filter a channel."""
    from keras import layers

    return layers.DepthwiseConv2D(
        kernel,
        padding="same",
        dilation_rate=(dilation, dilation),
        use_bias=bias,
        depthwise_regularizer=regularizer(network),
        bias_regularizer=regularizer(network, "bias"),
    )(x)


def norm_activation(network: Any, x: Any) -> Any:
    """The `norm` and the `activation` of a network that has both settings."""
    return activated(network, normalised(x, network.norm), network.activation)
