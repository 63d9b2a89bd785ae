"""Clock: the time that a search itself took, without the pauses in which nobody drove it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from sinesweep.trial import Result

PAUSE_S = 300.0
"""Where no worker trains for so long the sweep was stopped; shorter gaps are its own."""


@dataclass(frozen=True)
class Stint:
    """A trial in the hands of a worker, in epoch seconds."""

    result: Result
    worker: int
    began: float
    ended: float


def stints(stretches: Sequence[Result]) -> list[Stint]:
    """What is known of who trained what and when, in the order in which it began."""
    known = [
        Stint(each, each.worker, each.began, each.ended)
        for each in stretches
        if each.worker is not None and each.began is not None and each.ended is not None
    ]
    return sorted(known, key=lambda stint: stint.began)


class Clock:
    """Seconds of search at a moment."""

    def __init__(self, stints: Sequence[Stint]) -> None:
        """Takes the stints in the order in which they began, at least one; pauses are where none of them is."""
        self._starts, self._before = [stints[0].began], [0.0]
        end = stints[0].ended
        for stint in stints:
            if stint.began - end > PAUSE_S:
                self._before.append(self._before[-1] + end - self._starts[-1])
                self._starts.append(stint.began)
            end = max(end, stint.ended)
        self._end = end

    @property
    def pauses(self) -> int:
        """How often the search was stopped for a while."""
        return len(self._starts) - 1

    @property
    def total(self) -> float:
        """Seconds of search in all."""
        return self.at(self._end)

    @property
    def unit(self) -> tuple[float, str]:
        """In what an axis counts: so many seconds, and what they are called."""
        return (3600.0, "hours of search") if self.total > 7200 else (60.0, "minutes of search")

    def at(self, moment: float) -> float:
        """Seconds of search until a moment of a stint."""
        stretch = max(bisect_right(self._starts, moment) - 1, 0)
        return self._before[stretch] + moment - self._starts[stretch]
