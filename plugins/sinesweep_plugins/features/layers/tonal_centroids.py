"""TonalCentroids: from pitch classes to a point in the tonal space."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from sinesweep_plugins.features.layers.fixed import Fixed
from sinesweep_plugins.features.pitch import tonal_centroids


@keras.saving.register_keras_serializable(package="sinesweep")
class TonalCentroids(Fixed):
    """12 pitch classes that sum to 1, `(batch, frames, 12)` → `(batch, frames, 6)`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._matrix = tonal_centroids()

    def call(self, shares: Any) -> Any:
        """The mean of the classes' places on each circle."""
        return ops.matmul(shares, self._matrix)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Six numbers in the place of pitch classes."""
        return *input_shape[:-1], self._matrix.shape[1]
