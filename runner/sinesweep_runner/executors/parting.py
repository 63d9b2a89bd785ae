"""Parting: the last word of a trial in a worker."""

from __future__ import annotations

from dataclasses import dataclass

from sinesweep.trial import Result
from sinesweep_runner import backend
from sinesweep_runner.memory import resident_bytes


@dataclass(frozen=True)
class Parting:
    """A trial's result, and what the process that trained it holds when it has ended.

    Attributes:
        result: what came of the trial.
        memory_bytes: of the machine's memory and of the accelerator's together.
        device_peak_bytes: the most that the process has ever held of the accelerator's.
    """

    result: Result
    memory_bytes: int
    device_peak_bytes: int

    @classmethod
    def here(cls, result: Result) -> Parting:
        """From this process."""
        return cls(result, resident_bytes() + backend.device_bytes(), backend.device_peak_bytes())
