"""Waiting: the trials that wait for a worker whose device has room for them."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from typing import Any

from sinesweep.trial import Config, Result, Trial
from sinesweep_runner.executors.crew import Crew
from sinesweep_runner.executors.seating import most_bytes
from sinesweep_runner.sizing import DeviceMemory, Size
from sinesweep_runner.training.featurecache import UNHEARD


class Waiting:
    """A queue in which who comes later may begin earlier, but never where an earlier one waits for room."""

    def __init__(self) -> None:
        """Nobody waits yet, and nothing is known of what trials need."""
        self._queue: deque[Trial] = deque()
        self._memory = DeviceMemory()

    def expect(self, trial: Trial, size: Size) -> None:
        """Notes how large a trial is, by which it is given a worker."""
        self._memory.expect(trial, size)

    def add(self, trial: Trial) -> None:
        """A trial waits, behind all others."""
        self._queue.append(trial)

    def served(self, crew: Crew) -> Iterator[tuple[Trial, Any] | Result]:
        """Gives trials to idle workers: each with its worker, or the result of one that no device can hold."""
        kept: set[str] = set()
        for trial in [*self._queue] if crew.idle else ():
            most = math.inf if crew.coming else most_bytes(crew.seats)
            if (hopeless := self._memory.refused(trial, most)) is not None:
                self._queue.remove(trial)
                yield hopeless
                continue
            needed_bytes = self._memory.needed_bytes(trial)
            place = crew.place(needed_bytes, kept)
            if place.workers:
                self._queue.remove(trial)
                yield trial, crew.serve(_heard(trial.config), place.workers, needed_bytes)
            elif place.awaited is not None:
                kept.add(place.awaited)

    def ended(self, result: Result, peak_bytes: int, *, beside_others: bool) -> bool:
        """Learns from the end of a trial; whether that is its end.

        One that ran out of memory beside others waits once more, before all others, and then has a device to itself:
        who of them took too much, nobody knows.

        Args:
            peak_bytes: what it has taken of its device; 0 where that is not known.
            beside_others: others were at work on its device, or kept some of its memory.
        """
        if beside_others and self._memory.alone_next(result):
            self._queue.appendleft(result.trial)
            return False
        self._memory.ended(result, peak_bytes)
        return True


def _heard(config: Config) -> dict[str, Any]:
    """What is equal where the features of two trials are, whatever is done with them afterwards."""
    return {name: value for name, value in config["features"].items() if name not in UNHEARD}
