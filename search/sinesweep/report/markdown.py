"""The leaderboard in Markdown, as GitHub and GitLab show it."""

from __future__ import annotations

from collections.abc import Sequence

from sinesweep.leaderboard import Leaderboard
from sinesweep.report import costs, words
from sinesweep.report.mishaps import mended, mishap
from sinesweep.report.notes import notes
from sinesweep.report.pinned import pinned
from sinesweep.report.short import short, varying
from sinesweep.rows import Row
from sinesweep.wording import duration, escaped


def to_markdown(board: Leaderboard) -> str:
    """The leaderboard as one Markdown page."""
    parts = [
        f"# {escaped(board.header.name)}",
        escaped(words.asked(board)),
        f"**How the score was split.** {escaped(board.header.how)}",
        f"**Validation.** {escaped(words.verdict(board))}",
        f"**Test.** {escaped(words.final(board))}",
        *_table(board),
        *(escaped(note) for note in notes(board)),
        "## Trials",
        escaped(words.counts(board).capitalize() + "."),
        *_mishaps(board),
        escaped(mended(board)),
        *_winner(board),
        _versions(board),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(board: Leaderboard) -> list[str]:
    rows = [*board.rows, *([board.baseline] if board.baseline else [])]
    if not rows:
        return []
    shown = varying([row.config for row in board.rows])
    heading = ["", "trial", words.title(board.metric.name), "95 % interval"]
    heading += [*(["fresh seeds"] if board.finalists else []), "folds", "parameters"]
    heading += [*costs.columns(board).values(), "time", "configuration"]
    table = [heading, ["---:"] * (len(heading) - 1) + [":---"], *(_cells(board, row, shown) for row in rows)]
    return ["\n".join(f"| {' | '.join(cells)} |" for cells in table)]


def _cells(board: Leaderboard, row: Row, shown: set[str]) -> Sequence[str]:
    what = words.baseline(row) if row is board.baseline else short(row.config, shown)
    return (
        f"{row.rank} {costs.marks(row)}".rstrip() if row.rank else "",
        str(row.number),
        board.metric.show(row.score),
        words.spread(board.metric, row.interval),
        *([words.fresh(board.metric, row)] if board.finalists else []),
        words.folds(board.metric, row),
        words.number(row.parameters) if row.parameters else "",
        *(costs.shown(name, row) for name in costs.columns(board)),
        duration(row.seconds),
        escaped(what),
    )


def _mishaps(board: Leaderboard) -> list[str]:
    return ["\n".join(f"- {escaped(mishap(each))}" for each in board.failures)]


def _winner(board: Leaderboard) -> list[str]:
    if board.best is None:
        return []
    return [
        f"## Configuration of trial {board.best.number}",
        "As a sweep file asks for it:",
        f"~~~yaml\n{pinned(board.best.config)}~~~",
    ]


def _versions(board: Leaderboard) -> str:
    return escaped(", ".join(f"{name} {version}" for name, version in board.header.versions.items()))
