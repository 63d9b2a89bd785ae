"""Crew: the workers of a Ray executor: hired, coming, idle, worn out, and let go.

A worker is coming from its hire until it has opened the data, which on a cluster may take until there is a place for
it. A process that has trained many networks keeps some of their memory: a worker that has grown too much, or has served
long enough, is replaced; where there is room, its successor is ready before it goes, so that no slot stands idle.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import ray

from sinesweep.sections import Workers
from sinesweep_runner.executors.freight import Order, packed
from sinesweep_runner.executors.seating import Device, Place, Seat, place

STILLBORN = 3
"""So many workers in a row that end before they are ready are no bad luck."""

PATIENCE_S = 60.0
"""A worker that does not say in this time how much memory it has is lost."""

SOON_S = 120.0
"""So long a trial may wait for the successor of a worker, where no other one has so much memory."""


@dataclass
class Service:
    """How long a worker has served.

    Attributes:
        first_bytes: its memory after its first trial.
        front_end: what was heard of its last trial's, whose features it may still have in memory.
        device: what it computes on; while it is coming, what the one computed on that it replaces.
        kept_bytes: the most that its process has taken of the device's memory; a backend gives none of it back.
        needed_bytes: what is set aside for its trial.
        hired: by `time.monotonic()`.
    """

    trials: int = 0
    first_bytes: int = 0
    front_end: Any = None
    device: Device = field(default_factory=Device)
    kept_bytes: int = 0
    needed_bytes: int = 0
    hired: float = field(default_factory=time.monotonic)


class Crew:
    """The workers at hand.

    Attributes:
        idle: those that wait for a trial.
        sent: when one that does not see the data was sent some of them last, by `time.monotonic()`.
    """

    def __init__(self, hire: Callable[[], Any], count: int, limits: Workers, spare: bool) -> None:
        """Hires `count` workers; they are not open yet.

        Args:
            hire: starts a process and gives its actor.
            limits: when a worker is worn out.
            spare: there is room for one worker more, so that a successor can start beside the one that goes.
        """
        self._hire, self._limits, self._spare = hire, limits, spare
        self._services = {hire(): Service() for _ in range(count)}
        self._coming: dict[ray.ObjectRef, Any] = {}
        self._successor: tuple[ray.ObjectRef, Any] | None = None
        self._stillborn = 0
        self._data: tuple[Any, ...] = ()
        self.idle: list[Any] = []
        self.sent = -math.inf

    @property
    def size(self) -> int:
        """How many there are, coming ones among them; a successor is not counted beside the one that goes."""
        return len(self._services) - (self._successor is not None)

    @property
    def ready(self) -> int:
        """How many are idle or serve."""
        return self.size - len(self._coming)

    @property
    def coming(self) -> list[ray.ObjectRef]:
        """What to wait for until they are ready; `gather` takes them in."""
        return list(self._coming)

    def open(self, data: tuple[Any, ...]) -> None:
        """Hands the data to all."""
        self._data = data
        self._coming = {worker.open.remote(*data): worker for worker in self._services}

    def enlarge(self, count: int) -> None:
        """Hires so many more."""
        for _ in range(count):
            self._engage(Device())

    def gather(self) -> list[str]:
        """Takes in those that have become ready; why others never will, which are let go."""
        if not self._coming:
            return []
        ready, _ = ray.wait(list(self._coming), num_returns=len(self._coming), timeout=0)
        return [fault for opened in ready if (fault := self._take_in(opened, self._coming.pop(opened)))]

    @property
    def seats(self) -> list[Seat]:
        """The workers that are ready, or will soon be in the place of others, as placement sees them."""
        late = {worker for worker in self._coming.values() if not self._is_due(self._services[worker])}
        away = {*late, *self.idle, self._successor[1] if self._successor else None}
        busy = [self._seat(worker, busy=True) for worker in self._services if worker not in away]
        return busy + [self._seat(worker, busy=False) for worker in self.idle]

    def place(self, needed_bytes: int, kept: Collection[str]) -> Place:
        """Where a trial may go that needs so much of a device; `kept` are the devices that wait for others.

        Workers that are in its way make way for fresh ones.
        """
        found = place(needed_bytes, self.seats, kept)
        for worker in found.outgoing:
            self.idle.remove(worker)
            self.replace(worker)
        return found

    def serve(self, front_end: Any = None, among: Sequence[Any] | None = None, needed_bytes: int = 0) -> Any:
        """An idle worker, which is idle no more: one whose last trial had this front end, where there is one.

        Args:
            front_end: `featurecache.heard` of it.
            among: idle workers to choose from; None for all.
            needed_bytes: what the trial needs of its device.
        """
        fit = self.idle if among is None else among
        warm = (worker for worker in reversed(fit) if self._services[worker].front_end == front_end)
        worker = next(warm, fit[-1])
        self.idle.remove(worker)
        self._services[worker].front_end, self._services[worker].needed_bytes = front_end, needed_bytes
        return worker

    def back(self, worker: Any) -> int:
        """A worker has ended a trial: it is idle again, or makes way for a fresh one.

        Returns:
            The device memory that the trial has taken; 0 where its process had taken as much before, or none is told.
        """
        try:
            worn, peak_bytes = self._worn(worker), self._peak_bytes(worker)
        except ray.exceptions.RayError:  # its process ended after the trial did
            self.replace(worker)
            return 0
        self._reseat(worker, worn)
        return peak_bytes

    def _reseat(self, worker: Any, worn: bool) -> None:
        if worn and not self._spare:
            self.replace(worker)
            return
        if worn and self._successor is None:
            self._successor = self._fresh()
        elif worn and self._successor is not None and ray.wait([self._successor[0]], timeout=0)[0]:
            self._let_go(worker)
            opened, successor = self._successor
            self._coming[opened], self._successor = successor, None
            return
        self.idle.append(worker)

    def replace(self, worker: Any) -> None:
        """Ends a worker, whatever it does, and hires another."""
        device = self._services[worker].device
        self._let_go(worker)
        self._engage(device)

    def close(self) -> None:
        """Ends all."""
        for worker in list(self._services):
            self._let_go(worker)
        self.idle, self._coming, self._successor = [], {}, None

    def _take_in(self, opened: ray.ObjectRef, worker: Any) -> str:
        try:
            unfit: Device | Order | str = ray.get(opened)
        except ray.exceptions.RayError as fault:
            self._stillborn += 1
            if self._stillborn < STILLBORN:
                self.replace(worker)
                return ""
            unfit = f"{STILLBORN} workers in a row could not start: {fault}"
        if isinstance(unfit, Order):
            self._coming[worker.receive.remote(packed(unfit))] = worker
            self.sent = time.monotonic()
            return ""
        if isinstance(unfit, Device):
            self._stillborn = 0
            self._services[worker].device = unfit
            self.idle.append(worker)
            return ""
        self._let_go(worker)
        return unfit

    def _worn(self, worker: Any) -> bool:
        service, limits = self._services[worker], self._limits
        service.trials += 1
        now_bytes: int = ray.get(worker.memory_bytes.remote(), timeout=PATIENCE_S)
        if service.trials == 1:
            service.first_bytes = now_bytes
        long_enough = limits.recycle_trials is not None and service.trials >= limits.recycle_trials
        return long_enough or now_bytes - service.first_bytes > limits.recycle_gb * 1e9

    def _peak_bytes(self, worker: Any) -> int:
        """The most that the process has ever taken of its device, where that was in its last trial; else 0."""
        service = self._services[worker]
        if not service.device.name:
            return 0
        peak_bytes: int = ray.get(worker.device_peak_bytes.remote(), timeout=PATIENCE_S)
        before, service.kept_bytes = service.kept_bytes, peak_bytes
        return peak_bytes if peak_bytes > before else 0

    def _seat(self, worker: Any, *, busy: bool) -> Seat:
        service = self._services[worker]
        taken_bytes = max(service.kept_bytes, service.needed_bytes if busy else 0)
        return Seat(worker, service.device, taken_bytes, busy)

    @staticmethod
    def _is_due(service: Service) -> bool:
        """Whether one that is coming is expected soon, and where."""
        return bool(service.device.name) and time.monotonic() - service.hired < SOON_S

    def _engage(self, device: Device) -> None:
        """Hires one that is expected to compute on this device."""
        opened, worker = self._fresh()
        self._coming[opened] = worker
        self._services[worker].device = device

    def _fresh(self) -> tuple[ray.ObjectRef, Any]:
        worker = self._hire()
        self._services[worker] = Service()
        return worker.open.remote(*self._data), worker

    def _let_go(self, worker: Any) -> None:
        del self._services[worker]
        ray.kill(worker)
