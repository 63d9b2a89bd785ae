"""Cepstrum: the shape of a spectrum in a few numbers."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from sinesweep_plugins.features.filterbanks import cosine_transform
from sinesweep_plugins.features.layers.fixed import Fixed


@keras.saving.register_keras_serializable(package="sinesweep")
class Cepstrum(Fixed):
    """`(batch, frames, n_mels)` → `(batch, frames, n_mfcc)`: the first coefficients of the orthonormal DCT-II."""

    def __init__(self, n_mels: int, n_mfcc: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.n_mels, self.n_mfcc = n_mels, n_mfcc
        self._matrix = cosine_transform(n_mels, n_mfcc)

    def call(self, bands: Any) -> Any:
        """A frame's bands, as a sum of cosines."""
        return ops.matmul(bands, self._matrix)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Coefficients in the place of bands."""
        return *input_shape[:-1], self.n_mfcc

    def get_config(self) -> dict[str, Any]:
        """Plain values."""
        return {**super().get_config(), "n_mels": self.n_mels, "n_mfcc": self.n_mfcc}
