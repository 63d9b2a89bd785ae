"""Deltas: how features change over time."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from sinesweep_plugins.features.filterbanks import derivative_taps
from sinesweep_plugins.features.layers.fixed import Fixed

_WIDTH = 9


@keras.saving.register_keras_serializable(package="sinesweep")
class Deltas(Fixed):
    """`(batch, frames, bins)` → `(batch, frames, bins * (1 + orders))`: the derivatives up to `orders` stand behind.

    Of `(batch, frames, bins, channels)` they stand behind the channels. Equal to `librosa.feature.delta` over 9 frames.
    A clip with fewer takes the largest odd number that it has, and at least 3; clips of a length that is unknown when
    the graph is made need 9.
    """

    def __init__(self, orders: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.orders = orders

    def call(self, features: Any) -> Any:
        """The features and their derivatives."""
        frames = features.shape[1] or _WIDTH
        if frames < 3:
            raise ValueError(f"derivatives need at least 3 frames; got {frames}")
        width = min(_WIDTH, frames - 1 + frames % 2)
        derivatives = [_derivative(features, width, order) for order in range(1, self.orders + 1)]
        return ops.concatenate([features, *derivatives], axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Bins, or channels, once for themselves and once for each derivative."""
        *rest, last = input_shape
        return *rest, None if last is None else last * (1 + self.orders)

    def get_config(self) -> dict[str, Any]:
        """Plain values."""
        return {**super().get_config(), "orders": self.orders}


def _derivative(features: Any, width: int, order: int) -> Any:
    """The highest derivative of a polynomial is constant: the frames at both ends take that of the nearest fit."""
    frames, half = ops.shape(features)[1], width // 2
    inside = frames - width + 1
    taps = derivative_taps(width, order).tolist()
    middle = sum(tap * features[:, k : k + inside] for k, tap in enumerate(taps) if tap)
    first = ops.repeat(middle[:, :1], half, axis=1)
    last = ops.repeat(middle[:, -1:], half, axis=1)
    return ops.concatenate([first, middle, last], axis=1)
