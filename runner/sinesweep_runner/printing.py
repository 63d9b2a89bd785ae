"""What the command line prints at the end of a sweep."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from sinesweep import report
from sinesweep.comparison import Comparison
from sinesweep.leaderboard import Leaderboard
from sinesweep.report import beside
from sinesweep_runner.model.facts import trial_of

if TYPE_CHECKING:
    from sinesweep_runner.searching import Outcome


def board_text(board: Leaderboard, format: str) -> str:
    """A leaderboard as `text`, `markdown`, `csv` or `json`."""
    if format == "text":
        return report.to_text(board, shutil.get_terminal_size((120, 40)).columns)
    return {"markdown": report.to_markdown, "csv": report.to_csv, "json": report.to_json}[format](board)


def comparison_text(comparison: Comparison, format: str) -> str:
    """Sweeps side by side as `text`, `markdown`, `csv` or `json`."""
    writers = {"text": beside.to_text, "markdown": beside.to_markdown, "csv": beside.to_csv, "json": beside.to_json}
    return writers[format](comparison)


def print_outcome(outcome: Outcome) -> None:
    """The leaderboard, and where everything lies."""
    print_board(outcome)
    best = outcome.folder / "best"
    folder = shlex.quote(str(outcome.folder))
    if outcome.stopped:
        print(f"Stopped. Go on with: sinesweep resume {folder}")
    elif best.is_dir():
        hint = f"sinesweep predict {shlex.quote(str(best))} {_taken(best)}"
        print(f"best model:  {best}{_whose(outcome.board, best)}   ({hint})")
    elif outcome.board.best is not None:
        print(f"The test part is sealed. Open it for the winner with: sinesweep finalize {folder}")


def print_board(outcome: Outcome) -> None:
    """The leaderboard, and where its report lies."""
    print(board_text(outcome.board, "text"))
    print(f"report:      {outcome.folder / 'report.html'}")


def _taken(model: Path) -> str:
    """What a saved model can be asked about."""
    facts = json.loads((model / "model.json").read_text(encoding="utf-8"))
    return "TABLE.csv" if "columns" in facts else "SOUND …"


def _whose(board: Leaderboard, model: Path) -> str:
    """Says so where the model is not that of the trial which leads by now."""
    trial = trial_of(model)
    if board.best is None or trial in (None, board.best.number):
        return ""
    why = "for which the test part was opened" if board.test else "as was asked"
    return f" (trial {trial}, {why}; not trial {board.best.number})"
