"""Fronts: the score against what a network costs, and the trials that no other beats in both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sinesweep.leaderboard import Leaderboard
from sinesweep.objectives import LATENCY, MODEL_BYTES, MULTIPLY_ADDS, PARAMETERS, front
from sinesweep.report import costs, words
from sinesweep.report.charts.axes import score, thinned
from sinesweep.report.charts.chart import Chart, layer, layered, number, tooltip
from sinesweep.rows import Row
from sinesweep.wording import many

SECTION, MOST_DOTS = "Score against cost", 300
SHOWN = (PARAMETERS, MODEL_BYTES, MULTIPLY_ADDS, LATENCY)

UNTIMED = (
    "Not measured. The answers of trials are timed where a sweep asks for it: limits: {latency_ms: 20}, or"
    " search: {objective: [SCORE, latency_ms]}. Those of an exported winner are timed always: sinesweep export."
)


def fronts(board: Leaderboard) -> list[Chart]:
    """A chart for every cost that is known and not the same for all; where time was not measured, how it would be."""
    return [chart for name in SHOWN if (chart := _front(board, name)) is not None]


def _front(board: Leaderboard, cost: str) -> Chart | None:
    rows = [row for row in board.rows if row.costs.get(cost, 0) > 0]
    name, title = f"front_{cost}", f"Score against {words.title(cost)}"
    if cost == LATENCY and board.rows and not rows:
        return Chart(name, SECTION, title, UNTIMED.replace("SCORE", board.metric.name))
    if len({row.costs[cost] for row in rows}) < 2:
        return None
    marks = front([(board.metric.goodness(row.score), -row.costs[cost]) for row in rows])
    best = sorted((row for row, on in zip(rows, marks, strict=True) if on), key=lambda row: row.costs[cost])
    others = [row for row, on in zip(rows, marks, strict=True) if not on]
    price = words.title(cost)
    unit = {LATENCY: "latency, ms"}.get(cost, price)
    x = number("cost", unit, scale={"type": "log", "nice": False, "padding": 12}, axis={"grid": False, "format": "~s"})
    y = score(board.metric, [row.score for row in rows])
    tip = tooltip(("trial", "trial"), ("said", words.title(board.metric.name)), ("price", price))
    alt = f"Scatter plot of {words.title(board.metric.name)} against {price}, with the Pareto front as a line"
    layers = [
        layer("circle", "trial", _dots(board, thinned(others, MOST_DOTS), cost), {"x": x, "y": y, **tip}),
        layer("line", "best", _dots(board, best, cost), {"x": x, "y": y}, interpolate="step-after"),
        layer("circle", "chosen", _dots(board, best, cost), {"x": x, "y": y, **tip}),
    ]
    caption = _told(board, best, len(rows), cost)
    return Chart(name, SECTION, title, caption, alt, layered(layers, alt))


def _dots(board: Leaderboard, rows: Sequence[Row], cost: str) -> list[dict[str, Any]]:
    return [_dot(board, row, cost) for row in rows]


def _dot(board: Leaderboard, row: Row, cost: str) -> dict[str, Any]:
    said, price = board.metric.show(row.score), costs.shown(cost, row)
    return {"cost": row.costs[cost], "score": row.score, "trial": row.number, "said": said, "price": price}


def _told(board: Leaderboard, best: Sequence[Row], trials: int, cost: str) -> str:
    ends = [best[0]] if len(best) == 1 else [best[0], best[-1]]
    said = [f"trial {row.number} ({board.metric.show(row.score)}, {_price(cost, row)})" for row in ends]
    if len(best) == 1:
        return f"Of {many(trials, 'trial')} none is better or cheaper than {said[0]}."
    return f"{len(best)} of {trials:,} trials are beaten by no other in both, from {said[0]} to {said[1]}."


def _price(cost: str, row: Row) -> str:
    price = costs.shown(cost, row)
    return price if cost == LATENCY else f"{price} {words.title(cost)}"
