"""Attention: a clock for what workers do, which stands still while the driver is away.

A driver that is held up, by a network that takes long to build or a disk that does not answer, hears nobody meanwhile,
and answers nobody. That is not the time of a trial.
"""

from __future__ import annotations

import time

LONGEST_S = 2.0
"""A driver that listens looks up every second; of a longer time between two looks no more than this counts."""


class Attention:
    """The seconds in which the driver has listened to its workers."""

    def __init__(self) -> None:
        """Begins at 0."""
        self._looked, self._seconds = time.monotonic(), 0.0

    def look(self) -> float:
        """The driver looks up; what the clock shows then."""
        now = time.monotonic()
        self._seconds += min(now - self._looked, LONGEST_S)
        self._looked = now
        return self._seconds
