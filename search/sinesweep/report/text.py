"""The leaderboard for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from sinesweep.leaderboard import Leaderboard
from sinesweep.report import costs, words
from sinesweep.report.mishaps import mended, mishap
from sinesweep.report.notes import notes
from sinesweep.report.short import short, varying
from sinesweep.rows import Row
from sinesweep.wording import duration, one_line, width_of

SHOWN = 20
LEAST_CONFIGURATION, LEAST_NAMES = 40, 12
MOST_SETTINGS = 4
DISPENSABLE = {"folds": LEAST_CONFIGURATION, "time": LEAST_CONFIGURATION, "parameters": LEAST_CONFIGURATION}
DISPENSABLE |= {"95 % interval": LEAST_NAMES}
"""Columns that may go, and how much room the configuration has to be left with where they stay."""
LEFT = {"", "configuration"}


def to_text(board: Leaderboard, width: int = 100) -> str:
    """The leaderboard in plain text, no line longer than `width` (40 or more) columns."""
    width = max(width, 40)
    parts = [
        one_line(board.header.name),
        _wrapped(words.asked(board), width),
        _labelled("Split", board.header.how, width),
        "",
        _wrapped(words.verdict(board), width),
        _labelled("Test", words.final(board), width),
        "",
        *_table(board, width),
        *([""] if board.rows or board.baseline else []),
        *(_wrapped(note, width) for note in notes(board)),
        _labelled("Trials", words.counts(board), width),
        *(_wrapped(f"  {text}", width) for text in (*map(mishap, board.failures), mended(board)) if text),
    ]
    return "\n".join(parts) + "\n"


def _table(board: Leaderboard, width: int) -> list[str]:
    rows = [*board.rows[:SHOWN], *([board.baseline] if board.baseline else [])]
    if not rows:
        return []
    cells = [_cells(board, row) for row in rows]
    columns = {name: [name, *(cell[name] for cell in cells)] for name in cells[0] if any(cell[name] for cell in cells)}
    # What says least goes first where the window is narrow.
    for name, least in DISPENSABLE.items():
        if _room(columns, width) < least:
            columns.pop(name, None)
    columns["configuration"] = ["configuration", *_configurations(board, rows, _room(columns, width))]
    lines = [_line(row, columns) for row in zip(*columns.values(), strict=True)]
    lines.insert(1, "─" * max(width_of(line) for line in lines))
    foot = ["", lines.pop()] if board.baseline else []
    more = [f"… and {len(board.rows) - SHOWN} more in leaderboard.csv"] if len(board.rows) > SHOWN else []
    return lines + more + foot


def _cells(board: Leaderboard, row: Row) -> dict[str, str]:
    return {
        "rank": "" if row.rank is None else str(row.rank),
        "": costs.marks(row),
        "trial": str(row.number),
        words.title(board.metric.name): board.metric.show(row.score),
        "95 % interval": words.spread(board.metric, row.interval),
        "fresh seeds": words.fresh(board.metric, row),
        "folds": words.folds(board.metric, row) if len(row.folds) > 1 else "",
        "parameters": words.number(row.parameters) if row.parameters else "",
        **{title: costs.shown(name, row) for name, title in costs.columns(board).items()},
        "time": duration(row.seconds),
    }


def _configurations(board: Leaderboard, rows: Sequence[Row], room: int) -> list[str]:
    """As many settings a section as fit in all rows: at least one where there is some room, else the names alone."""
    shown = varying([row.config for row in board.rows])
    least = 1 if room >= LEAST_CONFIGURATION else 0
    for most in range(MOST_SETTINGS, least - 1, -1):
        texts = [words.baseline(row, most) if row is board.baseline else short(row.config, shown, most) for row in rows]
        if all(width_of(text) <= room for text in texts):
            break
    return [_cut(one_line(text), max(room, 8)) for text in texts]


def _room(columns: dict[str, list[str]], width: int) -> int:
    """Columns of the terminal that are left for the configuration."""
    taken = [max(map(width_of, cells)) for cells in columns.values()]
    return width - sum(taken) - 2 * len(taken)


def _line(row: Sequence[str], columns: dict[str, list[str]]) -> str:
    padded = []
    for cell, (name, cells) in zip(row, columns.items(), strict=True):
        blanks = " " * (max(map(width_of, cells)) - width_of(cell))
        padded.append(cell + blanks if name in LEFT else blanks + cell)
    return "  ".join(padded).rstrip()


def _labelled(label: str, text: str, width: int) -> str:
    return _wrapped(f"{label}: {text}", width)


def _wrapped(text: str, width: int) -> str:
    indent = " " * (len(text) - len(text.lstrip()))
    return textwrap.fill(one_line(text), width, initial_indent=indent, subsequent_indent=indent)


def _cut(text: str, room: int) -> str:
    if width_of(text) <= room:
        return text
    while width_of(text) > room - 1:
        text = text[:-1]
    return text.rstrip(" ·") + "…"
