"""Timesheet: which worker has which trial, and since when."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import count

from sinesweep.trial import Result, Trial


class Timesheet:
    """Numbers the workers that are busy at the same time from 1: a trial is given the least number that is free.

    So a number is a place where work is done, and not a process: a fresh one takes the place of one that has ended.
    """

    def __init__(self) -> None:
        """Nobody is at work yet."""
        self._at_work: dict[int, tuple[int, float]] = {}

    def begins(self, trial: Trial) -> None:
        """A trial was handed to a worker now."""
        taken = {worker for worker, _ in self._at_work.values()}
        self._at_work[trial.number] = next(worker for worker in count(1) if worker not in taken), time.time()

    def ends(self, result: Result) -> Result:
        """The result, with who had it and when; as it is where nobody had it."""
        if result.trial.number not in self._at_work:
            return result
        worker, began = self._at_work.pop(result.trial.number)
        return replace(result, worker=worker, began=began, ended=time.time())
