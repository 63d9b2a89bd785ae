"""A comparison as text, Markdown, CSV and JSON: a line a fact, a column a sweep."""

from __future__ import annotations

import csv
import io
import json
import textwrap
from collections.abc import Sequence

from sinesweep.comparison import Comparison, Gap, Side
from sinesweep.report import words
from sinesweep.report.short import short, varying
from sinesweep.wording import duration, escaped, many, number, one_line, width_of

WIDEST, WIDTH = 44, 100
"""Columns of a terminal that a cell takes, and a sentence; longer ones are wrapped."""


def to_text(comparison: Comparison) -> str:
    """For a terminal: what is the same is left out."""
    table = [["", *(side.name for side in comparison.sides)], *facts(comparison), *settings(comparison)]
    cells = [[textwrap.wrap(one_line(cell), WIDEST, break_on_hyphens=False) or [""] for cell in row] for row in table]
    widths = [max(width_of(line) for row in cells for line in row[place]) for place in range(len(cells[0]))]
    lines = [line for row in cells for line in _lines(row, widths)]
    lines.insert(1, "─" * (sum(widths) + 2 * (len(widths) - 1)))
    return "\n".join([*lines, "", *map(_filled, verdicts(comparison))]) + "\n"


def to_markdown(comparison: Comparison) -> str:
    """Two tables, and what follows from them."""
    head = "| | " + " | ".join(escaped(side.name) for side in comparison.sides) + " |\n|---"
    head += "|---" * len(comparison.sides) + "|\n"
    body = [f"| {' | '.join(map(escaped, row))} |" for row in (*facts(comparison), *settings(comparison))]
    return head + "\n".join(body) + "\n\n" + "\n\n".join(map(escaped, verdicts(comparison))) + "\n"


def to_csv(comparison: Comparison) -> str:
    """A row a fact or setting, a column a sweep."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["", *(side.name for side in comparison.sides)])
    writer.writerows([*facts(comparison), *settings(comparison)])
    return stream.getvalue()


def to_json(comparison: Comparison) -> str:
    """`sweeps` with their best scores, `settings` that differ, `gaps` to the first, and what is `apart` from it."""
    told = {
        "sweeps": [_side(side) for side in comparison.sides],
        "settings": {name: list(values) for name, values in comparison.differing.items()},
        "gaps": [_gap(gap) for gap in comparison.gaps],
        "apart": dict(comparison.apart),
    }
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def facts(comparison: Comparison) -> list[list[str]]:
    """What every sweep is told by, a row each."""
    sides = comparison.sides
    shown = varying([side.board.best.config for side in sides if side.board.best])
    rows = {
        "data": [f"{side.board.header.dataset}, {many(side.board.header.clips, 'clip')}" for side in sides],
        "split": [side.board.header.how for side in sides],
        "trials": [words.counts(side.board) for side in sides],
        "search": [duration(3600 * side.board.header.hours) for side in sides],
        "best": [_scored(side) for side in sides],
        "its configuration": [short(side.board.best.config, shown) if side.board.best else "" for side in sides],
        "its parameters": [number(side.board.best.parameters) if side.board.best else "" for side in sides],
        "baseline": [_baseline(side) for side in sides],
        "test": [words.final(side.board) for side in sides],
    }
    return [[name, *values] for name, values in rows.items()]


def settings(comparison: Comparison) -> list[list[str]]:
    """The settings that differ, a row each."""
    return [[name, *values] for name, values in comparison.differing.items()]


def verdicts(comparison: Comparison) -> list[str]:
    """What may be said of the others against the first, a sentence each."""
    told = [_verdict(comparison.sides[0], gap) for gap in comparison.gaps]
    return [*told, *(f"{name} cannot be compared: {reason}." for name, reason in comparison.apart.items())]


def _verdict(first: Side, gap: Gap) -> str:
    metric = first.board.metric
    points = words.points(metric, abs(gap.difference))
    ahead = (first.name, gap.name) if metric.goodness(gap.difference) >= 0 else (gap.name, first.name)
    chance = f"{words.chance(gap.p_value)}, corrected for the trials that the better one was chosen among"
    clips = many(first.board.judged_clips, "clip")
    if gap.distinguishable:
        return f"On the same {clips} the best of {ahead[0]} beats that of {ahead[1]} by {points} ({chance})."
    behind = f", which is {points} behind ({chance})" if gap.difference else ": both read the same"
    return f"On the same {clips} the data cannot tell the best of {ahead[0]} from that of {ahead[1]}{behind}."


def _filled(sentence: str) -> str:
    """Wrapped, and no folder's name broken: it may be copied."""
    return textwrap.fill(sentence, WIDTH, break_on_hyphens=False, break_long_words=False)


def _scored(side: Side) -> str:
    best = side.board.best
    return f"trial {best.number}: {words.scored(side.board.metric, best)}" if best else "no trial has a score"


def _baseline(side: Side) -> str:
    base = side.board.baseline
    return f"{words.baseline_name(base)}: {words.scored(side.board.metric, base)}" if base else "none"


def _side(side: Side) -> dict[str, object]:
    best = side.board.best
    score, interval = best.honest if best else (None, None)
    return {
        "name": side.name,
        "split": side.fingerprint,
        "objective": side.board.metric.name,
        "best": {"trial": best.number, "score": score, "interval": interval} if best else None,
        "baseline": side.board.baseline.score if side.board.baseline else None,
        "test": side.board.test.score if side.board.test else None,
        "hours": side.board.header.hours,
    }


def _gap(gap: Gap) -> dict[str, object]:
    told = {"name": gap.name, "difference": gap.difference, "p_value": gap.p_value}
    return told | {"distinguishable": gap.distinguishable}


def _lines(row: Sequence[Sequence[str]], widths: Sequence[int]) -> list[str]:
    """One row of the table, as many lines as its longest cell has."""
    height = max(map(len, row))
    columns = [[*cell, *[""] * (height - len(cell))] for cell in row]
    padded = [
        [line + " " * (width - width_of(line)) for line in cell] for cell, width in zip(columns, widths, strict=True)
    ]
    return ["  ".join(each).rstrip() for each in zip(*padded, strict=True)]
