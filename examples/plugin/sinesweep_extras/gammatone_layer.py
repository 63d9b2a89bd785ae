"""Gammatone features: the Keras layer and its filters."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
from keras import ops

ORDER = 4
FAINTEST = 1e-8


@keras.saving.register_keras_serializable(package="sinesweep_extras")
class GammatoneBands(keras.Layer):
    """float32 waveforms `(batch, samples)` → decibels `(batch, frames, bands)`."""

    def __init__(self, rate_hz: int, frame: int, hop: int, bands: int, fmin_hz: float, **options: Any) -> None:
        super().__init__(**{"dtype": "float32"} | options)
        self.settings = {"rate_hz": rate_hz, "frame": frame, "hop": hop, "bands": bands, "fmin_hz": fmin_hz}
        self.frame, self.hop, self.bands = frame, hop, bands
        self.fft_length = 1 << (frame - 1).bit_length()
        self.window = np.hanning(frame).astype("float32")
        self.responses = gammatone_responses(rate_hz, self.fft_length, bands, fmin_hz)

    def call(self, waves: Any) -> Any:
        """The energy of windowed frames, summed under each filter's response."""
        frames = ops.extract_sequences(waves, self.frame, self.hop) * self.window
        real, imaginary = ops.rfft(frames, self.fft_length)
        energy = ops.matmul(ops.square(real) + ops.square(imaginary), self.responses)
        return ops.log(ops.maximum(energy, FAINTEST)) * (10 / math.log(10))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Whole frames only."""
        batch, samples = input_shape
        return batch, None if samples is None else 1 + (samples - self.frame) // self.hop, self.bands

    def get_config(self) -> dict[str, Any]:
        """What a saved model needs to make the layer again."""
        return {**super().get_config(), **self.settings}


def gammatone_responses(rate_hz: int, fft_length: int, bands: int, fmin_hz: float) -> np.ndarray:
    """The power response of each filter at each frequency of a spectrum, float32 `(bins, bands)`; it sums to 1.

    The middles are evenly spaced on the scale of equivalent rectangular bandwidths (Glasberg and Moore, 1990), whose
    width at `f` Hz is `24.7 (0.00437 f + 1)` Hz. A gammatone of order 4 falls off as `(1 + (Δf / b)²)⁻⁴` in power.
    """
    steps = np.linspace(_erbs(fmin_hz), _erbs(0.45 * rate_hz), bands)
    middles_hz = (10 ** (steps / 21.4) - 1) / 0.00437
    widths_hz = 1.019 * 24.7 * (0.00437 * middles_hz + 1)
    frequencies_hz = np.linspace(0, rate_hz / 2, fft_length // 2 + 1)
    away = (frequencies_hz[:, None] - middles_hz) / widths_hz
    responses = (1 + away**2) ** -float(ORDER)
    return (responses / responses.sum(axis=0)).astype("float32")


def _erbs(frequency_hz: float) -> float:
    """How many equivalent rectangular bandwidths lie below a frequency."""
    return 21.4 * math.log10(1 + 0.00437 * frequency_hz)
