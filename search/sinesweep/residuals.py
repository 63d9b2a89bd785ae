"""Residuals: how far off the values of a regression are, and in which direction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sinesweep.predictions import Predictions

BINS = 21
"""An odd number: the middle one holds the answers that are about right."""

POINTS = 2000
"""So many clips are enough to see how answers lie about the truth."""


@dataclass(frozen=True)
class Residuals:
    """Answers minus truth, in the unit of the values.

    Attributes:
        bias: their mean: above 0 where the trial tells too much.
        deviation: their standard deviation.
        median: of their absolute values.
        percentile_90: nine in ten are at most so far off.
        edges: of the bins of a histogram that is symmetric about 0, `(BINS + 1,)`.
        counts: the residuals in each bin, `(BINS,)`.
        points: truth and answer of at most `POINTS` clips, in the order of the clips.
    """

    bias: float
    deviation: float
    median: float
    percentile_90: float
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    points: tuple[tuple[float, float], ...]


def residuals(known: Predictions) -> Residuals:
    """Those of a regression's answers `(n, 1)`."""
    truth, told = known.targets.astype(np.float64), known.probabilities[:, 0].astype(np.float64)
    off = told - truth
    reach = float(np.abs(off).max()) or 1.0
    counts, edges = np.histogram(off, BINS, (-reach, reach))
    chosen = np.unique(np.linspace(0, len(off) - 1, min(len(off), POINTS)).round().astype(int))
    return Residuals(
        bias=float(off.mean()),
        deviation=float(off.std()),
        median=float(np.median(np.abs(off))),
        percentile_90=float(np.quantile(np.abs(off), 0.9)),
        edges=tuple(edges.tolist()),
        counts=tuple(counts.tolist()),
        points=tuple((float(truth[i]), float(told[i])) for i in chosen),
    )
