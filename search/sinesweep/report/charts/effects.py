"""Effects: what the settings of the front ends do to the score, one at a time and two at a time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from sinesweep.leaderboard import Leaderboard
from sinesweep.report import words
from sinesweep.report.charts.axes import score, thinned
from sinesweep.report.charts.chart import Channel, Chart, layer, layered, name, number, tooltip
from sinesweep.report.importance import Importance
from sinesweep.report.levels import are_numbers, shown
from sinesweep.rows import Row
from sinesweep.wording import many

SECTION = "What mattered in the front end"
MOST_CHARTS, MOST_DOTS, WIDE = 6, 300, 30.0
"""An axis of numbers, the largest of which is so many times the least, is logarithmic."""


def effects(board: Leaderboard, found: Sequence[Importance]) -> list[Chart]:
    """A chart for each of the front end's settings, the most important first: the trials, and the median of each group.

    Args:
        found: the importance of all settings among `board.rows`.
    """
    own = [each for each in found if each.share is not None and each.factor.name.split(".")[0] == "features"]
    return [_effect(board, each) for each in own[:MOST_CHARTS]]


def _effect(board: Leaderboard, each: Importance) -> Chart:
    factor, groups = each.factor, each.levels
    rows = [board.rows[place] for place in factor.trials]
    numbers = are_numbers(factor.values) and len(set(factor.values)) > 2
    dots = [
        {"setting": value if numbers else shown(value), "score": row.score, "trial": row.number}
        for row, value in zip(rows, factor.values, strict=True)
    ]
    medians = _medians(each, rows)
    title = words.title(board.metric.name)
    alt = f"Scatter plot of {title} by {factor.label}, with the median of each group"
    x, y = _axis(each, numbers), score(board.metric, [row.score for row in rows])
    middles = [
        {"setting": groups.middles[code] if numbers else text, "score": value, "told": f"{text}: {count} trials"}
        for code, (text, value, count) in enumerate(medians)
    ]
    layers = [layer("circle", "trial", thinned(dots, MOST_DOTS), {"x": x, "y": y, **tooltip(("trial", "trial"))})]
    if numbers:
        layers.append(layer("line", "best", middles, {"x": x, "y": y}))
    layers.append(layer("circle", "chosen", middles, {"x": x, "y": y, **tooltip(("told", "median of"))}))
    spec = layered(layers, alt, height=190)
    return Chart(slug("effect", factor.name), SECTION, factor.label, _told(board, each, medians), alt, spec)


def _axis(each: Importance, numbers: bool) -> Channel:
    values = each.factor.values
    if not numbers:
        return name("setting", each.factor.label, sort=list(each.levels.names), axis={"labelAngle": 0, "grid": False})
    scale = {"type": "log"} if min(values) > 0 and max(values) > WIDE * min(values) else {}
    return number("setting", each.factor.label, scale={"nice": False, "padding": 12, **scale}, axis={"grid": False})


def _medians(each: Importance, rows: Sequence[Row]) -> list[tuple[str, float, int]]:
    """Name, median score and number of trials of each group."""
    found = []
    for code, text in enumerate(each.levels.names):
        scores = [row.score for row, own in zip(rows, each.levels.codes, strict=True) if own == code]
        found.append((text, median(scores), len(scores)))
    return found


def _told(board: Leaderboard, each: Importance, medians: Sequence[tuple[str, float, int]]) -> str:
    best = max(medians, key=lambda group: board.metric.goodness(group[1]))
    worst = min(medians, key=lambda group: board.metric.goodness(group[1]))
    show = board.metric.show
    text = (
        f"Median {words.title(board.metric.name)} is best at {best[0]} with {show(best[1])} ({many(best[2], 'trial')}),"
        f" and worst at {worst[0]} with {show(worst[1])} ({many(worst[2], 'trial')})."
    )
    if each.matters:
        share = f"{100 * (each.share or 0):.0f} %"
        return f"{text} It explains {share} of the variance in rank among {each.trials:,} trials."
    return f"{text} The {each.trials:,} trials cannot tell this from chance."


def slug(*parts: str) -> str:
    """A chart's name, of `a-z0-9_`."""
    return re.sub(r"[^a-z0-9]+", "_", "_".join(parts).lower()).strip("_")
