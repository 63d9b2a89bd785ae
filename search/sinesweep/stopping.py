"""Stopping: when a search is over because nothing is gained any more.

Optuna's own Terminator is not used: Optuna 4.9 has deprecated it, 6.0 drops it, its rule needs PyTorch, and it looks at
those settings alone that every trial has.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sinesweep.objectives import goodness
from sinesweep.sweep import Sweep
from sinesweep.trial import Result, State
from sinesweep.wording import many


class Plateau:
    """Counts the trials in a row that have brought nothing better."""

    def __init__(self, sweep: Sweep, results: Iterable[Result]) -> None:
        """Goes through the results that there are."""
        self._objectives, self._budget = sweep.search.objectives, sweep.budget
        self._best: list[Sequence[float]] = []
        self._since: set[int] = set()
        for result in results:
            self.ended(result)

    def ended(self, result: Result) -> None:
        """Takes note of a trial's end. One that failed, or was no part of the search, says nothing."""
        if result.state not in (State.COMPLETE, State.PRUNED, State.PAUSED) or not result.trial.searched:
            return
        point = goodness(self._objectives, result)
        if result.state is State.COMPLETE and self._is_better(point):
            self._best.append(point)
            self._since = set()
        else:
            self._since.add(result.trial.origin)  # a trial that was paused and goes on counts once

    def reached(self) -> str:
        """Why the search is over; empty while it is not. Trials that ran when it was are counted as they end."""
        if self._budget.plateau is None or len(self._since) < self._budget.plateau:
            return ""
        least = f" by more than {self._budget.tolerance:g}" if self._budget.tolerance else ""
        names = self._objectives
        what = f"a better {names[0]}{least}" if len(names) == 1 else f"anything better in {' or '.join(names)}{least}"
        return f"{many(len(self._since), 'trial')} in a row have not brought {what}"

    def _is_better(self, point: Sequence[float]) -> bool:
        """Whether no point before has all that this one has, within the tolerance of the first objective.

        Those that were no better by that much are not compared with: many small steps make a large one.
        """
        needed = (point[0] - self._budget.tolerance, *point[1:])
        return not any(all(a >= b for a, b in zip(before, needed, strict=True)) for before in self._best)
