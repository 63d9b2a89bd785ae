"""Hiring: starting the processes of a plan, each with what it needs before it is given any data."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import Any

import ray
from ray.util.placement_group import PlacementGroup
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from sinesweep.sections import Workers
from sinesweep_runner.executors.berths import Options
from sinesweep_runner.executors.luggage import Modules
from sinesweep_runner.executors.provision import Provision
from sinesweep_runner.executors.scout import Pathfinder
from sinesweep_runner.executors.worker import Worker
from sinesweep_runner.placement import Plan


@dataclass(frozen=True)
class Hiring:
    """Starts processes on the Ray that this driver is connected to; gives their actors.

    Attributes:
        plan: with what.
        limits: what was asked for.
        modules: the person's own, for machines that do not have them.
        provision: what a machine lacks; None where it is this one.
    """

    plan: Plan
    limits: Workers
    modules: Modules
    provision: Provision | None = None

    def worker(self, options: Options, berth: PlacementGroup) -> Any:
        """One that waits until Ray has a place for it in a berth, with these options of Ray's."""
        gpus = self.plan.memory_gpus or self.limits.gpus_per_trial  # none there, or none wanted
        lacking = self.provision.options(berth) if self.provision is not None else {}
        return self._start(Worker, gpus, {**options, **lacking})

    @property
    def installs(self) -> bool:
        """Whether some machine is given what it lacks, for which its workers have to wait."""
        return self.provision is not None and self.provision.is_needed

    def pathfinder(self) -> Any:
        """One on this machine, with as many threads as each worker: other last bits would be of no use to them."""
        here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
        options = {"num_cpus": 0, "num_gpus": 0, "max_restarts": 0, "scheduling_strategy": here}
        return self._start(Pathfinder, 0, options)

    def _start(self, kind: type[Worker], gpus: float | None, options: Options) -> Any:
        actor, keras_backend = ray.remote(kind).options(**options), os.environ.get("KERAS_BACKEND", "")
        return actor.remote(self.plan.threads, gpus, list(sys.path), self.modules, keras_backend)
