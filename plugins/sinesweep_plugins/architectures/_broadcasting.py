"""The parts of `bc_resnet`: broadcasted residual blocks, and batch norm by sub-bands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sinesweep.contract import Architecture
from sinesweep_plugins.architectures._blocks import activated, batch_normalisation, spatial_dropout
from sinesweep_plugins.architectures._pictures import convolved, filtered


@dataclass(frozen=True)
class Broadcasting:
    """Residual blocks whose two parts are a filter across the bins, and one along time on the mean of the bins.

    What the mean of the bins gives is added to every bin: broadcast. Pictures are `(batch, frames, bins, channels)`.
    """

    network: Architecture
    activation: str
    bands: int
    dropped: float

    def block(self, x: Any, channels: int, dilation: int, halve: bool) -> Any:
        """One block; `halve` leaves every second bin. It has a short cut where it does not change the channels."""
        from keras import layers

        shortcut = x if x.shape[-1] == channels else None
        if shortcut is None:
            x = activated(self.network, batch_normalisation()(self.mixed(x, channels)), self.activation)
        x = filtered(self.network, x, (1, 3), bias=False)
        if halve:
            # A step of 2 in frequency alone, which a depthwise convolution cannot take on every backend.
            x = layers.MaxPooling2D((1, 1), strides=(1, 2))(x)
        x = sub_band_norm(x, self.bands)
        parts = [x, self._along_time(x, channels, dilation)]
        return activated(self.network, layers.Add()(parts if shortcut is None else [*parts, shortcut]), self.activation)

    def mixed(self, x: Any, channels: int) -> Any:
        """A mix of the channels, without a bias."""
        return convolved(self.network, x, channels, (1, 1), bias=False)

    def _along_time(self, x: Any, channels: int, dilation: int) -> Any:
        from keras import layers

        x = layers.AveragePooling2D((1, x.shape[2]))(x)
        x = batch_normalisation()(filtered(self.network, x, (3, 1), bias=False, dilation=dilation))
        return spatial_dropout(self.mixed(activated(self.network, x, "silu"), channels), self.dropped)


def sub_band_norm(x: Any, most: int) -> Any:
    """Batch norm of each of several bands of bins by itself; as many as divide the bins evenly, at most `most`.

    Chang, Park, Cho, Park, Yun and Hwang, "SubSpectral Normalization for Neural Audio Data Processing", ICASSP 2021.
    """
    from keras import layers

    frames, bins, channels = x.shape[1:]
    bands = max(count for count in range(1, most + 1) if bins % count == 0)
    if bands == 1:
        return batch_normalisation()(x)
    x = layers.Permute((1, 3, 2, 4))(layers.Reshape((frames, bands, bins // bands, channels))(x))
    x = batch_normalisation()(layers.Reshape((frames, bins // bands, bands * channels))(x))
    x = layers.Permute((1, 3, 2, 4))(layers.Reshape((frames, bins // bands, bands, channels))(x))
    return layers.Reshape((frames, bins, channels))(x)
