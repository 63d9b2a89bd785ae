"""Augmenting layers of batches: the pair (features, targets) → the same pair of shapes."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops
from scipy.special import betaincinv

from sinesweep_plugins.augmentations._random import RandomLayer

STEPS = 1024
"""Steps of the table from which shares are drawn."""


@keras.saving.register_keras_serializable(package="sinesweep")
class RandomMixup(RandomLayer):
    """Mixes every clip with another of its batch, features and targets alike, by a share from Beta(alpha, alpha)."""

    def __init__(self, alpha: float, **options: Any) -> None:
        super().__init__(**options)
        self.alpha = alpha
        # The inverse of the distribution function: keras.random.beta cannot be compiled by TensorFlow's XLA, and
        # gives 0 / 0 for a small alpha.
        self.quantiles = betaincinv(alpha, alpha, np.linspace(0.0, 1.0, STEPS + 1)).astype("float32")

    def change(self, inputs: Any) -> Any:
        """Features of any rank and one-hot or soft targets `(batch, outputs)`, both mixed."""
        features, targets = inputs
        clips = ops.shape(features)[0]
        partner = keras.random.shuffle(ops.arange(clips), seed=self.generator)
        share = self.share(clips)
        return _mix(features, partner, share), _mix(targets, partner, share)

    def share(self, clips: Any) -> Any:
        """What every clip keeps of itself, float32 `(clips,)`; 1 where it is not chosen."""
        place = self.uniform((clips,)) * STEPS
        step = ops.floor(place)
        low = ops.take(self.quantiles, ops.cast(step, "int32"))
        high = ops.take(self.quantiles, ops.cast(step, "int32") + 1)
        return 1.0 - self.chosen((clips,)) * (1.0 - low - (place - step) * (high - low))

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs."""
        return super().get_config() | {"alpha": self.alpha}


def _mix(x: Any, partner: Any, share: Any) -> Any:
    share = ops.reshape(share, (-1,) + (1,) * (len(x.shape) - 1))
    return share * x + (1.0 - share) * ops.take(x, partner, axis=0)
