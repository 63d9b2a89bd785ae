"""EnergyNormalization: PCEN, the loudness of a band against its own recent past."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

from sinesweep_plugins.features.layers.fixed import Fixed
from sinesweep_plugins.features.layers.smoothing import share_of_the_new, smooth

_SCALE = 2.0**31  # the paper's constants are for samples that are 32-bit integers
_OFFSET = 1e-6
_START = 1.0


@keras.saving.register_keras_serializable(package="sinesweep")
class EnergyNormalization(Fixed):
    """Magnitudes `(batch, frames, bins)` → the same shape: `(E / (1e-6 + M)**gain + bias)**power - bias**power`.

    `E` is the magnitude times 2**31, `M` its running mean over `time_constant` frames, which begins with 1: that is
    `librosa.pcen`. `learns` makes gain, bias and power of each bin weights, kept as logarithms so that they stay
    positive (Wang et al., 2017); the running mean stays as it is.
    """

    def __init__(
        self, time_constant: float, gain: float, bias: float, power: float, learns: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.time_constant, self.gain, self.bias, self.power, self.learns = time_constant, gain, bias, power, learns

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the weights where they are to be learnt; else numbers."""
        self._constants = {"gain": self.gain, "bias": self.bias, "power": self.power}
        if self.learns:
            self._logarithms = {
                name: self.add_weight(
                    name=f"log_{name}",
                    shape=input_shape[-1:],
                    initializer=keras.initializers.Constant(math.log(max(value, 1e-3))),
                )
                for name, value in self._constants.items()
            }

    def call(self, magnitudes: Any) -> Any:
        """As above; sums of logarithms keep the digits that powers of large numbers would lose."""
        energy = magnitudes * _SCALE
        mean = smooth(energy, share_of_the_new(self.time_constant), _START)
        gain, bias, power = self._gain_bias_power()
        loudness = energy * ops.exp(-gain * ops.log(mean + _OFFSET))
        return ops.exp(power * ops.log(bias)) * ops.expm1(power * ops.log1p(loudness / bias))

    def _gain_bias_power(self) -> list[Any]:
        if self.learns:
            return [ops.exp(self._logarithms[name]) for name in self._constants]
        return [ops.convert_to_tensor(value, "float32") for value in self._constants.values()]

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """The same."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Plain values."""
        names = ("time_constant", "gain", "bias", "power", "learns")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
