"""The reserve: how much of `budget.hours` a search leaves to the finals that come after it."""

from __future__ import annotations

import statistics
from collections.abc import Iterable

from sinesweep.finalists import entry
from sinesweep.judge import Judge
from sinesweep.metrics import metric
from sinesweep.sweep import Sweep
from sinesweep.trial import Result


class Reserve:
    """Keeps what the finalists of the trials so far would take, and a trial's time for those that are still running.

    That is never more of the search than `finalists.share` and a trial; nothing where there is no limit of hours.
    """

    def __init__(self, sweep: Sweep, results: Iterable[Result]) -> None:
        """Goes through the results that there are."""
        self._asked, self._hours = sweep.finalists, sweep.budget.hours
        self._judge = Judge(metric(sweep.search.objective), lambda result: None, (), sweep.search.seed)
        self._best: list[Result] = []
        self._searched_s = 0.0
        for result in results:
            self.ended(result)

    def ended(self, result: Result) -> None:
        """Takes note of a trial's end."""
        if result.trial.repeats is not None:
            return
        self._searched_s += result.seconds
        self._best = self._judge.ranked([*self._best, result])[: self._asked.trials]

    def seconds(self, slots: int) -> float:
        """Seconds of wall time that are to be left, with so many trainings at the same time."""
        took = [result.seconds for result in self._best]
        finals = entry(self._asked, took, self._searched_s, None, slots)
        if self._hours is None or not finals.trials:
            return 0.0
        return finals.seeds * sum(took[: finals.trials]) / slots + statistics.mean(took)
