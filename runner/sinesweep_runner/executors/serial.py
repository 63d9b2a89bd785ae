"""The serial executor: this process, one trial after another. For one worker, for tests and for debuggers."""

from __future__ import annotations

from pathlib import Path

from sinesweep.errors import SinesweepError
from sinesweep.trial import Result, Trial
from sinesweep_runner.executors import KeepGoing
from sinesweep_runner.training.material import Material
from sinesweep_runner.training.train import train


class SerialExecutor:
    """Trains where it is called."""

    slots = 1

    def __init__(self) -> None:
        self._trial: Trial | None = None

    def open(self, material: Material, folder: Path) -> None:
        """Takes the data that all trials are about."""
        self._material, self._folder = material, folder

    def submit(self, trial: Trial) -> None:
        """Keeps the trial until `next_result` trains it."""
        self._trial = trial

    def next_result(self, keep_going: KeepGoing) -> Result:
        """Trains the trial that was submitted."""
        if self._trial is None:
            raise SinesweepError("no trial was submitted")
        trial, self._trial = self._trial, None
        return train(trial, self._material, keep_going, self._folder)

    def close(self) -> None:
        """Forgets the trial that waits, if any."""
        self._trial = None
