"""Reports: the leaderboard as text, Markdown, CSV, JSON and one HTML page."""

from __future__ import annotations

from pathlib import Path

from sinesweep.files import write_atomically
from sinesweep.leaderboard import Leaderboard
from sinesweep.report.comma import to_csv as to_csv
from sinesweep.report.document import from_json as from_json
from sinesweep.report.document import to_json as to_json
from sinesweep.report.html import to_html as to_html
from sinesweep.report.markdown import to_markdown as to_markdown
from sinesweep.report.text import to_text as to_text

WRITERS = {
    "report.html": to_html,
    "leaderboard.md": to_markdown,
    "leaderboard.csv": to_csv,
    "leaderboard.json": to_json,
}


def write(board: Leaderboard, folder: Path) -> list[Path]:
    """Writes all four files into `folder`, each whole or not at all, and returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, writer in WRITERS.items():
        write_atomically(folder / name, writer(board))
    return [folder / name for name in WRITERS]
