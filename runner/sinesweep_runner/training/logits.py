"""Logits: what a network has given, seen from its answers."""

from __future__ import annotations

import numpy as np

from sinesweep.dataset import Task
from sinesweep_runner.training.scale import Scale

LEAST = 1e-7
"""Probabilities below this count as this: of nothing there is no logarithm, and float32 knows none nearer to 1."""


def logits_of(answers: np.ndarray, task: Task, scale: Scale | None) -> np.ndarray:
    """The logits that make these answers, float32 `(clips, outputs)`; of classes those whose softmax needs no divisor.

    Args:
        scale: of the values, in regression, where the network's answers are z-scored.
    """
    if scale is not None:
        return scale.apply(answers)
    there = np.log(np.maximum(answers, LEAST))
    if task is Task.CLASSIFICATION:
        return there.astype(np.float32)
    return (there - np.log(np.maximum(1 - answers, LEAST))).astype(np.float32)
