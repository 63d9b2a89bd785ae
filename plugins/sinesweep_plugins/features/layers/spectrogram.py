"""Spectrogram: energy over time and frequency."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from sinesweep_plugins.features.filterbanks import window as window_samples
from sinesweep_plugins.features.framing import Framing
from sinesweep_plugins.features.layers.fixed import Fixed

_TINY = 1e-20  # keeps the slope of the square root finite in digital silence


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
        self._window = window_samples(window, window_length)

    def call(self, waves: Any) -> Any:
        """Magnitudes do not see where in the transform a window lies: it stands at the beginning, zeros behind it."""
        windowed = ops.multiply(self._frames(waves), self._window)
        real, imaginary = ops.rfft(windowed, self.framing.fft_length)
        energy = ops.square(real) + ops.square(imaginary)
        return energy if self.power == 2 else ops.sqrt(ops.maximum(energy, _TINY))

    def _frames(self, waves: Any) -> Any:
        """`(batch, samples)` → `(batch, frames, window_length)`.

        The wave is cut into blocks of one hop; a frame is a few whole blocks and a piece, side by side. Twice as fast
        as `ops.extract_sequences` where hop and window have no large common divisor, and never slower by much.
        """
        length, hop = self.framing.window_length, self.framing.hop_length
        batch, samples = ops.shape(waves)
        frames, blocks = self.framing.frames(samples), -(-length // hop)
        padded = ops.pad(waves, [[0, 0], [self.framing.lead, blocks * hop]])
        used = frames + blocks - 1
        hops = ops.reshape(padded[:, : used * hop], (batch, used, hop))
        pieces = [hops[:, k : k + frames, : min(hop, length - k * hop)] for k in range(blocks)]
        return ops.concatenate(pieces, axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Exact for every number of samples."""
        batch, samples = input_shape
        return batch, None if samples is None else self.framing.frames(samples), self.framing.bins

    def get_config(self) -> dict[str, Any]:
        """Plain values."""
        lengths = {name: getattr(self.framing, name) for name in ("window_length", "hop_length", "fft_length")}
        return {**super().get_config(), **lengths, "window": self.window, "power": self.power}
