"""Calibration: whether a model that is 80 % sure is right four times out of five."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sinesweep.formulas import Answers, Targets
from sinesweep.metrics import Thresholds
from sinesweep.sums import THRESHOLD

BINS = 15
"""As many, of equal width, as Guo et al. took."""


@dataclass(frozen=True)
class Bin:
    """The answers that were about as sure.

    Attributes:
        low, high: it holds confidences above `low` and up to `high`; the first bin holds 0 too.
        confidence: their mean confidence; None where there are none.
        right: the share of them that is right; None likewise.
        count: how many answers there are.
    """

    low: float
    high: float
    confidence: float | None
    right: float | None
    count: int


@dataclass(frozen=True)
class Calibration:
    """How far confidence can be read as the chance of being right.

    Attributes:
        bins: from 0 to 1, of equal width.
        error: the expected calibration error: over all answers, the mean distance between the confidence of their bin
            and the share of it that is right; from 0, the best, to 1.
        surplus: the mean confidence minus the share that is right; above 0 where the model is too sure of itself.
    """

    bins: tuple[Bin, ...]
    error: float
    surplus: float


def calibration(targets: Targets, probabilities: Answers, thresholds: Thresholds = None) -> Calibration:
    """The reliability diagram and its expected calibration error (Guo et al. 2017, arXiv:1706.04599).

    Of one class a clip the answer is the likeliest one, as sure as its probability says. Of labels every yes or no is
    an answer; where the threshold is not a half, an answer may be less than half sure.

    Args:
        targets: class indices `(n,)`, or a 1 or 0 for each label `(n, labels)`.
        probabilities: `(n, classes)`.
        thresholds: from which probability on each label counts as told.
    """
    if targets.ndim == 2:
        told = probabilities >= (THRESHOLD if thresholds is None else thresholds)
        sure, hit = np.where(told, probabilities, 1 - probabilities).ravel(), (told == (targets > 0)).ravel()
    else:
        sure, hit = probabilities.max(axis=1), probabilities.argmax(axis=1) == targets
    sure = sure.astype(np.float64).clip(0.0, 1.0)
    edges = np.linspace(0, 1, BINS + 1)
    place = np.clip(np.searchsorted(edges, sure, side="left") - 1, 0, BINS - 1)
    counts = np.bincount(place, minlength=BINS)
    rights = np.bincount(place, weights=hit, minlength=BINS)
    totals = np.bincount(place, weights=sure, minlength=BINS)
    bins = tuple(
        Bin(
            low=float(edges[i]),
            high=float(edges[i + 1]),
            confidence=float(totals[i] / count) if count else None,
            right=float(rights[i] / count) if count else None,
            count=int(count),
        )
        for i, count in enumerate(counts)
    )
    error = float(np.abs(totals - rights).sum() / len(sure))
    return Calibration(bins, error, surplus=float(sure.mean() - hit.mean()))
