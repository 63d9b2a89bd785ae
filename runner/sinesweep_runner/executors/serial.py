"""The serial executor: this process, one trial after another. For one worker, for tests and for debuggers."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from sinesweep.errors import SinesweepError
from sinesweep.sections import Workers
from sinesweep.trial import Report, Result, Trial
from sinesweep_runner.executors import KeepGoing, overdue
from sinesweep_runner.executors.deaths import Deaths, deadly
from sinesweep_runner.sizing import Size
from sinesweep_runner.training.failures import Overdue
from sinesweep_runner.training.material import Material
from sinesweep_runner.training.train import train


class SerialExecutor:
    """Trains where it is called."""

    slots = 1

    def __init__(self, workers: Workers) -> None:
        """Nothing runs yet; of `workers`, the limits of a trial's time and of its deaths count."""
        self._limit_minutes, self._retries = workers.trial_minutes, workers.retries
        self._trial: Trial | None = None

    def open(self, material: Material, folder: Path) -> None:
        """Takes the data that all trials are about."""
        self._material, self._folder = material, folder

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
        deaths = Deaths(self._folder, trial, "training")
        died = deaths.begin()
        trial = replace(trial, lost=trial.lost + died)
        try:
            if died > self._retries:
                return deadly(trial, died)
            return train(trial, self._material, self._timed(keep_going), self._folder)
        finally:
            deaths.end()

    def _timed(self, keep_going: KeepGoing) -> KeepGoing:
        """The same answers; Overdue after an epoch that ends too late."""
        began = time.monotonic()

        def answer(report: Report) -> bool:
            if self._limit_minutes is not None and time.monotonic() - began > 60 * self._limit_minutes:
                raise Overdue(overdue(self._limit_minutes))
            return keep_going(report)

        return answer

    def close(self) -> None:
        """Forgets the trial that waits, if any."""
        self._trial = None
