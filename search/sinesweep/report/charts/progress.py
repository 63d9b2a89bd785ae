"""The search as it went: every trial's score, the best until then, and the trials that came to none."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sinesweep.leaderboard import Leaderboard
from sinesweep.report import words
from sinesweep.report.charts.axes import score, thinned
from sinesweep.report.charts.chart import HEIGHT, Chart, layer, layered, number, tooltip
from sinesweep.report.charts.clock import Clock, stints
from sinesweep.trial import Result, State
from sinesweep.wording import capitalised, many

NAME, SECTION, TITLE = "progress", "The search", "Best so far"

MOST_DOTS, MOST_STEPS = 400, 200
"""A picture holds no more; the best ones are always among them."""


def progress(board: Leaderboard, results: Sequence[Result], stretches: Sequence[Result]) -> Chart:
    """Scores and the best of them over the time of the search, or over the trials where the time is not known.

    Args:
        stretches: the results, and all earlier ends of the same trials.
    """
    scores = {row.number: row.score for row in board.rows}
    title, places = _places(results, stretches)
    ended = sorted((each for each in results if each.trial.number in places), key=lambda e: places[e.trial.number])
    complete = [_dot(board, each, scores[each.trial.number], places) for each in ended if each.trial.number in scores]
    if not complete:
        return Chart(NAME, SECTION, TITLE, "No trial has a score yet.")
    pruned = [
        _dot(board, each, each.value, places)
        for each in ended
        if each.state is State.PRUNED and each.value is not None and math.isfinite(each.value)
    ]
    failed = [_dot(board, each, 0.0, places) for each in ended if each.state is State.FAILED]
    steps = _steps(board, complete)
    alt = f"Scatter plot of the trials' {words.title(board.metric.name)} by {title}, with the best so far as a line"
    x = number("x", title, axis={"grid": False}, scale={"zero": True, "nice": False})
    y = score(board.metric, [*scores.values(), *([board.baseline.score] if board.baseline else [])])
    tip = tooltip(("what", "trial"), ("said", words.title(board.metric.name)), ("state", "ended"))
    layers = [
        layer("point", "pruned", thinned(pruned, MOST_DOTS), {"x": x, "y": y, **tip}),
        layer("circle", "trial", thinned(complete, MOST_DOTS), {"x": x, "y": y, **tip}),
        layer("circle", "failed", thinned(failed, MOST_DOTS // 4), {"x": x, "y": {"value": HEIGHT}, **tip}),
        layer("line", "best", _line(steps, complete[-1]), {"x": x, "y": y}),
    ]
    if board.baseline:
        layers.insert(0, layer("rule", "baseline", [{"score": board.baseline.score}], {"y": y}))
    caption = _caption(board, steps, complete[-1]) + _rest(board, pruned, failed)
    return Chart(NAME, SECTION, TITLE, caption, alt, layered(layers, alt))


def _places(results: Sequence[Result], stretches: Sequence[Result]) -> tuple[str, Mapping[int, float]]:
    """The title of the axis, and the place of every trial on it by its number."""
    known, worked = stints(results), stints(stretches)
    if not worked or len(known) < len([each for each in results if each.state.spent]):
        return "trial", {each.trial.number: float(each.trial.number) for each in results}
    clock = Clock(worked)
    unit, title = clock.unit
    return title, {stint.result.trial.number: clock.at(stint.ended) / unit for stint in known}


def _dot(board: Leaderboard, result: Result, value: float, places: Mapping[int, float]) -> dict[str, Any]:
    said = "none" if result.state is State.FAILED else board.metric.show(value)
    number = result.trial.number
    place = float(f"{places[number]:.5g}")
    return {"x": place, "score": value, "what": number, "said": said, "state": str(result.state)}


def _steps(board: Leaderboard, complete: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The trials that were the best when they ended."""
    steps: list[Mapping[str, Any]] = []
    for dot in complete:
        if not steps or board.metric.goodness(dot["score"]) > board.metric.goodness(steps[-1]["score"]):
            steps.append(dot)
    return steps


def _line(steps: Sequence[Mapping[str, Any]], last: Mapping[str, Any]) -> list[dict[str, Any]]:
    corners: list[dict[str, Any]] = []
    kept = [*thinned(steps[:-1], MOST_STEPS), steps[-1]]
    for step in kept:
        if corners:
            corners.append({"x": step["x"], "score": corners[-1]["score"]})
        corners.append({"x": step["x"], "score": step["score"]})
    return [*corners, {"x": last["x"], "score": kept[-1]["score"]}]


def _caption(board: Leaderboard, steps: Sequence[Mapping[str, Any]], last: Mapping[str, Any]) -> str:
    best = steps[-1]
    if len(steps) == 1:
        return f"The first trial that ended, trial {best['what']}, is the best: {best['said']}."
    went = "rose" if board.metric.direction == "maximize" else "fell"
    end = f"trial {best['what']} was the last" if best is last else f"nothing better came after trial {best['what']}"
    return (
        f"The best {words.title(board.metric.name)} {went} from {steps[0]['said']} to {best['said']} in"
        f" {many(len(steps) - 1, 'step')}; {end}."
    )


def _rest(board: Leaderboard, pruned: Sequence[Any], failed: Sequence[Any]) -> str:
    parts = [f"filled dots are {many(len(board.rows), 'finished trial')}"]
    if pruned:
        parts.append(f"rings {many(len(pruned), 'pruned one')} where they were ended")
    if failed:
        parts.append(f"dots on the axis {many(len(failed), 'trial')} without a score")
    if board.baseline:
        parts.append("the dashed line is the baseline")
    text = ", ".join(parts)
    return f" {capitalised(text)}."
