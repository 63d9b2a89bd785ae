"""Parallel coordinates: each trial as a line through its settings, on to its score (Inselberg 1985)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sinesweep.leaderboard import Leaderboard
from sinesweep.report import words
from sinesweep.report.charts.axes import thinned
from sinesweep.report.charts.chart import Chart, Spec, layer, layered, name, tooltip
from sinesweep.report.importance import Factor, Importance, ranked
from sinesweep.report.levels import are_numbers, shown
from sinesweep.wording import many

NAME, SECTION, TITLE = "parallel", "What mattered", "Settings and score of each trial"
MOST_AXES, MOST_LINES, BEST_SHARE = 4, 150, 10
"""So many settings, so many lines; one in `BEST_SHARE` trials counts as one of the best."""

COMMON = 0.9
"""A setting that this share of the trials has has an axis."""

BELOW, ABOVE = -0.08, 1.08
"""The heights of what is written at the ends of an axis."""

LINE = 9
"""So many letters of a setting's name stand in a line; a phone has no room for more."""


@dataclass(frozen=True)
class Axis:
    """One upright line.

    Attributes:
        heights: where each trial crosses it, 0 … 1, by the trial's place; none where it has no such setting.
        marks: heights and what is written there.
    """

    title: str
    heights: Mapping[int, float]
    marks: tuple[tuple[float, str], ...]


def parallel(board: Leaderboard, found: Sequence[Importance]) -> Chart:
    """The most important settings that most trials have, side by side.

    Args:
        found: the importance of all settings among `board.rows`, the most important first.
    """
    common = [each.factor for each in found if len(each.factor.trials) >= COMMON * len(board.rows)][:MOST_AXES]
    if not common or len(board.rows) < 2:
        return Chart(NAME, SECTION, TITLE, "No setting varies among the trials that have a score.")
    axes = [*map(_axis, common), _last(board)]
    order = sorted(range(len(board.rows)), key=lambda place: -board.metric.goodness(board.rows[place].score))
    count = max(1, len(board.rows) // BEST_SHARE)
    best = thinned(order[:count], MOST_LINES // 3)
    others = thinned(order[count:], MOST_LINES)
    alt = f"Parallel coordinates of {', '.join(factor.label for factor in common)} and score: a line for each trial"
    layers = [_lines(board, axes, places, style) for style, places in (("other", others), ("best", best))]
    spec = layered([*layers, *(_marks(axes, style) for style in ("halo", "loud"))], alt)
    few = f" {len(best) + len(others)} of {len(board.rows)} are drawn." if len(best + others) < len(board.rows) else ""
    caption = (
        f"A line for each trial through its settings to its {words.title(board.metric.name)} in the search; strong: the"
        f" best {many(count, 'trial')} by it. Numbers stand evenly, by their rank; a line breaks where a trial has no"
        f" such setting.{few}"
    )
    return Chart(NAME, SECTION, TITLE, caption, alt, spec)


def _axis(factor: Factor) -> Axis:
    """Numbers evenly by their rank, names in the order of the alphabet."""
    if are_numbers(factor.values):
        values = np.asarray(factor.values, float)
        heights, ends = _evenly(values), ((BELOW, shown(values.min())), (ABOVE, shown(values.max())))
        return Axis(_folded(factor.label), dict(zip(factor.trials.tolist(), heights, strict=True)), ends)
    names = sorted(set(map(shown, factor.values)))
    at = {each: place / (len(names) - 1) for place, each in enumerate(names)}
    heights = [at[shown(value)] for value in factor.values]
    marks = tuple((at[each], each) for each in names)
    return Axis(_folded(factor.label), dict(zip(factor.trials.tolist(), heights, strict=True)), marks)


def _last(board: Leaderboard) -> Axis:
    """The scores of the search, the best at the top: fresh seeds have ranked only a few."""
    goodness = np.array([board.metric.goodness(row.score) for row in board.rows])
    heights = _evenly(goodness)
    worst, best = (board.metric.show(board.rows[place].score) for place in (goodness.argmin(), goodness.argmax()))
    return Axis(words.title(board.metric.name), dict(enumerate(heights)), ((BELOW, worst), (ABOVE, best)))


def _folded(label: str) -> str:
    """A name in short lines, broken behind its dots and underscores."""
    lines = [""]
    for part in re.findall(r"[^._]*[._]?", label):
        if lines[-1] and (lines[-1].endswith(".") or len(lines[-1]) + len(part) > LINE):
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def _evenly(values: np.ndarray) -> list[float]:
    """The ranks of values, from 0 to 1."""
    ranks = ranked(values) - 1
    return [float(rank) for rank in ranks / max(len(values) - 1, 1)]


def _lines(board: Leaderboard, axes: Sequence[Axis], places: Sequence[int], style: str) -> Spec:
    points: list[dict[str, Any]] = [
        {"axis": axis.title, "height": axis.heights.get(place), "trial": board.rows[place].number}
        for place in places
        for axis in axes
    ]
    encoding = {"x": _across(axes), "y": _up(), "detail": name("trial"), **tooltip(("trial", "trial"))}
    return layer("line", style, points, encoding, strokeWidth=1.25, invalid="break-paths-show-path-domains")


def _marks(axes: Sequence[Axis], style: str) -> Spec:
    """What is written at the axes."""
    written = [{"axis": axis.title, "height": height, "said": said} for axis in axes for height, said in axis.marks]
    encoding = {"x": _across(axes), "y": _up(), "text": {"field": "said", "type": "nominal"}}
    return layer("text", style, written, encoding)


def _across(axes: Sequence[Axis]) -> dict[str, Any]:
    titles = [axis.title for axis in axes]
    look = {
        "labelAngle": 0,
        "labelFontSize": 11,
        "grid": True,
        "labelOverlap": False,
        "labelExpr": "split(datum.label, '\\n')",
    }
    return {"field": "axis", "type": "ordinal", "title": None, "sort": titles, "axis": look}


def _up() -> dict[str, Any]:
    return {
        "field": "height",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [BELOW - 0.04, ABOVE + 0.04], "nice": False},
    }
