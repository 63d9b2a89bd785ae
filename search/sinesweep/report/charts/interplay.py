"""Interplay: what two settings of a front end do to the score together."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from sinesweep.leaderboard import Leaderboard
from sinesweep.report import words
from sinesweep.report.charts.chart import Chart, layer, layered, name, tooltip
from sinesweep.report.charts.effects import SECTION, slug
from sinesweep.report.importance import Importance
from sinesweep.wording import many

FEWEST_TRIALS, MOST_CHARTS, ROW_PX = 20, 2, 34
DARKEST, PALEST = 0.5, 0.06
"""How much of the colour the best and the worst field have; numbers on them stay readable."""


def interplay(board: Leaderboard, found: Sequence[Importance]) -> list[Chart]:
    """A table of medians for each front end's two most important settings, the front ends in their order.

    Args:
        found: the importance of all settings among `board.rows`, the most important first.
    """
    fields: dict[str, list[Importance]] = {}
    for each in found:
        kind, *rest = each.factor.name.split(".")
        if kind == "features" and len(rest) > 1 and each.trials >= FEWEST_TRIALS and len(each.levels.names) > 1:
            fields.setdefault(rest[0], []).append(each)
    pairs = [settings[:2] for settings in fields.values() if len(settings) > 1]
    return [_table(board, *pair) for pair in pairs[:MOST_CHARTS]]


def _table(board: Leaderboard, one: Importance, other: Importance) -> Chart:
    cells = _cells(board, one, other)
    values = [cell["median"] for cell in cells]
    low, high = min(values), max(values)
    domain = [low, high] if board.metric.direction == "maximize" else [high, low]
    x = name("one", one.factor.label, sort=list(one.levels.names), axis={"labelAngle": 0, "grid": False})
    y = name("other", other.factor.label, sort=list(reversed(other.levels.names)), axis={"grid": False})
    depth = {"domain": domain, "range": [PALEST, DARKEST], "zero": False}
    shade = {"field": "median", "type": "quantitative", "legend": None, "scale": depth}
    tip = tooltip(("said", "median"), ("trials", "trials"))
    alt = f"Table of the median {words.title(board.metric.name)} by {one.factor.label} and {other.factor.label}"
    layers = [
        layer("rect", "field", cells, {"x": x, "y": y, "opacity": shade, **tip}),
        layer("text", "loud", cells, {"x": x, "y": y, "text": {"field": "said", "type": "nominal"}, **tip}),
    ]
    spec = layered(layers, alt, height=ROW_PX * len(other.levels.names) + 10)
    title = f"{one.factor.label} and {other.factor.label}"
    return Chart(slug("pair", one.factor.name, other.factor.label), SECTION, title, _told(board, cells), alt, spec)


def _cells(board: Leaderboard, one: Importance, other: Importance) -> list[dict[str, Any]]:
    """The groups of two settings that occur together, with their trials' median score."""
    others = dict(zip(other.factor.trials.tolist(), other.levels.codes.tolist(), strict=True))
    scores: dict[tuple[int, int], list[float]] = {}
    for trial, code in zip(one.factor.trials.tolist(), one.levels.codes.tolist(), strict=True):
        if code >= 0 and others.get(trial, -1) >= 0:
            scores.setdefault((code, others[trial]), []).append(board.rows[trial].score)
    return [
        {
            "one": one.levels.names[first],
            "other": other.levels.names[second],
            "median": median(known),
            "said": board.metric.show(median(known)),
            "trials": len(known),
        }
        for (first, second), known in sorted(scores.items())
    ]


def _told(board: Leaderboard, cells: Sequence[dict[str, Any]]) -> str:
    best = max(cells, key=lambda cell: board.metric.goodness(cell["median"]))
    worst = min(cells, key=lambda cell: board.metric.goodness(cell["median"]))
    lone = sum(cell["trials"] == 1 for cell in cells)
    stands = f" {lone} of {many(len(cells), 'field')} stand on one trial." if lone else ""
    return (
        f"Median {words.title(board.metric.name)}: best {best['said']} at {best['one']} and {best['other']}"
        f" ({many(best['trials'], 'trial')}), worst {worst['said']} at {worst['one']} and {worst['other']}"
        f" ({many(worst['trials'], 'trial')}).{stands}"
    )
