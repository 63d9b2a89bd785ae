"""Contrast: peaks against valleys, an octave at a time."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from sinesweep_plugins.features.layers.compression import decibels
from sinesweep_plugins.features.layers.fixed import Fixed
from sinesweep_plugins.features.octaves import octaves

_TOP_DB = 80.0


@keras.saving.register_keras_serializable(package="sinesweep")
class Contrast(Fixed):
    """Magnitudes `(batch, frames, fft_length // 2 + 1)` → `(batch, frames, n_octaves + 1)`.

    The mean of an octave's strongest bins less that of its weakest, both as `librosa.power_to_db` of one clip.
    """

    def __init__(
        self, rate_hz: int, fft_length: int, n_octaves: int, octaves_from_hz: float, quantile: float, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.settings = {
            "rate_hz": rate_hz,
            "fft_length": fft_length,
            "n_octaves": n_octaves,
            "octaves_from_hz": octaves_from_hz,
            "quantile": quantile,
        }
        self._octaves = octaves(rate_hz, fft_length, n_octaves, octaves_from_hz, quantile)

    def call(self, magnitudes: Any) -> Any:
        """The weakest are the strongest of what is turned round."""
        bands = [(magnitudes[..., first:stop], few) for first, stop, few in self._octaves]
        peaks = ops.stack([_strongest(band, few) for band, few in bands], axis=-1)
        valleys = ops.stack([-_strongest(-band, few) for band, few in bands], axis=-1)
        return decibels(peaks, _TOP_DB) - decibels(valleys, _TOP_DB)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Octaves in the place of bins."""
        return *input_shape[:-1], len(self._octaves)

    def get_config(self) -> dict[str, Any]:
        """Plain values."""
        return {**super().get_config(), **self.settings}


def _strongest(bins: Any, few: int) -> Any:
    """The mean of the `few` largest, `(batch, frames, bins)` → `(batch, frames)`."""
    if few == 1:
        return ops.max(bins, axis=-1)
    return ops.mean(ops.top_k(bins, few)[0], axis=-1)
