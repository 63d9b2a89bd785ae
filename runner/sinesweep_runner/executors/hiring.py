"""Hiring: starting the processes of a plan, each with what it needs before it is given any data."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import Any

import ray

from sinesweep_runner.executors.luggage import Modules
from sinesweep_runner.executors.scout import Pathfinder
from sinesweep_runner.executors.worker import Worker
from sinesweep_runner.placement import Plan


@dataclass(frozen=True)
class Hiring:
    """Starts processes on the Ray that this driver is connected to; gives their actors.

    Attributes:
        plan: with what.
        modules: the person's own, for machines that do not have them.
    """

    plan: Plan
    modules: Modules

    def worker(self) -> Any:
        """One that waits until Ray has a place for it."""
        return self._start(Worker, self.plan.memory_gpus, num_cpus=self.plan.cpus, num_gpus=self.plan.gpus)

    def pathfinder(self) -> Any:
        """One beside the workers, with as many threads as each of them: other last bits would be of no use to them."""
        return self._start(Pathfinder, 0, num_cpus=0, num_gpus=0)

    def _start(self, kind: type[Worker], memory_gpus: float, **resources: float) -> Any:
        threads, keras_backend = max(1, int(self.plan.cpus)), os.environ.get("KERAS_BACKEND", "")
        actor = ray.remote(kind).options(**resources, max_restarts=0)
        return actor.remote(threads, memory_gpus, list(sys.path), self.modules, keras_backend)
