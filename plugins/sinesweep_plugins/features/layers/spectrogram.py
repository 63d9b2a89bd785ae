"""Spectrogram: energy over time and frequency."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from sinesweep_plugins.features.filterbanks import window as window_samples
from sinesweep_plugins.features.framing import Framing
from sinesweep_plugins.features.layers.fixed import Fixed
from sinesweep_plugins.features.layers.fourier import FourierProducts
from sinesweep_plugins.features.layers.frames import frames_of
from sinesweep_plugins.features.layers.safe import root


@keras.saving.register_keras_serializable(package="sinesweep")
class Spectrogram(Fixed):
    """`(batch, samples)` → `(batch, frames, bins)`: the short-time Fourier transform's squared magnitude.

    Frames, window and scale are those of `librosa.stft` 0.11 (centred, zero padding). `power=1` gives the magnitude.
    """

    def __init__(
        self,
        window_length: int,
        hop_length: int,
        fft_length: int,
        window: str = "hann",
        power: int = 2,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.framing = Framing(window_length, hop_length, fft_length)
        self.window, self.power = window, power
        self._window = window_samples(window, window_length).astype(self.compute_dtype)
        self._products: FourierProducts | None = None

    def lower(self, target: str) -> None:
        """ONNX has no transform of real numbers; LiteRT has one for powers of two alone, which takes longer."""
        if target != "saved_model":
            self._products = FourierProducts(self.framing.fft_length)

    def call(self, waves: Any) -> Any:
        """Magnitudes do not see where in the transform a window lies: it stands at the beginning, zeros behind it."""
        windowed = ops.multiply(frames_of(waves, self.framing), self._window)
        energy = self._energy(windowed) if self._products is None else self._products.energy(windowed)
        return energy if self.power == 2 else root(energy)

    def _energy(self, windowed: Any) -> Any:
        real, imaginary = ops.rfft(windowed, self.framing.fft_length)
        return ops.square(real) + ops.square(imaginary)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Exact for every number of samples."""
        batch, samples = input_shape
        return batch, None if samples is None else self.framing.frames(samples), self.framing.bins

    def get_config(self) -> dict[str, Any]:
        """Plain values."""
        lengths = {name: getattr(self.framing, name) for name in ("window_length", "hop_length", "fft_length")}
        return {**super().get_config(), **lengths, "window": self.window, "power": self.power}
