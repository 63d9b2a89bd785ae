"""Muster: the wait at the beginning, until the workers of a crew have come."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import ray

from sinesweep.errors import SweepError, SweepFailed
from sinesweep_runner.executors import connection
from sinesweep_runner.executors.crew import Crew
from sinesweep_runner.executors.wording import ended_meanwhile, no_place, still_busy, too_busy
from sinesweep_runner.placement import Plan, room

PATIENCE_S = 120.0
"""So long may workers take until they are ready, after the data are: to find a place and to load Keras."""

LONG_PATIENCE_S = 600.0
"""So long in all where Ray has room for them, and it can only be the machine that is slow."""

TICK_S = 1.0
"""How often somebody looks whether Ray is still there."""


class Muster:
    """Waits for a crew."""

    def __init__(self, crew: Crew, plan: Plan, folder: Path, say: Callable[[str], None], *, some_suffice: bool) -> None:
        """Makes ready to wait.

        Args:
            plan: how many workers, with what.
            folder: the sweep's, to name the command that goes on.
            say: told where it takes long.
            some_suffice: the cluster may grow, so that nobody waits for all.
        """
        self._crew, self._plan, self._folder, self._say = crew, plan, folder, say
        self._some_suffice = some_suffice

    def wait(self, patience_s: float | None = None) -> None:
        """Returns when all are ready, or enough of them.

        Args:
            patience_s: for the first wait, where they have more to do than to start.

        Raises:
            SweepError: they are not ready in time, because Ray has no place for them, or the machine is too slow; or
                they cannot start.
            SweepFailed: Ray has ended.
        """
        self._wait(PATIENCE_S if patience_s is None else patience_s)
        there = room(connection.machines(), self._plan)
        if self._lacks and there >= self._crew.size:
            self._say(still_busy(len(self._crew.coming), self._crew.size, PATIENCE_S, LONG_PATIENCE_S))
            self._wait(LONG_PATIENCE_S - PATIENCE_S)
        if self._lacks:
            waiting = len(self._crew.coming)
            if there >= self._plan.count:
                raise SweepError(too_busy(self._plan, waiting, LONG_PATIENCE_S, self._folder))
            raise SweepError(no_place(self._plan, waiting, PATIENCE_S, there, self._folder))

    @property
    def _enough(self) -> bool:
        return self._some_suffice and self._crew.ready > 0

    @property
    def _lacks(self) -> bool:
        return bool(self._crew.coming) and not self._enough

    def _wait(self, patience_s: float) -> None:
        """Takes in workers until all are ready, or so much time has passed since, at last, data were sent to some."""
        crew, until = self._crew, time.monotonic() + patience_s
        while crew.coming and (left_s := until - time.monotonic()) > 0:
            ray.wait(crew.coming, num_returns=1, timeout=min(TICK_S, left_s))
            if not connection.lives():
                raise SweepFailed(ended_meanwhile(self._folder))
            if faults := crew.gather():
                raise SweepError(f"workers: {faults[0]}")
            if not self._enough:
                until = max(until, crew.sent + patience_s)
