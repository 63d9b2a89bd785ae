"""Watching a sweep: a live table in a terminal, plain lines anywhere else."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from sinesweep.metrics import metric
from sinesweep.sweep import Sweep
from sinesweep.trial import Report, Result, State, Trial
from sinesweep.wording import duration, many
from sinesweep_runner.quarters import Progress, quarters

if TYPE_CHECKING:
    from sinesweep.record import Record


class Watch:
    """Counts what happens and says it in plain lines. The live watch below shows the same facts as a table."""

    def __init__(self, sweep: Sweep, slots: int, console: Console) -> None:
        self._sweep, self._slots, self._console = sweep, slots, console
        self._running: dict[int, tuple[Trial, Report | None, float]] = {}
        self._ended: list[Result] = []
        self._best: Result | None = None
        self._spent: set[int] = set()
        self._began_at = time.monotonic()

    def say(self, text: str) -> None:
        """One line for the person who waits."""
        self._console.print(text, highlight=False, markup=False, emoji=False, soft_wrap=True)

    def progress(self, what: str) -> Progress:
        """A callback `(done, total)` for long preparations; says every quarter."""
        return quarters(what, self.say)

    def remember(self, record: Record) -> None:
        """What earlier runs of the same sweep came to."""
        for result in record.results():
            self._count(result)
        self._spent |= record.spent()

    def began(self, trial: Trial) -> None:
        """A trial was handed to a worker."""
        self._running[trial.number] = (trial, None, time.monotonic())

    def reported(self, report: Report) -> None:
        """A trial has ended an epoch."""
        trial, _, since = self._running[report.number]
        self._running[report.number] = (trial, report, since)

    def ended(self, result: Result) -> None:
        """A trial has ended."""
        self._running.pop(result.trial.number, None)
        self._count(result)
        if result.state is not State.INFEASIBLE:
            self.say(self.line(result))

    def line(self, result: Result) -> str:
        """What one result says, with the best so far and the time left."""
        score = "" if result.value is None else f" {self._sweep.search.objective} {result.value:.4f}"
        why = "" if result.failure is None else f" ({result.failure.cause}: {result.failure.message})"
        again = "" if result.trial.repeats is None else f" · trial {self._known_as(result.trial.repeats)} again"
        again += f" · went on from trial {result.trial.origin}" if result.trial.origin != result.trial.number else ""
        best = "" if self._best is None else f" · best {self._best.value:.4f} (trial {self._best.trial.number})"
        return (
            f"trial {result.trial.number:>4} {result.state}{score}{why} in {result.seconds:.0f} s · {summary(result)}"
            f"{again} · {len(self._spent)}/{self._sweep.budget.trials}{best}"
            f"{self._left() if result.trial.searched else ''}"
        )

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Within, the sweep is being watched."""
        yield

    def leave(self) -> None:
        """Gives the terminal its cursor back, where the process ends without coming out of `shown`."""
        self._console.show_cursor(True)

    def _count(self, result: Result) -> None:
        if result.spent:
            self._spent.add(result.trial.origin)
        self._ended.append(result)
        if (
            result.state is State.COMPLETE
            and result.trial.repeats is None
            and (self._best is None or self._better(result, self._best))
        ):
            self._best = result

    def _known_as(self, origin: int) -> int:
        """The number under which a trial that stopped on its way has ended."""
        numbers = [each.trial.number for each in self._ended if each.trial.origin == origin]
        return numbers[-1] if numbers else origin

    def _better(self, one: Result, other: Result) -> bool:
        if one.value is None or other.value is None:
            return other.value is None
        higher = metric(self._sweep.search.objective).direction == "maximize"
        return one.value > other.value if higher else one.value < other.value

    def _left(self) -> str:
        took = [result.seconds for result in self._ended if result.seconds > 0]
        remaining = self._sweep.budget.trials - len(self._spent)
        if not took or remaining <= 0:
            return ""
        seconds = sum(took) / len(took) * remaining / self._slots
        if self._sweep.budget.hours is not None:
            seconds = min(seconds, self._sweep.budget.hours * 3600 - (time.monotonic() - self._began_at))
        return f" · about {duration(seconds)} left"


class LiveWatch(Watch):
    """The same facts as a table that renews itself."""

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Within, the table stands below the lines that are said."""
        with Live(console=self._console, get_renderable=self._table, refresh_per_second=2, transient=True):
            yield

    def _table(self) -> RenderableType:
        trials = self._sweep.budget.trials
        head = Table.grid(padding=(0, 2))
        best = "" if self._best is None else f"best {self._best.value:.4f} (trial {self._best.trial.number})"
        bar = ProgressBar(total=trials, completed=len(self._spent), width=32)
        head.add_row(bar, f"{len(self._spent)} of {many(trials, 'trial')}", best, self._left().removeprefix(" · "))
        rows = Table(box=None, padding=(0, 2), header_style="dim")
        for title in ("trial", "fold", "epoch", self._sweep.search.objective, "seconds", "configuration"):
            rows.add_column(title, justify="left" if title == "configuration" else "right", no_wrap=True)
        for trial, report, since in self._running.values():
            rows.add_row(*self._row(trial, report, since))
        return Group(Text(), head, rows)

    def _row(self, trial: Trial, report: Report | None, since: float) -> tuple[str, ...]:
        epochs = trial.config["fit"]["epochs"]
        fold, epoch = (report.fold + 1, report.epoch) if report else (1, 0)
        score = f"{report.metrics[self._sweep.search.objective]:.4f}" if report else "–"
        passed = f"{time.monotonic() - since:.0f}"
        return str(trial.number), str(fold), f"{epoch}/{epochs}", score, passed, summary(trial)


@contextmanager
def watching(sweep: Sweep, slots: int) -> Iterator[Watch]:
    """The live watch where somebody looks at a terminal, the plain one elsewhere."""
    # A standard error of its own: the other one is held back while Keras is loaded.
    with os.fdopen(os.dup(2), "w", buffering=1) as stream:
        console = Console(file=stream)
        yield (LiveWatch if console.is_terminal else Watch)(sweep, slots, console)


def summary(of: Trial | Result) -> str:
    """The names of a configuration's parts in a few words."""
    config = (of.trial if isinstance(of, Result) else of).config
    if "baseline" in config:
        return f"baseline: {config['baseline']['name']}"
    names = [config["features"]["name"], config["architecture"]["name"], *(a["name"] for a in config["augmentations"])]
    return " · ".join(str(name) for name in names)
