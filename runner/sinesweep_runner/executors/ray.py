"""The Ray executor: warm workers on this machine or on a cluster.

A worker imports Keras and opens the data once, and then serves trial after trial. It holds no study and no database:
a worker that dies costs its own trial, and another one takes its place.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ray
from ray._private import ray_constants

from sinesweep.errors import SweepError, SweepFailed
from sinesweep.trial import Cause, Failure, Report, Result, State, Trial
from sinesweep_runner import backend
from sinesweep_runner.conversation import Conversation
from sinesweep_runner.executors import KeepGoing
from sinesweep_runner.placement import Machine, Plan
from sinesweep_runner.training.material import Material
from sinesweep_runner.training.train import train

QUIET: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}

OBJECT_STORE_BYTES = 80 * 2**20
"""Enough for what passes through Ray here, which is small: sound lies in memory-mapped files."""

PATIENCE_S = 120.0
"""So long may workers take until they are ready, after the data are: to find a place and to load Keras."""


class Worker:
    """One slot: a process with Keras in it."""

    def __init__(self, threads: int, path: Sequence[str]) -> None:
        sys.path += [place for place in path if place not in sys.path]
        with backend.without_scikit_learn():
            backend.limit_threads(threads)

    def open(self, material: Material, folder: Path) -> None:
        """Takes the data that all trials are about."""
        self._material, self._folder = material, folder

    def begin(self, trial: Trial) -> Report | Result:
        """Starts a trial; returns its first report, or its result where there is none."""
        self._talk = Conversation(lambda ask: train(trial, self._material, ask, self._folder))
        return self._talk.begin()

    def answer(self, keep_going: bool) -> Report | Result:
        """Answers the last report; returns what the trial says next."""
        return self._talk.answer(keep_going)


class RayExecutor:
    """Trains in `plan.count` workers."""

    def __init__(self, plan: Plan, address: str | None = None) -> None:
        """Starts Ray on this machine, or joins the cluster at `address`, and starts the workers, which import Keras
        while their data are still being prepared.

        Raises:
            SweepError: no cluster answers at `address`.
        """
        self.slots = plan.count
        self._plan, self._begun_here = plan, not ray.is_initialized()
        if self._begun_here and address is not None:
            _join(address)
        elif self._begun_here:
            _start(plan)
        self._idle = [self._hire() for _ in range(plan.count)]
        self._said: dict[ray.ObjectRef, tuple[Any, Trial]] = {}

    def open(self, material: Material, folder: Path) -> None:
        """Hands the data to every worker, and waits until all are ready.

        Raises:
            SweepError: some are not ready in time; most likely Ray has no place for them.
            SweepFailed: one could not start.
        """
        self._data = (ray.put(material), folder.resolve())
        opened = [worker.open.remote(*self._data) for worker in self._idle]
        _, waiting = ray.wait(opened, num_returns=len(opened), timeout=PATIENCE_S)
        if waiting:
            raise SweepError(_no_place(self._plan, len(waiting), folder))
        try:
            ray.get(opened)
        except ray.exceptions.RayError as fault:
            raise SweepFailed(f"a worker could not start: {fault}") from fault

    def submit(self, trial: Trial) -> None:
        """Hands the trial to an idle worker."""
        worker = self._idle.pop()
        self._said[worker.begin.remote(trial)] = (worker, trial)

    def next_result(self, keep_going: KeepGoing) -> Result:
        """Answers reports until a trial has ended."""
        while True:
            ready, _ = ray.wait(list(self._said), num_returns=1)
            worker, trial = self._said.pop(ready[0])
            try:
                event = ray.get(ready[0])
            except ray.exceptions.RayError as fault:
                self._replace(worker)
                return _lost(trial, fault)
            if isinstance(event, Result):
                self._idle.append(worker)
                return event
            self._said[worker.answer.remote(keep_going(event))] = (worker, trial)

    def close(self) -> None:
        """Ends all workers, and Ray where this executor started it."""
        for worker in (*self._idle, *(worker for worker, _ in self._said.values())):
            ray.kill(worker)
        self._idle, self._said = [], {}
        if self._begun_here:
            ray.shutdown()

    def _hire(self) -> Any:
        resources = ray.remote(Worker).options(num_cpus=self._plan.cpus, num_gpus=self._plan.gpus, max_restarts=0)
        return resources.remote(max(1, int(self._plan.cpus)), list(sys.path))

    def _replace(self, worker: Any) -> None:
        ray.kill(worker)
        fresh = self._hire()
        fresh.open.remote(*self._data)
        self._idle.append(fresh)


def cluster(address: str) -> Machine:
    """What a running Ray cluster has to share, all its machines together; raises SweepError where none answers."""
    begun_here = not ray.is_initialized()
    if begun_here:
        _join(address)
    try:
        there = ray.cluster_resources()
    finally:
        if begun_here:
            ray.shutdown()
    return Machine(int(there.get("CPU", 0)), int(there.get("memory", 0)), int(there.get("GPU", 0)))


def cores_for(plan: Plan) -> int:
    """The whole cores in which all workers of a plan have their place."""
    return math.ceil(plan.count * plan.cpus)


def _join(address: str) -> None:
    try:
        ray.init(address=address, **QUIET)
    except ConnectionError as reason:
        raise SweepError(f"workers.address: no Ray cluster answers at {address}: {reason}") from None


def _start(plan: Plan) -> None:
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    with _on_loopback():
        ray.init(
            num_cpus=cores_for(plan),
            include_dashboard=False,
            object_store_memory=OBJECT_STORE_BYTES,
            **QUIET,
        )


@contextmanager
def _on_loopback() -> Iterator[None]:
    """Within, a Ray that is started listens to this machine alone, as it does on macOS; else it takes all networks.

    A Ray runs what it is sent, so nobody else need find it. `ray.init` has no argument for this.
    """
    before = ray_constants.ENABLE_RAY_CLUSTER
    ray_constants.ENABLE_RAY_CLUSTER = False
    try:
        yield
    finally:
        ray_constants.ENABLE_RAY_CLUSTER = before


def _no_place(plan: Plan, waiting: int, folder: Path) -> str:
    there = ray.cluster_resources()
    return (
        f"workers: {waiting} of {plan.count} were not ready after {PATIENCE_S:g} s. Each needs {plan.cpus:g} cores and"
        f" {plan.gpus:g} GPUs of one machine; Ray has {there.get('CPU', 0):g} cores and {there.get('GPU', 0):g} GPUs"
        f" in all. Ask for less, and go on: sinesweep resume {folder} --set workers.count=1"
    )


def _lost(trial: Trial, fault: Exception) -> Result:
    memory = isinstance(fault, ray.exceptions.OutOfMemoryError)
    cause = Cause.OUT_OF_MEMORY if memory else Cause.LOST
    what = "the machine ran out of memory" if memory else "its worker process ended"
    return Result(trial, State.FAILED, failure=Failure(cause, f"{what} ({type(fault).__name__})", detail=str(fault)))
