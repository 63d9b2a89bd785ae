"""ChromaFilters: from the bins of a spectrum to pitch classes."""

from __future__ import annotations

import dataclasses
from typing import Any

import keras
from keras import ops

from sinesweep_plugins.features.layers.fixed import Fixed
from sinesweep_plugins.features.pitch import ChromaBank


@keras.saving.register_keras_serializable(package="sinesweep")
class ChromaFilters(Fixed):
    """`(batch, frames, fft_length // 2 + 1)` → `(batch, frames, n_chroma)`; the arguments are those of `ChromaBank`."""

    def __init__(self, rate_hz: int, fft_length: int, n_chroma: int, tuning: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.bank = ChromaBank(rate_hz, fft_length, n_chroma, tuning)
        self._matrix = self.bank.matrix()

    def call(self, energy: Any) -> Any:
        """The weighted sum of each class's bins."""
        return ops.matmul(energy, self._matrix)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Pitch classes in the place of bins."""
        return *input_shape[:-1], self.bank.n_chroma

    def get_config(self) -> dict[str, Any]:
        """Plain values."""
        return {**super().get_config(), **dataclasses.asdict(self.bank)}
