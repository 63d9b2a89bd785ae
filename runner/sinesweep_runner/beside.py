"""Beside: work in a thread that nobody has to wait for, not even at the end of the process."""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Generic, TypeVar

from sinesweep_runner.imports import imports_under_way

T = TypeVar("T")


class Beside(Generic[T]):
    """A call that goes on in a thread of its own, and may go on for ever."""

    def __init__(self, work: Callable[[], T]) -> None:
        """Begins it."""
        self._future: Future[T] = Future()
        self._thread = threading.Thread(target=self._run, args=(work,), name="beside", daemon=True)
        self._thread.start()

    @property
    def thread(self) -> int:
        """The identifier of its thread."""
        return self._thread.ident or 0

    def ends_within(self, seconds: float) -> bool:
        """Waits for its end, but no longer; whether it has come."""
        return bool(wait([self._future], seconds).done)

    def result(self) -> T:
        """Waits for its end; what it returned, or raises what it raised."""
        return self._future.result()

    def interrupt(self) -> None:
        """Ends it as SystemExit would, as soon as it computes in Python, but not in the midst of an import.

        Whatever comes of it is of no use any more.
        """
        if self._thread.is_alive() and not imports_under_way(sys._current_frames().get(self.thread)):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.thread), ctypes.py_object(SystemExit))

    def _run(self, work: Callable[[], T]) -> None:
        try:
            self._future.set_result(work())
        except BaseException as fault:  # it is raised where somebody asks for the result
            self._future.set_exception(fault)
