"""The serial executor: this process, one trial after another. For one worker, for tests and for debuggers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Literal, TypeVar

from sinesweep.blame import telling
from sinesweep.errors import SinesweepError
from sinesweep.sections import Workers
from sinesweep.trial import Result, State, Trial
from sinesweep_runner.executors import KeepGoing
from sinesweep_runner.executors.deaths import Deaths, outlived
from sinesweep_runner.executors.watchdog import Watchdog
from sinesweep_runner.sizing import Size
from sinesweep_runner.training.drybuild import DryBuild
from sinesweep_runner.training.failures import Overdue, failure_of
from sinesweep_runner.training.material import Material
from sinesweep_runner.training.train import train

T = TypeVar("T")


class SerialExecutor:
    """Trains where it is called."""

    slots = 1

    def __init__(
        self, workers: Workers, last_resort: Callable[[str], None], say: Callable[[str], None] = lambda text: None
    ) -> None:
        """Nothing runs yet.

        Args:
            workers: the limits of a trial's time, of its silence and of its deaths count.
            last_resort: is called in another thread, with the reason, where a trial hangs and cannot be interrupted.
            say: told of a trial that has ended this process before.
        """
        self._limits, self._last_resort, self._say = workers, last_resort, say
        self._trial: Trial | None = None

    def open(self, material: Material, folder: Path) -> None:
        """Takes the data that all trials are about."""
        self._material, self._folder = material, folder

    def guard(self, dry_build: DryBuild) -> DryBuild:
        """The same dry build, watched like a training."""
        return lambda trial: self._watched("building", trial, lambda trial, watchdog: dry_build(trial))

    def expect(self, trial: Trial, size: Size) -> None:
        """Leaves it at that: whatever size it has, a trial has the whole machine."""

    def prepare(self, trial: Trial) -> None:
        """Leaves it at that: while a trial trains, this process has no time for another."""

    def submit(self, trial: Trial) -> None:
        """Keeps the trial until `next_result` trains it."""
        self._trial = trial

    def next_result(self, keep_going: KeepGoing) -> Result:
        """Trains the trial that was submitted, unless it has ended this process too often."""
        if self._trial is None:
            raise SinesweepError("no trial was submitted")
        trial, self._trial = self._trial, None

        def training(trial: Trial, watchdog: Watchdog) -> Result:
            return train(trial, self._material, watchdog.answering(keep_going), self._folder)

        return self._watched("training", trial, training)

    def close(self) -> None:
        """Forgets the trial that waits, if any."""
        self._trial = None

    def _watched(
        self, doing: Literal["building", "training"], trial: Trial, work: Callable[[Trial, Watchdog], T]
    ) -> T | Result:
        """What the work on a trial comes to, or how it was ended."""
        deaths = Deaths(self._folder, trial, doing)
        watchdog = Watchdog(self._limits, deaths.hangs, self._last_resort)

        def watched(trial: Trial) -> T:
            # A training calls plugins too often to write down each time whose code it is.
            with telling(deaths.at_work) if doing == "building" else nullcontext(), watchdog.watching():
                return work(trial, watchdog)

        try:
            return outlived(deaths, trial, self._limits.retries, watched, self._say)
        except Overdue as late:  # it came when nothing was left to interrupt but the way back
            return Result(trial, State.FAILED, failure=failure_of(late)[1])
