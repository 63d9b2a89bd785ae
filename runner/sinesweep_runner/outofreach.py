"""Out of reach: limits that no network of a search keeps.

What is over one costs no budget, so nothing else would end the search. Each process counts for itself: before
it the ranges may have been changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sinesweep import limits
from sinesweep.errors import SweepFailed
from sinesweep.trial import Cause, Result, State
from sinesweep.wording import capitalised

SAID_AFTER = 20
"""After so many in a row it is said, where none has kept the limits yet: a sampler that learns has found some by then,
if they are not rare."""

NONE_YET = 100
"""So many in a row end a search of which none has ever kept them. Where one in twenty does, that comes once in 170
searches, even of a sampler that learns nothing."""

IN_A_ROW = 200
"""So many end one in which some have."""

SCORED = (State.COMPLETE, State.PRUNED, State.PAUSED)


class OutOfReach:
    """Counts the networks in a row that were over a limit."""

    def __init__(self, allowed: Mapping[str, float], results: Iterable[Result]) -> None:
        """Nothing is counted yet; of `results`, those that there are, it takes whether some have kept the limits.

        Args:
            allowed: the limits, by the name of what they limit.
        """
        self._allowed, self._count = allowed, 0
        self._nearest: Mapping[str, float] = {}
        self._kept = any(self._keeps(result) for result in results)

    def ended(self, result: Result) -> str:
        """Takes note of a trial's end; a sentence where that should be said, else nothing.

        Raises:
            SweepFailed: none keeps the limits, or next to none.
        """
        failure = result.failure
        if result.state is not State.INFEASIBLE:
            self._count, self._nearest, self._kept = 0, {}, self._kept or self._keeps(result)
            return ""
        if failure is None or failure.cause is not Cause.LIMIT:  # it says nothing of costs
            return ""
        self._count += 1
        self._nearest = min(result.costs, self._nearest or result.costs, key=self._excess)
        if self._count == (IN_A_ROW if self._kept else NONE_YET):
            raise SweepFailed(
                f"{self._told()}. Begin a new sweep with higher limits, or give this one smaller networks or narrower"
                " ranges: sinesweep extend FOLDER --set architectures.…=…"
            )
        if self._count == SAID_AFTER and not self._kept:
            return f"{capitalised(self._told())}. The search ends after {NONE_YET} such."
        return ""

    def _told(self) -> str:
        nearest = limits.told(self._allowed, self._nearest)
        return f"limits: {self._count} networks in a row were tried, and none keeps them; the nearest: {nearest}"

    def _keeps(self, result: Result) -> bool:
        return result.state in SCORED and not limits.excess(self._allowed, result.costs)

    def _excess(self, costs: Mapping[str, float]) -> float:
        return sum(limits.excess(self._allowed, costs).values())
