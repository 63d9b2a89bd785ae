"""Hearing: what the workers of a Ray executor have said, in the order in which it came."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import ray


class Hearing:
    """Answers that have come and wait to be looked at.

    To find one answer Ray looks through all that may come. With hundreds of workers that takes longer than the answer
    to one of them, so all that has come is taken at once.
    """

    def __init__(self) -> None:
        self._come: deque[ray.ObjectRef] = deque()

    def __contains__(self, answer: ray.ObjectRef) -> bool:
        """Whether an answer has come that was not given out yet, even if Ray was not asked for it since."""
        return answer in self._come or bool(ray.wait([answer], num_returns=1, timeout=0)[0])

    def next(self, awaited: Sequence[ray.ObjectRef], patience_s: float) -> ray.ObjectRef | None:
        """The next answer, or one that nobody awaits any more; None where none of those awaited comes in time."""
        if not self._come:
            there = ray.wait(awaited, num_returns=len(awaited), timeout=0)[0]
            self._come.extend(there or ray.wait(awaited, num_returns=1, timeout=patience_s)[0])
        return self._come.popleft() if self._come else None
