"""Schedules: the learning rate of every step, by arithmetic.

It is written into the optimizer before each step, so that no graph knows of it.
"""

from __future__ import annotations

import math

from sinesweep.fit import Fit

WARM_UP = 0.1
"""The share of all steps in which the learning rate climbs, where there is a warm-up."""


def learning_rate(fit: Fit, done: int, steps: int) -> float:
    """The learning rate after `done` of `steps` steps: constant, or half a cosine down to 0; or that after a climb."""
    climb = max(1, round(WARM_UP * steps)) if fit.schedule.startswith("warmup") else 0
    if done < climb:  # never from 0: a step by nothing is lost, and ftrl divides by the rate
        return fit.learning_rate * (done + 1) / (climb + 1)
    if fit.schedule.endswith("constant"):
        return fit.learning_rate
    passed = min(1.0, (done - climb) / max(1, steps - climb))
    return fit.learning_rate * (1 + math.cos(math.pi * passed)) / 2
