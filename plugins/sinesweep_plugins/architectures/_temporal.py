"""Convolutions in time, shared by `conv1d`, `raw_conv1d` and `tc_resnet`."""

from __future__ import annotations

from typing import Any

from sinesweep.contract import Architecture
from sinesweep.domains import Choice
from sinesweep_plugins.architectures._blocks import activated, normalised, weighed

SUMMARIES = Choice(("mean", "max", "mean_max"))


def time_convolution(
    network: Architecture,
    x: Any,
    filters: int,
    kernel: int,
    norm: str,
    activation: str | None,
    stride: int = 1,
    dilation: int = 1,
) -> Any:
    """Sequences `(batch, frames, channels)` → `(batch, ⌈frames / stride⌉, filters)`: convolution → norm → activation.

    `activation` None leaves it out.
    """
    from keras import layers

    x = layers.Conv1D(
        filters,
        kernel,
        strides=stride,
        dilation_rate=dilation,
        padding="same",
        use_bias=norm == "none",
        **weighed(network),
    )(x)
    x = normalised(x, norm)
    return x if activation is None else activated(network, x, activation)


def summarised(x: Any, summary: str) -> Any:
    """Sequences `(batch, frames, channels)` → their mean, maximum or both over time, `(batch, values)`."""
    from keras import layers

    pools = {"mean": layers.GlobalAveragePooling1D, "max": layers.GlobalMaxPooling1D}
    parts = [pools[name]()(x) for name in summary.split("_")]
    return parts[0] if len(parts) == 1 else layers.Concatenate()(parts)
