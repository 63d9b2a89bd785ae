"""MelFilters: from the bins of a spectrum to mel bands."""

from __future__ import annotations

import dataclasses
from typing import Any

import keras
import numpy as np
from keras import ops

from sinesweep_plugins.features.filterbanks import MelBank
from sinesweep_plugins.features.layers.fixed import Fixed

PARTS = 4
"""More save little and cost a step each."""


@keras.saving.register_keras_serializable(package="sinesweep")
class MelFilters(Fixed):
    """`(batch, frames, fft_length // 2 + 1)` → `(batch, frames, n_mels)`; the arguments are those of `MelBank`."""

    def __init__(
        self,
        rate_hz: int,
        fft_length: int,
        n_mels: int,
        fmin_hz: float,
        fmax_hz: float,
        scale: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.bank = MelBank(rate_hz, fft_length, n_mels, fmin_hz, fmax_hz, scale)
        self._parts = [_without_empty_bins(bands) for bands in np.array_split(self.bank.matrix(), PARTS, axis=1)]

    def call(self, spectrum: Any) -> Any:
        """The weighted sum of each band's bins. A part of the bands needs a part of the bins, most only a few."""
        return ops.concatenate([ops.matmul(spectrum[..., bins], bands) for bins, bands in self._parts], axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Bands in the place of bins."""
        return *input_shape[:-1], self.bank.n_mels

    def get_config(self) -> dict[str, Any]:
        """Plain values."""
        return {**super().get_config(), **dataclasses.asdict(self.bank)}


def _without_empty_bins(bands: np.ndarray[Any, Any]) -> tuple[slice, np.ndarray[Any, Any]]:
    """The bins between the first and the last that some band hears, and the bands `(bins, bands)` over these."""
    heard = np.flatnonzero(bands.any(axis=1))
    bins = slice(int(heard[0]), int(heard[-1]) + 1) if heard.size else slice(0, 1)
    return bins, bands[bins]
