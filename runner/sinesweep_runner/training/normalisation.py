"""Normalisation: the layer between the front end and the network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from sinesweep.contract import FrontEnd

LEAST_SHARE = 1e-4
"""A bin that hardly moves in training (an empty band) counts as having this share of the mean variance, so that a
breath of noise in another recording does not become its loudest bin."""


@dataclass(frozen=True)
class Statistics:
    """Mean and variance of every bin, float32 `(bins,)`; with channels of every bin of each, `(bins, channels)`."""

    mean: np.ndarray
    variance: np.ndarray

    @classmethod
    def of(cls, batches: Iterable[np.ndarray], mixed_units: bool = False) -> Statistics:
        """Measured over the clips and frames of batches `(clips, frames, bins)`, perhaps with channels behind.

        Where the bins have `mixed_units`, the measure for a bin's least variance is its own mean square instead.
        """
        count, total, squares = 0, np.zeros(()), np.zeros(())
        for batch in batches:
            count += batch.shape[0] * batch.shape[1]
            total = total + batch.sum(axis=(0, 1), dtype=np.float64)
            squares = squares + np.square(batch, dtype=np.float64).sum(axis=(0, 1))
        mean = np.asarray(total / count)
        variance = np.maximum(squares / count - np.square(mean), 0.0)
        measure = variance + np.square(mean) if mixed_units else variance.mean()
        floor = np.where(measure > 0, LEAST_SHARE * measure, 1.0)
        return cls(mean.astype(np.float32), np.maximum(variance, floor).astype(np.float32))


@keras.saving.register_keras_serializable(package="sinesweep")
class BinNormalization(keras.layers.Layer):
    """Gives every bin mean 0 and deviation 1 over the clips that were measured; `(batch, frames, bins)` → the same.

    Mean and deviation are weights that are not trained, so that a graph can be used with those of other clips.
    """

    def __init__(self, mean: Any, variance: Any, **options: Any) -> None:
        """`mean` and `variance` are those of `Statistics`, arrays or nested lists."""
        super().__init__(**{"trainable": False} | options)
        self.mean = self._known("mean", np.asarray(mean, np.float32))
        self.deviation = self._known("deviation", np.sqrt(np.asarray(variance, np.float32)))
        self.built = True

    def _known(self, name: str, values: np.ndarray) -> keras.Variable:
        constant = keras.initializers.Constant(values)
        return self.add_weight(shape=values.shape, initializer=constant, name=name, trainable=False)

    def call(self, features: Any) -> Any:
        """Normalised features."""
        return (features - self.mean) / self.deviation

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs; the values themselves are weights."""
        shape = self.mean.shape
        blank = {"mean": np.zeros(shape).tolist(), "variance": np.ones(shape).tolist()}
        return {**super().get_config(), **blank}


@keras.saving.register_keras_serializable(package="sinesweep")
class ClipNormalization(keras.layers.Layer):
    """Gives every clip mean 0 and deviation 1 over its own frames and bins; `(batch, frames, bins)` → the same.

    Each channel of `(batch, frames, bins, channels)` is normalised by itself.
    """

    def __init__(self, epsilon: float = 1e-5, **options: Any) -> None:
        super().__init__(**options)
        self.epsilon = epsilon

    def call(self, features: Any) -> Any:
        """Normalised features. A clip without any variance becomes zeros."""
        mean = ops.mean(features, axis=(1, 2), keepdims=True)
        variance = ops.mean(ops.square(features - mean), axis=(1, 2), keepdims=True)
        return (features - mean) * ops.rsqrt(variance + self.epsilon)

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs."""
        return {**super().get_config(), "epsilon": self.epsilon}


def normaliser(front: FrontEnd, batches: Iterable[np.ndarray]) -> keras.layers.Layer:
    """The layer that `front` asks for: `per_bin`, `per_clip` or `none`. Only `per_bin` looks at its `batches`."""
    kind = front.normalisation
    if kind == "per_bin":
        statistics = Statistics.of(batches, front.mixed_units)
        return BinNormalization(statistics.mean, statistics.variance)
    return ClipNormalization() if kind == "per_clip" else keras.layers.Identity()
