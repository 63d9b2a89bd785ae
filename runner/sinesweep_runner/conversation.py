"""A training as a conversation: it reports, waits for the answer, goes on, and ends with a result.

The driver of a remote worker cannot be called from within `fit`; so the training runs in a thread of the worker, and
each call of the driver carries one answer there and brings the next event back.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

from sinesweep.trial import Report, Result

Work = Callable[[Callable[[Report], bool]], Result]


class Conversation:
    """Runs `work` in a thread; `begin` and `answer` return what it says next."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._events: queue.SimpleQueue[Report | Result | BaseException] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[bool] = queue.SimpleQueue()

    def begin(self) -> Report | Result:
        """Starts the work and waits for its first word."""
        threading.Thread(target=self._run, name="training", daemon=True).start()
        return self._next()

    def answer(self, keep_going: bool) -> Report | Result:
        """Answers the last report and waits for the next word."""
        self._answers.put(keep_going)
        return self._next()

    def _next(self) -> Report | Result:
        event = self._events.get()
        if isinstance(event, BaseException):
            raise event
        return event

    def _run(self) -> None:
        try:
            self._events.put(self._work(self._ask))
        except BaseException as fault:
            self._events.put(fault)

    def _ask(self, report: Report) -> bool:
        self._events.put(report)
        return self._answers.get()
