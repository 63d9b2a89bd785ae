"""Service: what a crew knows of one of its workers."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from sinesweep_runner.executors.seating import Device

SOON_S = 120.0
"""So long a trial may wait for the successor of a worker, where no other one has so much memory."""


@dataclass
class Service:
    """How long a worker has served.

    Attributes:
        first_bytes: its memory after its first trial.
        front_end: what was heard of its last trial's, whose features it may still have in memory.
        device: what it computes on; while it is coming, what the one computes on that it replaces.
        kept_bytes: the most that its process has taken of the device's memory; a backend gives none of it back.
        needed_bytes: what is set aside for its trial.
        hired: when, by `time.monotonic()`; or when the one went that it replaces.
    """

    trials: int = 0
    first_bytes: int = 0
    front_end: Any = None
    device: Device = field(default_factory=Device)
    kept_bytes: int = 0
    needed_bytes: int = 0
    hired: float = field(default_factory=time.monotonic)

    @property
    def is_due(self) -> bool:
        """Whether it is expected soon, while it is coming, and where."""
        return bool(self.device.name) and time.monotonic() - self.hired < SOON_S
