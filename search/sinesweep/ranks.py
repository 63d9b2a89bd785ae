"""Metrics that rank all clips by an answer: from counts of hits and false alarms, the surest clips first."""

from __future__ import annotations

import numpy as np

from sinesweep.formulas import Numbers


def area_under_curve(hits: Numbers, alarms: Numbers) -> Numbers:
    """The area under the ROC curve: how likely a clip of the class is ranked before one that is not; ties count half.

    Args:
        hits: clips of the class so far, after every distinct answer, `(resamples, answers)`.
        alarms: clips that are not of it, likewise.
    """
    heights = (hits + _before(hits)) / 2
    area = (np.diff(alarms, axis=1, prepend=0.0) * heights).sum(axis=1)
    return _over(area, hits[:, -1] * alarms[:, -1])


def average_precision(hits: Numbers, alarms: Numbers) -> Numbers:
    """The mean precision at the rank of every clip of the class; arguments as above."""
    told = hits + alarms
    precision = np.divide(hits, told, out=np.zeros_like(hits), where=told > 0)
    return _over((np.diff(hits, axis=1, prepend=0.0) * precision).sum(axis=1), hits[:, -1])


def _before(counts: Numbers) -> Numbers:
    return np.concatenate([np.zeros_like(counts[:, :1]), counts[:, :-1]], axis=1)


def _over(numerators: Numbers, denominators: Numbers) -> Numbers:
    """NaN where there is nothing to divide by."""
    return np.divide(numerators, denominators, out=np.full_like(numerators, np.nan), where=denominators > 0)
