"""Augmenting layers of batches: the pair (examples, targets) → the same pair of shapes."""

from __future__ import annotations

from typing import Any, ClassVar

import keras
import numpy as np
from keras import ops
from scipy.special import betaincinv

from sinesweep_plugins.augmentations._random import RandomLayer

STEPS = 1024
"""Steps of the table from which shares are drawn."""


class RandomMixing(RandomLayer):
    """Mixes every clip with another of its batch. To be implemented by subclasses: `change`.

    Args:
        alpha: a clip keeps a share of itself that comes from Beta(alpha, alpha). The graph knows it by a table, which
            is a weight.
    """

    settings: ClassVar[tuple[str, ...]] = ("alpha",)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # The inverse of the distribution function: keras.random.beta cannot be compiled by TensorFlow's XLA, and
        # gives 0 / 0 for a small alpha.
        quantiles = betaincinv(self.alpha, self.alpha, np.linspace(0.0, 1.0, STEPS + 1))
        self.quantiles = self.held("quantiles", quantiles.astype("float32"))

    def partners(self, clips: Any) -> Any:
        """The clip that each is mixed with, `(clips,)`; every one is somebody's partner."""
        return keras.random.shuffle(ops.arange(clips), seed=self.generator)

    def share(self, clips: Any) -> Any:
        """What every clip keeps of itself, float32 `(clips,)`; 1 where it is not chosen."""
        place = self.uniform((clips,)) * STEPS
        step = ops.floor(place)
        low = ops.take(self.quantiles, ops.cast(step, "int32"))
        high = ops.take(self.quantiles, ops.cast(step, "int32") + 1)
        return 1.0 - self.chosen((clips,)) * (1.0 - low - (place - step) * (high - low))


@keras.saving.register_keras_serializable(package="sinesweep")
class RandomMixup(RandomMixing):
    """Mixes features and targets of two clips alike, by one share."""

    def change(self, inputs: Any) -> Any:
        """Features of any rank and one-hot or soft targets `(batch, outputs)`, both mixed."""
        features, targets = inputs
        clips = ops.shape(features)[0]
        partners, share = self.partners(clips), self.share(clips)
        return mixed(features, partners, share), mixed(targets, partners, share)


@keras.saving.register_keras_serializable(package="sinesweep")
class RandomCut(RandomMixing):
    """Puts a piece of another clip into every clip, in the same place; targets are mixed by what it covers.

    Args:
        piece: "frames" for some frames with all their bins, "box" for some bins of some frames.
    """

    settings: ClassVar[tuple[str, ...]] = ("alpha", "piece")

    def change(self, inputs: Any) -> Any:
        """Features `(batch, frames, …)` and targets `(batch, outputs)`."""
        features, targets = inputs
        shape = ops.shape(features)
        partners, share = self.partners(shape[0]), self.share(shape[0])
        axes = (1, 2) if self.piece == "box" and len(shape) > 2 else (1,)
        side = (1.0 - share) ** (1.0 / len(axes))
        other, covered = ops.ones((shape[0],) + (1,) * (len(shape) - 1)) > 0, 1.0
        for axis in axes:
            inside = self._interval(side, shape[axis])
            covered = covered * ops.mean(ops.cast(inside, "float32"), axis=-1)
            form = [-1 if each == 0 else shape[axis] if each == axis else 1 for each in range(len(shape))]
            other = ops.logical_and(other, ops.reshape(inside, form))
        changed = ops.where(other, ops.take(features, partners, axis=0), features)
        return changed, mixed(targets, partners, 1.0 - covered)

    def _interval(self, share: Any, size: int) -> Any:
        """Which of `size` steps lie in an interval that is a `share` of them long, `(clips, size)`."""
        length = ops.round(share * size)
        start = ops.floor(self.uniform(ops.shape(share)) * (size - length + 1.0))
        place = ops.arange(size, dtype="float32")[None, :] - start[:, None]
        return ops.logical_and(place >= 0, place < length[:, None])


def mixed(x: Any, partners: Any, share: Any) -> Any:
    """`share` of each clip, `(clips,)`, and the rest of its partner's; `x` of any rank."""
    share = ops.reshape(share, (-1,) + (1,) * (len(x.shape) - 1))
    return share * x + (1.0 - share) * ops.take(x, partners, axis=0)
