"""Turn: a trial in the hands of a worker of a Ray executor, and whether it is still in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sinesweep.sections import Workers
from sinesweep.trial import Trial
from sinesweep_runner.executors.lateness import overdue, silent


@dataclass(frozen=True)
class Turn:
    """A trial in the hands of a worker; times are by the clock of the driver's attention."""

    worker: Any
    trial: Trial
    began: float
    heard: float

    def late(self, now: float, limits: Workers) -> str:
        """Why it is to be ended now; empty while it may go on."""
        return overdue(self.began, now, limits) or silent(self.heard, now, limits)
