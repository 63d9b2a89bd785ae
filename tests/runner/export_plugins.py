"""Front ends that the tests of exports name as `export_plugins:Class`: their layers are told what will run them."""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np
from keras import ops

from sinesweep.contract import FeatureExtractor, HostExtractor


@keras.saving.register_keras_serializable(package="export_plugins")
class Frames(keras.layers.Layer):
    """`(batch, samples)` → 20 frames."""

    def call(self, waves):
        return ops.reshape(waves, (-1, 20, waves.shape[1] // 20))


@keras.saving.register_keras_serializable(package="export_plugins")
class Liar(Frames):
    """Computes something else once it is exported."""

    truth = 1.0

    def lower(self, target):
        self.truth = -1.0

    def call(self, waves):
        return self.truth * super().call(waves)


@keras.saving.register_keras_serializable(package="export_plugins")
class Unknown(Frames):
    """Uses an operation that neither LiteRT nor ONNX has."""

    def call(self, waves):
        return super().call(ops.erfinv(ops.tanh(waves)))


@dataclass(frozen=True)
class Lying(FeatureExtractor):
    """Of a Liar."""

    def layer(self, rate_hz):
        return Liar()


@dataclass(frozen=True)
class Stranger(FeatureExtractor):
    """Of an Unknown."""

    def layer(self, rate_hz):
        return Unknown()


@dataclass(frozen=True)
class Outside(HostExtractor):
    """Computed on the host."""

    def shape(self, rate_hz, samples):
        return 20, samples // 20

    def extract(self, wave, rate_hz):
        return np.reshape(wave, (20, -1))
