"""Smoothing: a running mean that forgets."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from keras import ops

_BLOCK = 64


def share_of_the_new(time_constant: float) -> float:
    """The share that a frame has in the running mean, for a time constant in frames; that of `librosa.pcen`."""
    return (math.sqrt(1 + 4 * time_constant**2) - 1) / (2 * time_constant**2)


def smooth(bands: Any, share: float, start: float) -> Any:
    """`mean[t] = (1 - share) * mean[t - 1] + share * bands[t]` with `mean[-1] = start`, `(batch, frames, bins)`.

    A recurrence takes a step a frame. Here frames are taken in blocks: inside a block, and then from block to block,
    the recurrence is a product with a triangular matrix.
    """
    batch, frames, bins = ops.shape(bands)
    blocks = -(-frames // _BLOCK)
    padded = ops.pad(bands, [[0, 0], [0, _BLOCK - 1], [0, 0]])[:, : blocks * _BLOCK]
    inside = ops.matmul(_within_a_block(share), ops.reshape(padded, (batch, blocks, _BLOCK, bins)))
    before = _before_each_block(inside[:, :, -1], share, start, blocks)
    fading = (1 - share) ** np.arange(1, _BLOCK + 1, dtype="float32")[:, None]
    return ops.reshape(inside + ops.multiply(fading, before[:, :, None]), (batch, blocks * _BLOCK, bins))[:, :frames]


def _within_a_block(share: float) -> np.ndarray:
    """What the frames of a block bring to each other's means, `(_BLOCK, _BLOCK)`."""
    lags = np.subtract.outer(np.arange(_BLOCK), np.arange(_BLOCK))
    return np.where(lags >= 0, share * (1 - share) ** np.maximum(lags, 0.0), 0.0).astype("float32")


def _before_each_block(brought: Any, share: float, start: float, blocks: Any) -> Any:
    """The mean before each block, from what each brings to its own last mean; both `(batch, blocks, bins)`."""
    lags = ops.cast(ops.arange(blocks)[:, None] - ops.arange(blocks)[None] - 1, "float32")
    kept = math.log(max(1 - share, 1e-30)) * _BLOCK
    weights = ops.where(lags >= 0, ops.exp(kept * ops.maximum(lags, 0.0)), 0.0)
    first = start * ops.exp(kept * ops.cast(ops.arange(blocks), "float32"))
    return ops.matmul(weights, brought) + first[:, None]
