"""Ctrl-C, answered: once to finish what runs, twice to stop now; SIGTERM, which batch systems send, stops now."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from sinesweep.blame import Interrupted, answering


class StopRequest:
    """Whether somebody has asked the sweep to end, and whether at once."""

    def __init__(self) -> None:
        self.asked = self.at_once = False


@contextmanager
def stop_on_interrupt(say: Callable[[str], None]) -> Iterator[StopRequest]:
    """Within, the first Ctrl-C sets `asked` and says so; the second, or SIGTERM, sets `at_once` and raises
    Interrupted."""
    request = StopRequest()

    def end(_signal: int, _frame: FrameType | None) -> None:
        request.asked = request.at_once = True
        raise Interrupted

    def answer(number: int, frame: FrameType | None) -> None:
        if request.asked:
            end(number, frame)
        request.asked = True
        say("Stopping: the trials that run are finished first. Press Ctrl-C again to stop now.")

    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    before = {number: signal.signal(number, deed) for number, deed in ((signal.SIGINT, answer), (signal.SIGTERM, end))}
    try:
        with answering():
            yield request
    finally:
        for number, deed in before.items():
            signal.signal(number, deed)


@contextmanager
def sigterm_unchanged() -> Iterator[None]:
    """Within, whoever takes SIGTERM for itself, as Ray's C++ does, has it only until the end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
