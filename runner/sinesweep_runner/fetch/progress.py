"""The progress of downloads, as bars in a terminal and as a line a tenth anywhere else."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.progress import Progress as RichProgress

from sinesweep_runner.fetch.download import Progress


class Bars:
    """One bar a file, on standard error; used as a context."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        self._bars = RichProgress(
            *columns, TimeRemainingColumn(), console=self._console, disable=not self._console.is_terminal
        )

    def __enter__(self) -> Bars:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, reason: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def say(self, text: str) -> None:
        """One line for the person who waits."""
        self._console.print(text, highlight=False, markup=False, soft_wrap=True)

    def bar(self, name: str) -> Progress:
        """A callback `(done, total)` in bytes for the download of one file."""
        task = self._bars.add_task(name, total=None)
        said = 0

        def step(done: int, total: int | None) -> None:
            nonlocal said
            self._bars.update(task, completed=done, total=total)
            tenth = 10 * done // total if total else 0
            if tenth > said and not self._console.is_terminal:
                said = tenth
                self.say(f"{name}: {done:,} of {total:,} bytes")

        return step
