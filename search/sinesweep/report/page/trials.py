"""What the page's script knows of every trial: columns, a value an entry in each, and their curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sinesweep.curves import validation_loss
from sinesweep.report import words
from sinesweep.report.page.columns import Column
from sinesweep.report.page.embed import brief, compact
from sinesweep.report.page.entries import Entry
from sinesweep.report.story import Story
from sinesweep.trial import TRAIN_LOSS, VALID_LOSS

TITLES = {VALID_LOSS: "validation loss", TRAIN_LOSS: "training loss"}
FULL = 200
"""Of so many entries the curve of every fold is kept; of the others their mean, for the page's sake."""


def table(story: Story, entries: Sequence[Entry], columns: Sequence[Column], settings: Sequence[Column]) -> Any:
    """Everything that is told of every trial."""
    board = story.board
    told = [None if entry.baseline else story.diagnoses.get(entry.number) for entry in entries]
    return {
        "name": board.header.name,
        "objective": board.metric.name,
        "percent": board.metric.percent,
        "higher": board.metric.direction == "maximize",
        "baseline": len(entries) - 1 if entries and entries[-1].baseline else None,
        "several": bool(board.header.objectives),
        "columns": [_plain(column) for column in columns],
        "settings": [_plain(column) for column in settings],
        "tied": [int(bool(entry.row and (entry.row.tied or entry.row.rank == 1))) for entry in entries],
        "front": [int(bool(entry.row and entry.row.pareto)) for entry in entries],
        "why": [entry.why for entry in entries],
        "sentence": [each.sentence if each else "" for each in told],
        "advice": [each.advice if each else "" for each in told],
        "curves": _curves(board.metric.name, entries),
    }


def _plain(column: Column) -> Mapping[str, Any]:
    found = {"name": column.name, "title": column.title, "kind": column.kind, "usual": column.usual}
    found |= {"ranks": True} if column.ranks else {}
    found |= {"shown": list(column.shown)} if column.shown is not None else {}
    return found | compact(column.values)


def _curves(objective: str, entries: Sequence[Entry]) -> list[Mapping[str, Any]]:
    """The objective and both losses: `{"name": …, "title": …, "lines": a list of curves an entry}`."""
    found: list[Mapping[str, Any]] = []
    for name in dict.fromkeys((objective, VALID_LOSS, TRAIN_LOSS)):
        lines = [_lines(entry, name, place < FULL) for place, entry in enumerate(entries)]
        if any(lines):
            found.append({"name": name, "title": TITLES.get(name, words.title(name)), "lines": lines})
    return found


def _lines(entry: Entry, name: str, full: bool) -> list[list[float | int | None]]:
    """A value an epoch, a curve a fold."""
    result = entry.result
    if result is None:
        return [] if entry.row is None or name in TITLES else [_rounded(curve) for curve in entry.row.curves]
    histories = [fold.history for fold in result.folds] + ([result.unfinished] if result.unfinished else [])
    keys = [validation_loss(history) if name == VALID_LOSS else name for history in histories]
    curves = [[epoch.get(key) for epoch in history] for key, history in zip(keys, histories, strict=True) if history]
    curves = [curve for curve in curves if any(value is not None for value in curve)]
    return [_rounded(curve) for curve in (curves if full else _mean(curves))]


def _mean(curves: Sequence[Sequence[float | None]]) -> list[Sequence[float | None]]:
    """One curve, the mean of those that reach each epoch."""
    if len(curves) < 2:
        return list(curves)
    columns = [[curve[epoch] for curve in curves if epoch < len(curve)] for epoch in range(max(map(len, curves)))]
    known = [[value for value in values if value is not None] for values in columns]
    return [[sum(values) / len(values) if values else None for values in known]]


def _rounded(curve: Sequence[float | None]) -> list[float | int | None]:
    return [brief(value, 4) for value in curve]
