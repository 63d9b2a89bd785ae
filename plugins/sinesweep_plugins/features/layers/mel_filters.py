"""MelFilters: from the bins of a spectrum to mel bands."""

from __future__ import annotations

import dataclasses
from typing import Any

import keras
from keras import ops

from sinesweep_plugins.features.filterbanks import MelBank
from sinesweep_plugins.features.layers.fixed import Fixed


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
        self._matrix = self.bank.matrix()

    def call(self, spectrum: Any) -> Any:
        """The weighted sum of each band's bins."""
        return ops.matmul(spectrum, self._matrix)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Bands in the place of bins."""
        return *input_shape[:-1], self.bank.n_mels

    def get_config(self) -> dict[str, Any]:
        """Plain values."""
        return {**super().get_config(), **dataclasses.asdict(self.bank)}
