"""The report's files: each whole or not at all."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sinesweep.errors import SweepError
from sinesweep.files import write_atomically
from sinesweep.leaderboard import Leaderboard
from sinesweep.report import charts
from sinesweep.report.comma import to_csv
from sinesweep.report.document import to_json
from sinesweep.report.html import to_html
from sinesweep.report.markdown import to_markdown
from sinesweep.report.story import Story


def write(story: Story, folder: Path, refresh_s: int | None = None) -> list[Path]:
    """Writes the page and the leaderboard's files into `folder`, each whole or not at all, and returns their paths.

    Args:
        refresh_s: after so many seconds a browser loads the page anew; None for a page that stays.

    Raises:
        SweepError: the folder may not be written to.
    """
    with _writing(folder):
        write_atomically(folder / "report.html", to_html(story, refresh_s))
    return [folder / "report.html", *write_tables(story.board, folder)]


def write_tables(board: Leaderboard, folder: Path) -> list[Path]:
    """Writes the leaderboard's files alone, without the page; raises as `write` does."""
    contents = {
        "leaderboard.md": to_markdown(board),
        "leaderboard.csv": to_csv(board),
        "leaderboard.json": to_json(board),
    }
    with _writing(folder):
        for name, content in contents.items():
            write_atomically(folder / name, content)
    return [folder / name for name in contents]


def write_figures(story: Story, folder: Path) -> list[Path]:
    """Writes every chart of the page as SVG and PNG into `folder/figures`; raises as `write` does."""
    with _writing(folder / "figures"):
        return charts.write_figures(charts.charts(story), folder / "figures")


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Within, `folder` is there; raises SweepError where it may not be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as reason:
        if reason.errno not in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise
        raise SweepError(f"{folder} cannot be written: {reason.strerror}; the report stays as it was") from None
