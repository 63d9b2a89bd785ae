"""Augmenting layers of waveforms: float32 `(batch, samples)` → the same shape."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from sinesweep_plugins.augmentations._random import RandomLayer


@keras.saving.register_keras_serializable(package="sinesweep")
class RandomGain(RandomLayer):
    """Makes every clip louder or softer by up to `max_db` decibels, even in decibels."""

    def __init__(self, max_db: float, **options: Any) -> None:
        super().__init__(**options)
        self.max_db = max_db

    def change(self, inputs: Any) -> Any:
        """Waves times one factor a clip."""
        shape = (ops.shape(inputs)[0], 1)
        gain_db = self.uniform(shape, -self.max_db, self.max_db) * self.chosen(shape)
        return inputs * 10.0 ** (gain_db / 20.0)

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs."""
        return super().get_config() | {"max_db": self.max_db}


@keras.saving.register_keras_serializable(package="sinesweep")
class RandomNoise(RandomLayer):
    """Adds white noise, `min_snr_db` to `max_snr_db` decibels below the clip's own mean power; silence stays silent."""

    def __init__(self, min_snr_db: float, max_snr_db: float, **options: Any) -> None:
        super().__init__(**options)
        self.min_snr_db = min_snr_db
        self.max_snr_db = max_snr_db

    def change(self, inputs: Any) -> Any:
        """Waves plus noise."""
        shape = (ops.shape(inputs)[0], 1)
        snr_db = self.uniform(shape, self.min_snr_db, self.max_snr_db)
        power = ops.mean(ops.square(inputs), axis=-1, keepdims=True) * 10.0 ** (-snr_db / 10.0)
        # Even numbers are as white as Gaussian ones and cost a third; in [-a, a] their power is a² / 3.
        peak = ops.sqrt(3.0 * power) * self.chosen(shape)
        return inputs + peak * self.uniform(ops.shape(inputs), -1.0, 1.0)

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs."""
        return super().get_config() | {"min_snr_db": self.min_snr_db, "max_snr_db": self.max_snr_db}


@keras.saving.register_keras_serializable(package="sinesweep")
class RandomTimeShift(RandomLayer):
    """Moves every clip by up to `max_share` of its length, to the left or to the right.

    Args:
        fill: what comes in at the end that was left: "zeros", or "roll" for what went out at the other.
    """

    def __init__(self, max_share: float, fill: str, **options: Any) -> None:
        super().__init__(**options)
        self.max_share = max_share
        self.fill = fill

    def change(self, inputs: Any) -> Any:
        """Waves whose sample `n` is the input's sample `n - shift`."""
        clips, samples = ops.shape(inputs)
        shape = (clips, 1)
        reach = self.max_share * ops.cast(samples, "float32")
        shift = ops.round(self.uniform(shape, -1.0, 1.0) * reach * self.chosen(shape))
        source = ops.arange(samples)[None, :] - ops.cast(shift, "int32")
        # One gather of the flat batch: a third cheaper than take_along_axis on a CPU.
        flat = ops.mod(source, samples) + samples * ops.arange(clips)[:, None]
        rolled = ops.take(ops.reshape(inputs, (-1,)), flat)
        if self.fill == "roll":
            return rolled
        return ops.where(ops.logical_and(source >= 0, source < samples), rolled, 0.0)

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs."""
        return super().get_config() | {"max_share": self.max_share, "fill": self.fill}
