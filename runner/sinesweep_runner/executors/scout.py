"""Scout: a process that has the features of the next trial ready in the cache while the workers train.

It helps, and is needed for nothing: where it dies or hangs it is done without, and workers compute what they do not
find.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import ray

from sinesweep.trial import Trial
from sinesweep_runner.deviceshare import HIDDEN, PLATFORMS
from sinesweep_runner.executors.worker import Worker
from sinesweep_runner.training.inputs import Inputs
from sinesweep_runner.training.stopwatch import Stopwatch

NICENESS = 10
"""Workers that want a processor have it first."""


class Pathfinder(Worker):
    """A worker that sees no accelerator, and only computes features."""

    def __init__(self, *given: Any) -> None:
        """Loads Keras, as a worker does."""
        os.nice(NICENESS)
        os.environ.update({**HIDDEN, PLATFORMS: "cpu"})
        super().__init__(*given)

    def prepare(self, trial: Trial) -> None:
        """Has the features of a trial in the cache, where they can be kept there."""
        from sinesweep_runner.training.shelf import forget

        with suppress(Exception):  # the trial will fail by the same, and its result says so
            Inputs(trial.config, self._material, self._material.clips(), Stopwatch()).fill_cache()
        forget()


class Scout:
    """The driver's side of it. The process is started when it is first needed.

    Attributes:
        lost: it has died or was ended, and does not come again.
    """

    def __init__(self, hire: Callable[[], Any], patience_s: float) -> None:
        """Starts nothing yet.

        Args:
            hire: starts a process and gives its actor, a `Pathfinder`.
            patience_s: so long may it take for one trial.
        """
        self._hire, self._patience_s = hire, patience_s
        self._next: deque[Trial] = deque(maxlen=1)
        self._data: tuple[Any, ...] = ()
        self._process: Any = None
        self._busy: ray.ObjectRef | None = None
        self._since = 0.0
        self.lost = False

    def open(self, data: tuple[Any, ...]) -> None:
        """Takes what workers are opened with. A Ray that has begun again has no process of this scout any more."""
        self._data, self._process, self._busy = data, None, None

    def note(self, trial: Trial) -> None:
        """A trial that comes next, instead of one that was noted before and not begun. From any thread."""
        self._next.append(trial)

    def tend(self) -> None:
        """Sets out for the trial that was noted, as soon as the one before is done."""
        if self.lost or not self._is_free() or not self._next:
            return
        if self._process is None:
            self._process = self._hire()
            self._process.open.remote(*self._data)
        self._busy, self._since = self._process.prepare.remote(self._next.pop()), time.monotonic()

    def close(self) -> None:
        """Ends the process."""
        if self._process is not None:
            ray.kill(self._process)
        self._process, self._busy, self.lost = None, None, True

    def _is_free(self) -> bool:
        if self._busy is None:
            return True
        if not ray.wait([self._busy], timeout=0)[0]:
            if time.monotonic() - self._since > self._patience_s:
                self.close()
            return False
        try:
            ray.get(self._busy)
        except ray.exceptions.RayError:
            self.close()
        self._busy = None
        return not self.lost
