"""Executors: where trials run. Each takes trials, carries the one small arrow back, and returns results."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from sinesweep.trial import Report, Result, Trial
from sinesweep_runner.sizing import Size
from sinesweep_runner.training.drybuild import DryBuild
from sinesweep_runner.training.material import Material

KeepGoing = Callable[[Report], bool]
"""The arrow back: what the search says to a report. False ends the trial."""


class Executor(Protocol):
    """Runs up to `slots` trials at the same time."""

    @property
    def slots(self) -> int:
        """How many trials it can run at the same time now; at least one."""

    def open(self, material: Material, folder: Path) -> None:
        """Takes the data that all trials are about, and the sweep's folder; comes before the first `submit`.

        Raises:
            SweepError, SweepFailed: the workers do not start.
        """

    def guard(self, dry_build: DryBuild) -> DryBuild:
        """The same dry build, but that a trial which ends or holds up the driver in it does so only so often."""

    def expect(self, trial: Trial, size: Size) -> None:
        """Is told how large a trial is that may be submitted."""

    def prepare(self, trial: Trial) -> None:
        """Is told of a trial that may be submitted next, and has its features ready by then where that costs no other
        trial anything. Called from any thread."""

    def submit(self, trial: Trial) -> None:
        """Takes a trial; there must be a free slot."""

    def next_result(self, keep_going: KeepGoing) -> Result:
        """Waits for the next trial to end. `keep_going` answers every report that comes in meanwhile."""

    def close(self) -> None:
        """Ends what runs and gives everything back."""
