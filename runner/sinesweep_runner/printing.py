"""What the command line prints at the end of a sweep."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from sinesweep import report
from sinesweep.leaderboard import Leaderboard

if TYPE_CHECKING:
    from sinesweep_runner.sweeping import Outcome


def board_text(board: Leaderboard, format: str) -> str:
    """A leaderboard as `text`, `markdown`, `csv` or `json`."""
    if format == "text":
        return report.to_text(board, shutil.get_terminal_size((120, 40)).columns)
    return {"markdown": report.to_markdown, "csv": report.to_csv, "json": report.to_json}[format](board)


def print_outcome(outcome: Outcome) -> None:
    """The leaderboard, and where everything lies."""
    print(board_text(outcome.board, "text"))
    print(f"report:      {outcome.folder / 'report.html'}")
    best = outcome.folder / "best"
    if outcome.stopped:
        print(f"Stopped. Go on with: sinesweep resume {outcome.folder}")
    elif best.is_dir():
        print(f"best model:  {best}   (sinesweep predict {best} SOUND …)")
    elif outcome.board.best is not None:
        print(f"The test part is sealed. Open it for the winner with: sinesweep finalize {outcome.folder}")
