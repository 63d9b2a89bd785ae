"""ShapeNumbers: what a frame sounds like, in six numbers."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from sinesweep_plugins.features.layers.fixed import Fixed
from sinesweep_plugins.features.layers.frames import frame_sums
from sinesweep_plugins.features.layers.safe import ratio, root
from sinesweep_plugins.features.layers.spectrogram import Spectrogram

_FAINTEST = 1e-10


@keras.saving.register_keras_serializable(package="sinesweep")
class ShapeNumbers(Fixed):
    """`(batch, samples)` → `(batch, frames, 6)`: centroid, bandwidth, roll-off, flatness, zero-crossing rate, RMS.

    Frames are those of `Spectrogram`. The first three are shares of half the sample rate, from the spectrum's
    magnitudes. Flatness is the geometric mean of its energies over their arithmetic mean. Zero crossings and RMS are
    those of the window's samples. In digital silence all are 0, but flatness is 1.
    """

    def __init__(
        self,
        window_length: int,
        hop_length: int,
        fft_length: int,
        window: str = "hann",
        roll_off: float = 0.85,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.roll_off = roll_off
        self._spectrogram = Spectrogram(window_length, hop_length, fft_length, window)
        self._framing = self._spectrogram.framing
        self._places = (np.arange(self._framing.bins) * 2 / fft_length).astype("float32")

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Nothing but the spectrogram inside."""
        self._spectrogram.build(input_shape)

    def call(self, waves: Any) -> Any:
        """All six."""
        energy = self._spectrogram(waves)
        magnitudes = root(energy)
        numbers = [
            *self._centre_and_width(magnitudes),
            self._roll_off(magnitudes),
            _flatness(energy),
            self._zero_crossings(waves),
            root(frame_sums(ops.square(waves), self._framing)[0] / self._framing.window_length),
        ]
        return ops.stack(numbers, axis=-1)

    def _centre_and_width(self, magnitudes: Any) -> tuple[Any, Any]:
        """The mean of the magnitudes over frequency, and their deviation from it."""
        shares = ratio(magnitudes, ops.sum(magnitudes, axis=-1, keepdims=True))
        centre = ops.matmul(shares, self._places[:, None])
        return centre[..., 0], root(ops.sum(shares * ops.square(ops.subtract(centre, self._places)), axis=-1))

    def _roll_off(self, magnitudes: Any) -> Any:
        """The lowest frequency below and at which this share of the magnitudes lies."""
        below = ops.cumsum(magnitudes, axis=-1)
        bins = ops.sum(ops.cast(below < self.roll_off * below[..., -1:], "float32"), axis=-1)
        return bins * self._places[1]

    def _zero_crossings(self, waves: Any) -> Any:
        """Changes of sign between the samples of a window, per sample; beyond the clip's ends there is none."""
        negative = waves < -_FAINTEST
        changes = ops.cast(ops.logical_xor(negative[:, 1:], negative[:, :-1]), "float32")
        total, first = frame_sums(ops.pad(changes, [[0, 0], [1, 0]]), self._framing)
        return (total - first) / self._framing.window_length

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Six numbers a frame."""
        return *self._spectrogram.compute_output_shape(input_shape)[:-1], 6

    def get_config(self) -> dict[str, Any]:
        """Plain values."""
        lengths = {name: getattr(self._framing, name) for name in ("window_length", "hop_length", "fft_length")}
        return {**super().get_config(), **lengths, "window": self._spectrogram.window, "roll_off": self.roll_off}


def _flatness(energy: Any) -> Any:
    """Of white noise about 0.56, of a tone near 0."""
    audible = ops.maximum(energy, _FAINTEST)
    return ops.exp(ops.mean(ops.log(audible), axis=-1)) / ops.mean(audible, axis=-1)
