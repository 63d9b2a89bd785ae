"""Axes that several charts share, and what keeps a chart of thousands of trials quick and in its frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np

from sinesweep.metrics import Metric
from sinesweep.report import words
from sinesweep.report.charts.chart import Channel, number

FENCE = 3.0
"""Scores further than so many quartile ranges from the middle half stand at the edge: else they would squeeze the rest
into a line (Tukey 1977, outer fences)."""

Item = TypeVar("Item")


def score(judged: Metric, values: Sequence[float], **more: Any) -> Channel:
    """The axis of scores, wide enough for `values`, in per cent where people read the metric so."""
    low, high = span(values)
    axis = {"labelExpr": "format(100 * datum.value, '.3~g') + ' %'"} if judged.percent else {"format": ".3~g"}
    scale = {"domain": [low, high], "clamp": True, "nice": False}
    return number("score", words.title(judged.name), axis=axis, scale=scale, **more)


def span(values: Sequence[float]) -> tuple[float, float]:
    """From where to where an axis goes that shows `values`, with a little air."""
    found = np.asarray(values, float)
    low, high = float(found.min()), float(found.max())
    first, third = np.quantile(found, (0.25, 0.75))
    if third > first:
        low, high = max(low, first - FENCE * (third - first)), min(high, third + FENCE * (third - first))
    air = 0.06 * (high - low) or 0.05 * abs(high) or 0.05
    return float(low - air), float(high + air)


def thinned(items: Sequence[Item], most: int) -> list[Item]:
    """At most so many of them, evenly spaced in their order."""
    if len(items) <= most:
        return list(items)
    return [items[place * len(items) // most] for place in range(most)]
