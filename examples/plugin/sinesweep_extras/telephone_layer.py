"""The telephone: the Keras layer."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

MU = 255.0


@keras.saving.register_keras_serializable(package="sinesweep_extras")
class RandomTelephone(keras.Layer):
    """float32 waveforms `(batch, samples)` → the same shape, changed in training only.

    Cutoffs and probability are held in weights, as the plugin's `adjustable` promises.

    Args:
        lowest, highest: of the cutoffs, in cycles a sample.
        bits: of a sample's μ-law.
        probability: the chance that a clip is changed at all.
        seed: where all chance begins.
    """

    def __init__(self, lowest: float, highest: float, bits: int, probability: float, seed: int, **options: Any) -> None:
        super().__init__(**{"dtype": "float32"} | options)
        self.settings = {
            "lowest": lowest,
            "highest": highest,
            "bits": bits,
            "probability": probability,
            "seed": seed,
        }
        self.bits = bits
        self.lowest = self._held("lowest", math.log2(lowest))
        self.highest = self._held("highest", math.log2(highest))
        self.probability = self._held("probability", probability)
        self.generator = keras.random.SeedGenerator(seed)

    def _held(self, name: str, value: float) -> keras.Variable:
        initial = keras.initializers.Constant(value)
        return self.add_weight(shape=(), initializer=initial, trainable=False, name=name)

    def call(self, waves: Any, training: bool = False) -> Any:
        """`waves` through the line, where `training` is True."""
        if not training:
            return waves
        shape = (ops.shape(waves)[0], 1)
        octaves = self.lowest + self._uniform(shape) * (self.highest - self.lowest)
        changed = self._quantised(_low_passed(waves, 2.0**octaves))
        return ops.where(self._uniform(shape) < self.probability, changed, waves)

    def _uniform(self, shape: tuple[Any, ...]) -> Any:
        return keras.random.uniform(shape, dtype="float32", seed=self.generator)

    def _quantised(self, waves: Any) -> Any:
        """Rounded to one of `2 ** bits` steps that are finer where a wave is faint; louder than 1 is cut off."""
        loudness = ops.log1p(MU * ops.minimum(ops.abs(waves), 1.0)) / math.log1p(MU)
        steps = 2.0 ** (self.bits - 1) - 1.0
        return ops.sign(waves) * ops.expm1(ops.round(loudness * steps) / steps * math.log1p(MU)) / MU

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """An augmentation keeps every shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """What Keras needs to make the layer again."""
        return {**super().get_config(), **self.settings}


def _low_passed(waves: Any, cutoffs: Any) -> Any:
    """Waves without what lies above `cutoffs`, `(batch, 1)` in cycles a sample; zeros part its ends."""
    samples = int(waves.shape[1])
    length = 1 << samples.bit_length()
    real, imaginary = ops.rfft(waves, length)
    frequencies = ops.arange(length // 2 + 1, dtype="float32") / length
    # A slope of a tenth of the cutoff instead of a cliff, which would ring.
    gain = ops.clip((1.1 * cutoffs - frequencies[None, :]) / (0.1 * cutoffs), 0.0, 1.0)
    return ops.irfft((real * gain, imaginary * gain), length)[:, :samples]
