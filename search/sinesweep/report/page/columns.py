"""The table of trials, column by column: one statement for the rows that stand in the page and for those it draws."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sinesweep.leaderboard import Leaderboard
from sinesweep.metrics import is_metric, metric
from sinesweep.report import costs, words
from sinesweep.report.page.embed import brief
from sinesweep.report.page.entries import Entry
from sinesweep.report.page.scale import Scale
from sinesweep.report.short import flat, short, varying
from sinesweep.report.story import Story
from sinesweep.wording import duration, number

MOST_SETTINGS = 2
"""So many settings a section are told in the column of the configuration."""

DIGITS = 9
"""Of scores and costs: those of a whole number of bytes, too."""

WHICH = {"low": "lower", "high": "upper"}


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        name: unique; of a setting its name in the search space.
        kind: how it is drawn: `number`, `words`, or `range`, an interval on the common axis.
        values: what it is sorted by, a value an entry; None where an entry has none.
        shown: the same as people read it; None where the values are shown as they are.
        usual: it is there before a person has chosen columns.
        ranks: by its values the best one is the best.
    """

    name: str
    title: str
    kind: str
    values: Sequence[Any]
    shown: Sequence[str] | None = None
    usual: bool = False
    ranks: bool = False

    def text(self, place: int) -> str:
        """The cell of the entry at that place."""
        value = self.values[place]
        return self.shown[place] if self.shown is not None else "" if value is None else str(value)


def columns(story: Story, entries: Sequence[Entry]) -> list[Column]:
    """All that a cell can tell, in the order of the table; no column in which no entry has a word."""
    board = story.board
    found = [
        *_ranking(board, entries),
        *_price(board, entries),
        _words("state", [entry.ended for entry in entries]),
        _words("diagnosis", [_kind(story, entry) for entry in entries]),
        _words("device", [entry.device for entry in entries]),
        *_metrics(board, entries),
        *_exports(entries),
        _words("configuration", _configurations(board, entries), usual=True),
    ]
    return [each for each in found if any(value not in (None, "") for value in each.values)]


def settings(entries: Sequence[Entry]) -> list[Column]:
    """Every setting that any entry has, by its name in the search space."""
    flats = [flat(entry.config) for entry in entries]
    names = dict.fromkeys(name for each in flats for name in each)
    return [_words(name, [_plain(each.get(name)) for each in flats]) for name in names]


def ranked_afresh(board: Leaderboard) -> bool:
    """Whether the best one is the best by its fresh seeds, and not by the search's own score."""
    finalist = board.best.finalist if board.best else None
    known = [row.finalist for row in board.rows if row.finalist is not None]
    return finalist is not None and finalist.eligible and all(each.ended for each in known)


def _ranking(board: Leaderboard, entries: Sequence[Entry]) -> Iterator[Column]:
    name, rows, by_fresh = board.metric.name, [entry.row for entry in entries], ranked_afresh(board)
    yield Column("rank", "rank", "number", [r and r.rank for r in rows], [_rank(e) for e in entries], usual=True)
    yield Column("trial", "trial", "number", [e.number for e in entries], usual=True)
    yield replace(_measured(name, [e.score for e in entries]), usual=True, ranks=not by_fresh)
    around = [r.interval if r else None for r in rows]
    lows, highs = ([brief(each[side], DIGITS) if each else None for each in around] for side in (0, 1))
    fresh = [words.fresh(board.metric, r) if r else "" for r in rows]
    means = [brief(r.finalist.score, DIGITS) if r and r.finalist else None for r in rows]
    yield Column("fresh", "fresh seeds", "number", means, fresh, usual=True, ranks=by_fresh)
    spreads = [words.spread(board.metric, each) for each in around]
    yield Column("interval", "95 % interval", "number", lows, spreads, usual=True)
    for end, values in (("low", lows), ("high", highs)):
        texts = [board.metric.show(value) if value is not None else "" for value in values]
        yield Column(end, f"95 % interval: {WHICH[end]} end", "number", values, texts)
    scale = Scale.of(board)
    yield Column("range", "95 % interval, drawn", "range", [scale.place(entry) for entry in entries], usual=True)
    folds = [words.folds(board.metric, r) if r and len(r.folds) > 1 else "" for r in rows]
    worst = [brief(min(r.folds, key=board.metric.goodness)) if r and len(r.folds) > 1 else None for r in rows]
    yield Column("folds", "folds", "number", worst, folds, usual=True)


def _price(board: Leaderboard, entries: Sequence[Entry]) -> Iterator[Column]:
    sizes = [entry.parameters or None for entry in entries]
    told = [words.number(size) if size else "" for size in sizes]
    yield Column("parameters", "parameters", "number", sizes, told, usual=True)
    asked = costs.columns(board)
    for name in dict.fromkeys((*asked, *costs.FURTHER)):
        values = [brief(costs.value(name, entry), DIGITS) for entry in entries]
        texts = [costs.shown(name, entry) for entry in entries]
        yield Column(name, words.title(name), "number", values, texts, usual=name in asked)
    spent = [duration(entry.seconds) for entry in entries]
    yield Column("seconds", "time", "number", [brief(entry.seconds, 4) for entry in entries], spent, usual=True)


def _metrics(board: Leaderboard, entries: Sequence[Entry]) -> Iterator[Column]:
    told, classes = {board.metric.name, *costs.columns(board)}, len(board.header.classes)
    for name in dict.fromkeys(name for entry in entries for name in entry.metrics if name not in told):
        if not is_metric(name) or metric(name).tells(classes):
            yield _measured(name, [entry.metrics.get(name) for entry in entries])


def _exports(entries: Sequence[Entry]) -> Iterator[Column]:
    """What the winner costs in other formats: the bytes of the file, the time of an answer, the bytes of memory."""
    rows = [entry.row.exports if entry.row else () for entry in entries]
    told = [{name: value for each in exports for name, value in each.figures.items()} for exports in rows]
    for name in dict.fromkeys(name for each in told for name in each):
        show: Callable[[float], str] = "{:.3g} ms".format if name.endswith("_ms") else lambda size: f"{number(size)}B"
        values = [each.get(name) for each in told]
        texts = ["" if value is None else show(value) for value in values]
        yield Column(name, words.title(name), "number", [brief(value, DIGITS) for value in values], texts)


def _measured(name: str, values: Sequence[float | None]) -> Column:
    show: Callable[[float], str] = metric(name).show if is_metric(name) else "{:.4g}".format
    texts = ["" if value is None else show(value) for value in values]
    return Column(name, words.title(name), "number", [brief(value, DIGITS) for value in values], texts)


def _words(name: str, values: Sequence[Any], usual: bool = False) -> Column:
    return Column(name, name, "words", values, usual=usual)


def _rank(entry: Entry) -> str:
    if entry.row is None:
        return entry.ended
    return f"{entry.row.rank or ''} {costs.marks(entry.row)}".strip()


def _kind(story: Story, entry: Entry) -> str:
    known = story.diagnoses.get(entry.number)
    return str(known.kind).replace("_", " ") if known and not entry.baseline else ""


def _configurations(board: Leaderboard, entries: Sequence[Entry]) -> list[str]:
    shown = varying([row.config for row in board.rows])
    return [
        words.baseline(entry.row, MOST_SETTINGS)
        if entry.baseline and entry.row
        else short(entry.config, shown, MOST_SETTINGS)
        for entry in entries
    ]


def _plain(value: Any) -> Any:
    """A setting as a cell: what is no plain value as text."""
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
