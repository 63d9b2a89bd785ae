"""Ctrl-C, answered: once to finish what runs, twice to stop now."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


class StopRequest:
    """Whether somebody has asked the sweep to end, and whether at once."""

    def __init__(self) -> None:
        self.asked = self.at_once = False


@contextmanager
def stop_on_interrupt(say: Callable[[str], None]) -> Iterator[StopRequest]:
    """Within, the first Ctrl-C sets `asked` and says so; the second sets `at_once` and raises KeyboardInterrupt."""
    request = StopRequest()

    def answer(_signal: int, _frame: FrameType | None) -> None:
        if request.asked:
            request.at_once = True
            raise KeyboardInterrupt
        request.asked = True
        say("Stopping: the trials that run are finished first. Press Ctrl-C again to stop now.")

    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    before = signal.signal(signal.SIGINT, answer)
    try:
        yield request
    finally:
        signal.signal(signal.SIGINT, before)
