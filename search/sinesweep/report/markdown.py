"""The leaderboard in Markdown, as GitHub and GitLab show it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sinesweep.leaderboard import Leaderboard, Row
from sinesweep.report import words
from sinesweep.report.short import lines, short, varying
from sinesweep.wording import duration

HEADINGS = ("", "trial", "{metric}", "95 % interval", "folds", "parameters", "time", "configuration")


def to_markdown(board: Leaderboard) -> str:
    """The leaderboard as one Markdown page."""
    parts = [
        f"# {_escaped(board.header.name)}",
        _escaped(words.asked(board)),
        f"**How the score was split.** {_escaped(board.header.how)}",
        f"**Validation.** {_escaped(words.verdict(board))}",
        f"**Test.** {_escaped(words.final(board))}",
        *_table(board),
        *(_escaped(note) for note in words.notes(board)),
        "## Trials",
        _escaped(words.counts(board).capitalize() + "."),
        *_mishaps(board),
        *_winner(board),
        _versions(board),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(board: Leaderboard) -> list[str]:
    rows = [*board.rows, *([board.baseline] if board.baseline else [])]
    if not rows:
        return []
    shown = varying([row.config for row in board.rows])
    heading = [text.format(metric=words.title(board.metric.name)) for text in HEADINGS]
    table = [heading, ["---:"] * (len(heading) - 1) + [":---"], *(_cells(board, row, shown) for row in rows)]
    return ["\n".join(f"| {' | '.join(cells)} |" for cells in table)]


def _cells(board: Leaderboard, row: Row, shown: set[str]) -> Sequence[str]:
    baseline = row is board.baseline
    what = f"baseline: {words.baseline_name(row)}" if baseline else short(row.config, shown)
    return (
        f"{row.rank}{' ≈' if row.tied else ''}" if row.rank else "",
        str(row.number),
        board.metric.show(row.score),
        words.spread(board.metric, row.interval),
        words.folds(board.metric, row),
        words.number(row.parameters) if row.parameters else "",
        duration(row.seconds),
        _escaped(what),
    )


def _mishaps(board: Leaderboard) -> list[str]:
    return ["\n".join(f"- {_escaped(words.mishap(each))}" for each in board.failures)]


def _winner(board: Leaderboard) -> list[str]:
    if board.best is None:
        return []
    return [f"## Configuration of trial {board.best.number}", f"~~~yaml\n{lines(board.best.config)}\n~~~"]


def _versions(board: Leaderboard) -> str:
    return _escaped(", ".join(f"{name} {version}" for name, version in board.header.versions.items()))


def _escaped(text: str) -> str:
    """Text that stays text: no tag, no link, no emphasis, no new cell."""
    text = re.sub(r"([\\|*`\[\]])", r"\\\1", words.one_line(text))
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
