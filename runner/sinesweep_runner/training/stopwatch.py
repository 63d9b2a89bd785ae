"""Stopwatch: on what a trial spends its time."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class Stopwatch:
    """Adds up wall time by phase."""

    def __init__(self, seconds: float = 0.0) -> None:
        """Begins at so many seconds, those of a trial that goes on."""
        self._began = time.perf_counter() - seconds
        self._phases: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Counts what is done inside to the phase `name`."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self._phases[name] += time.perf_counter() - began

    def phases(self) -> dict[str, float]:
        """Seconds by phase."""
        return {name: round(seconds, 4) for name, seconds in self._phases.items()}

    def seconds(self) -> float:
        """Seconds since the stopwatch was made, and those that it began at."""
        return time.perf_counter() - self._began
