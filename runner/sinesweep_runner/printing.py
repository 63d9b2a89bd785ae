"""What the command line prints at the end of a sweep."""

from __future__ import annotations

import shlex
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
    folder = shlex.quote(str(outcome.folder))
    if outcome.stopped:
        print(f"Stopped. Go on with: sinesweep resume {folder}")
    elif best.is_dir():
        print(f"best model:  {best}{_whose(outcome.board)}   (sinesweep predict {shlex.quote(str(best))} SOUND …)")
    elif outcome.board.best is not None:
        print(f"The test part is sealed. Open it for the winner with: sinesweep finalize {folder}")


def _whose(board: Leaderboard) -> str:
    """Says so where the model is not that of the trial which leads by now."""
    if board.test is None or board.best is None or board.test.trial == board.best.number:
        return ""
    return f" (trial {board.test.trial}, for which the test part was opened; not trial {board.best.number})"
