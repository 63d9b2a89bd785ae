"""Watchdog: ends a trial that hangs in the process that drives the sweep.

A thread beside the trial looks at the limits of `workers`. Where one is passed, it interrupts the main thread, which is
possible as long as that runs Python code or waits in it: `Silent` or `Overdue` is raised there, and the trial has
failed. A library that does not return to Python cannot be interrupted. Then the trial is marked, so that a resume knows
it for one that hangs, and somebody else decides about the process: the last resort.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from types import FrameType

from sinesweep.sections import Workers
from sinesweep.trial import Report
from sinesweep_runner.executors import KeepGoing
from sinesweep_runner.executors.lateness import overdue, silent
from sinesweep_runner.imports import imports_under_way
from sinesweep_runner.training.failures import Overdue, Silent

TICK_S = 1.0
"""How often somebody looks."""

GRACE_S = 10.0
"""So long a silent trial has, once it was interrupted, to come to its end."""


class Watchdog:
    """Watches one trial."""

    def __init__(self, limits: Workers, mark: Callable[[str], None], last_resort: Callable[[str], None]) -> None:
        """Watches nothing yet.

        Args:
            limits: how long a trial may take, and say nothing.
            mark: notes why a trial is given up that cannot be interrupted.
            last_resort: is called then, in another thread, with the same reason.
        """
        self._limits, self._mark, self._last_resort = limits, mark, last_resort
        self._began = self._heard = time.monotonic()
        self._busy = self._main = self._interrupted = False
        self._late: Overdue | None = None
        self._over = threading.Event()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Within, the trial is watched; raises Silent or Overdue anywhere in it. Where it is not in the main thread, it
        can be interrupted only when it reports."""
        self._main = threading.current_thread() is threading.main_thread()
        self._outer_imports = imports_under_way(sys._getframe())
        with _on_alarm(self._interrupt) if self._main else nullcontext():  # only there Python answers signals
            thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
            thread.start()
            try:
                self._busy = True
                yield
            finally:
                try:
                    self._busy = False
                finally:  # the interrupt may come as late as here
                    self._over.set()
                    thread.join()

    def answering(self, keep_going: KeepGoing) -> KeepGoing:
        """The same answers, in which nobody is interrupted; raises Overdue where a report comes too late."""

        def answer(report: Report) -> bool:
            self._busy = False
            if self._late is None and (why := overdue(self._began, time.monotonic(), self._limits)):
                self._late = Overdue(why)
            if self._late is not None:
                raise self._late
            goes_on = keep_going(report)
            self._heard = time.monotonic()
            self._busy = True
            return goes_on

        return answer

    def _interrupt(self, _signal: int, frame: FrameType | None) -> None:
        if not self._busy or self._late is None or imports_under_way(frame) != self._outer_imports or _deaf(frame):
            return  # and somebody tries again a tick later
        self._interrupted = True
        raise self._late

    def _watch(self) -> None:
        while not self._over.wait(TICK_S):
            now = time.monotonic()
            if not self._busy:
                continue
            self._late = self._late or self._judged(now)
            if self._late is not None and self._main and not self._interrupted:
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGALRM)
            if why := silent(self._heard, now - GRACE_S, self._limits):
                why = f"{why}, and could not be interrupted"
                self._mark(why)
                self._last_resort(why)
                return

    def _judged(self, now: float) -> Overdue | None:
        if why := overdue(self._began, now, self._limits):
            return Overdue(why)
        return Silent(why) if (why := silent(self._heard, now, self._limits)) else None


def _deaf(frame: FrameType | None) -> bool:
    """Whether Python would swallow what is raised where this frame stands: an object is being disposed of there."""
    while frame is not None:
        code = frame.f_code
        if code.co_name == "__del__" or code.co_filename.endswith(("weakref.py", "_weakrefset.py")):
            return True
        frame = frame.f_back
    return False


@contextmanager
def _on_alarm(deed: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    before = signal.signal(signal.SIGALRM, deed)
    try:
        yield
    finally:
        signal.signal(signal.SIGALRM, before or signal.SIG_DFL)
