"""Crew: the workers of a Ray executor: hired, coming, idle, worn out, and let go.

A worker is coming from its hire until it has opened the data, which on a cluster may take until there is a place for
it. A process that has trained many networks keeps some of their memory: a worker that has grown too much, or has served
long enough, is replaced. Its successor starts beside it, and it serves until that one is ready, so that no slot stands
idle.
"""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Sequence
from typing import Any

import ray

from sinesweep.sections import Workers
from sinesweep_runner.executors.berths import Berths
from sinesweep_runner.executors.freight import Order, packed
from sinesweep_runner.executors.seating import Device, Place, Seat, place
from sinesweep_runner.executors.service import Service
from sinesweep_runner.executors.wording import not_started

STILLBORN = 3
"""So many workers in a row that end before they are ready are no bad luck."""

HANDOVER_S = 120.0
"""So long a worn worker serves beside a successor that is not ready; then it goes, since it may be in the way."""

AT_A_TIME = 8
"""One of so many workers has its successor beside it at a time, since that takes memory and time too."""


class Crew:
    """The workers at hand.

    Attributes:
        idle: those that wait for a trial.
        sent: when one that does not see the data was sent some of them last, by `time.monotonic()`.
    """

    def __init__(self, berths: Berths, count: int, limits: Workers) -> None:
        """Hires `count` workers; they are not open yet.

        Args:
            berths: where they work.
            limits: when a worker is worn out.
        """
        self._berths, self._limits = berths, limits
        self._services = {berths.hire(): Service() for _ in range(count)}
        self._coming: dict[ray.ObjectRef, Any] = {}
        self._heirs: dict[Any, Any] = {}
        self._stillborn = 0
        self._data: tuple[Any, ...] = ()
        self.idle: list[Any] = []
        self.sent = -math.inf

    @property
    def size(self) -> int:
        """How many there are, coming ones among them; a successor is not counted beside the one that goes."""
        return len(self._services) - len(self._heirs)

    @property
    def ready(self) -> int:
        """How many are idle or serve."""
        return self.size - len(self.coming)

    @property
    def coming(self) -> list[ray.ObjectRef]:
        """What to wait for until all are ready; `gather` takes them in."""
        return [opened for opened, worker in self._coming.items() if worker not in self._heirs.values()]

    @property
    def awaited(self) -> list[ray.ObjectRef]:
        """The same, with the successors of those that still serve."""
        return list(self._coming)

    def open(self, data: tuple[Any, ...]) -> None:
        """Hands the data to all.

        Ray has a copy of them for all only until they are open. What a driver leaves with Ray beyond that ends the
        driver too where Ray's part of this machine ends by itself: it tries to restore it, and finds nobody.
        """
        self._data = data
        shared = [ray.put(each) for each in data]
        self._coming = {worker.open.remote(*shared): worker for worker in self._services}

    def enlarge(self, count: int) -> None:
        """Hires so many more."""
        for _ in range(count):
            self._engage(Device())

    def gather(self) -> list[str]:
        """Takes in those that have become ready; why others never will, which are let go."""
        ready = ray.wait(self.awaited, num_returns=len(self._coming), timeout=0)[0] if self._coming else []
        faults = [fault for opened in ready if (fault := self._take_in(opened, self._coming.pop(opened)))]
        for worker in [worker for worker in self.idle if self._may_go(worker)]:
            self.idle.remove(worker)
            self._make_way(worker)
        return faults

    @property
    def seats(self) -> list[Seat]:
        """The workers that are ready, or will soon be in the place of others, as placement sees them."""
        late = {worker for worker in self._coming.values() if not self._services[worker].is_due}
        away = {*late, *self.idle, *self._heirs.values()}
        busy = [self._seat(worker, busy=True) for worker in self._services if worker not in away]
        return busy + [self._seat(worker, busy=False) for worker in self.idle]

    def has_neighbours(self, worker: Any) -> bool:
        """Whether others are at work on a worker's device, or keep some of its memory."""
        device = self._services[worker].device
        others = (seat for seat in self.seats if seat.device == device and seat.worker != worker)
        return bool(device.name) and any(seat.busy or seat.taken_bytes for seat in others)

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
            front_end: its settings, as far as features follow from them.
            among: idle workers to choose from; None for all.
            needed_bytes: what the trial needs of its device.
        """
        fit = self.idle if among is None else among
        warm = (worker for worker in reversed(fit) if self._services[worker].front_end == front_end)
        worker = next(warm, fit[-1])
        self.idle.remove(worker)
        self._services[worker].front_end, self._services[worker].needed_bytes = front_end, needed_bytes
        return worker

    def back(self, worker: Any, memory_bytes: int, device_peak_bytes: int) -> int:
        """A worker has ended a trial: it is idle again, or makes way for its successor.

        Args:
            worker: who.
            memory_bytes: what its process holds now.
            device_peak_bytes: the most that it has ever held of its device's.

        Returns:
            The device memory that the trial has taken; 0 where its process had taken as much before, or none is told.
        """
        service = self._services[worker]
        peak_bytes = device_peak_bytes if service.device.name else 0
        before, service.kept_bytes = service.kept_bytes, peak_bytes
        self._reseat(worker, self._worn(worker, memory_bytes))
        return peak_bytes if peak_bytes > before else 0

    def _reseat(self, worker: Any, worn: bool) -> None:
        if worn and worker not in self._heirs and len(self._heirs) < max(1, self.size // AT_A_TIME):
            self._prepare_successor(worker)
        if self._may_go(worker):
            self._make_way(worker)
        else:
            self.idle.append(worker)

    def replace(self, worker: Any) -> None:
        """Ends a worker, whatever it does; its successor is hired, if there is none yet."""
        if worker not in self._heirs:
            self._prepare_successor(worker)
        self._make_way(worker)

    def close(self) -> None:
        """Ends all."""
        for worker in list(self._services):
            self._let_go(worker)
        self.idle, self._coming, self._heirs = [], {}, {}

    def _take_in(self, opened: ray.ObjectRef, worker: Any) -> str:
        before = next((each for each, heir in self._heirs.items() if heir == worker), None)
        try:
            unfit: Device | Order | str = ray.get(opened)
        except ray.exceptions.RayError as fault:
            self._stillborn += 1
            if before is None and self._stillborn < STILLBORN:
                self.replace(worker)
                return ""
            unfit = not_started(STILLBORN, fault)
        if isinstance(unfit, Order):
            self._coming[worker.receive.remote(packed(unfit))] = worker
            self.sent = time.monotonic()
            return ""
        if isinstance(unfit, Device):
            self._stillborn = 0
            self._services[worker].device = unfit
            self.idle += [worker] if before is None else []
            return ""
        self._let_go(worker)
        return unfit if before is None else self._keep(before)

    def _keep(self, worker: Any) -> str:
        """Has a worker serve once more as long, since its successor is of no use; that is no fault of the crew's."""
        del self._heirs[worker]
        self._services[worker].trials = 0
        return ""

    def _worn(self, worker: Any, memory_bytes: int) -> bool:
        service, limits = self._services[worker], self._limits
        service.trials += 1
        if service.trials == 1:
            service.first_bytes = memory_bytes
        long_enough = limits.recycle_trials is not None and service.trials >= limits.recycle_trials
        return long_enough or memory_bytes - service.first_bytes > limits.recycle_gb * 1e9

    def _seat(self, worker: Any, *, busy: bool) -> Seat:
        service = self._services[worker]
        taken_bytes = max(service.kept_bytes, service.needed_bytes if busy else 0)
        return Seat(worker, service.device, taken_bytes, busy)

    def _prepare_successor(self, worker: Any) -> None:
        """Hires the one that will take a worker's place; it is expected to compute on the same device."""
        self._heirs[worker] = self._engage(self._services[worker].device, beside=worker)

    def _may_go(self, worker: Any) -> bool:
        """Whether a worker's successor is ready, or has no place while the worker is there."""
        if worker not in self._heirs:
            return False
        heir = self._heirs[worker]
        return heir not in self._coming.values() or time.monotonic() - self._services[heir].hired > HANDOVER_S

    def _make_way(self, worker: Any) -> None:
        """Lets a worker go that is not idle; its successor is idle, or will be when it has come."""
        heir = self._heirs.pop(worker)
        self._let_go(worker)
        self._services[heir].hired = time.monotonic()
        self.idle += [] if heir in self._coming.values() else [heir]

    def _engage(self, device: Device, beside: Any = None) -> Any:
        """Hires one that is expected to compute on this device."""
        worker = self._berths.hire(beside)
        self._services[worker] = Service(device=device)
        self._coming[worker.open.remote(*self._data)] = worker
        return worker

    def _let_go(self, worker: Any) -> None:
        del self._services[worker]
        self._berths.dismiss(worker)
