"""Learning curves: the objective of the best trials epoch by epoch, and both losses of the winner."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any

from sinesweep.curves import validation_loss
from sinesweep.leaderboard import Leaderboard
from sinesweep.metrics import metric
from sinesweep.report import words
from sinesweep.report.charts.axes import score, thinned
from sinesweep.report.charts.chart import Channel, Chart, Spec, layer, layered, number, tooltip
from sinesweep.rows import Row
from sinesweep.trial import TRAIN_LOSS, VALID_LOSS, Result

SECTION, SHOWN, MOST_EPOCHS = "Learning", 8, 200
FEW = 12
"""So few epochs have a tick each; left alone, an axis of three would have one at every half."""

Point = dict[str, Any]


def learning(board: Leaderboard) -> Chart:
    """The objective after every epoch, mean over folds, of the best trials."""
    title = "Learning curves of the best trials"
    curves = {row.number: _means(row.curves) for row in board.rows[:SHOWN]}
    curves = {trial: curve for trial, curve in curves.items() if len(curve) > 1}
    if not curves:
        return Chart("learning", SECTION, title, "No trial has trained for more than one epoch.")
    best, *others = curves
    y = score(board.metric, [point["score"] for curve in curves.values() for point in curve])
    alt = f"Line chart of the validation {words.title(board.metric.name)} by epoch, a line for each of the best trials"
    x = _epochs(curves.values())
    layers = [_line("other", curves[trial], x, y, trial) for trial in reversed(others)]
    layers.append(_line("best", curves[best], x, y, best))
    return Chart("learning", SECTION, title, _told(board, curves), alt, layered(layers, alt))


def losses(board: Leaderboard, results: Sequence[Result]) -> Chart:
    """Training and validation loss of the winner, mean over folds."""
    title, winner = "Both losses of the winner", board.best
    folds = [] if winner is None else _histories(winner, results)
    key = validation_loss(folds[0]) if folds else ""
    watched, compared = ("loss", "which raise it") if key == VALID_LOSS else (key, "so only the shapes compare")
    trained = _means([[epoch.get(TRAIN_LOSS) for epoch in history] for history in folds])
    validated = _means([[epoch.get(key) for epoch in history] for history in folds])
    if winner is None or len(trained) < 2 or len(validated) < 2:
        return Chart("losses", SECTION, title, "The training loss of the winner was not kept, or it has one epoch.")
    y = score(metric(watched), [point["score"] for point in (*trained, *validated)])
    alt = f"Line chart of the training and the validation {words.title(watched)} of trial {winner.number} by epoch"
    x = _epochs([trained, validated])
    layers = [_line("training", trained, x, y, winner.number), _line("best", validated, x, y, winner.number)]
    low = min(validated, key=lambda point: point["score"])
    caption = (
        f"Trial {winner.number}: its training loss (dots) went from {trained[0]['score']:.3g} to"
        f" {trained[-1]['score']:.3g}, its validation {words.title(watched)} (line) from {validated[0]['score']:.3g} to"
        f" {validated[-1]['score']:.3g}, least at epoch {low['epoch']} of {len(validated)} with {low['score']:.3g}."
        f" The training loss may hold penalties and augmented clips, {compared}."
    )
    return Chart("losses", SECTION, title, caption, alt, layered(layers, alt))


def _means(curves: Iterable[Sequence[float | None]]) -> list[Point]:
    """The mean of all folds that trained so long, epoch by epoch."""
    folds = list(curves)
    points = []
    for place in range(max(map(len, folds), default=0)):
        known = [curve[place] for curve in folds if place < len(curve)]
        values = [value for value in known if value is not None and math.isfinite(value)]
        if values:
            points.append({"epoch": place + 1, "score": fmean(values)})
    return points


def _histories(row: Row, results: Sequence[Result]) -> list[Sequence[Mapping[str, float]]]:
    return [fold.history for each in results if each.trial.number == row.number for fold in each.folds]


def _epochs(curves: Iterable[Sequence[Point]]) -> Channel:
    """The axis that these curves share."""
    last = max(int(curve[-1]["epoch"]) for curve in curves)
    ticks = {"values": list(range(1, last + 1))} if last <= FEW else {}
    return number("epoch", "epoch", axis={"grid": False, "format": "d", **ticks}, scale={"nice": False})


def _line(style: str, curve: Sequence[Point], x: Channel, y: Channel, trial: int) -> Spec:
    points = [point | {"trial": trial} for point in [*thinned(curve[:-1], MOST_EPOCHS), curve[-1]]]
    return layer("line", style, points, {"x": x, "y": y, **tooltip(("trial", "trial"), ("epoch", "epoch"))})


def _told(board: Leaderboard, curves: Mapping[int, Sequence[Point]]) -> str:
    best, *others = curves
    peak = max(curves[best], key=lambda point: board.metric.goodness(point["score"]))
    folds = ", mean over folds" if any(len(row.curves) > 1 for row in board.rows[:SHOWN]) else ""
    text = (
        f"Trial {best}, the strong line, was best at epoch {peak['epoch']} of {len(curves[best])} with"
        f" {board.metric.show(peak['score'])}{folds}."
    )
    if not others:
        return text
    word = "line is trial" if len(others) == 1 else "lines are trials"
    return f"{text} The pale {word} {', '.join(map(str, others))}."
