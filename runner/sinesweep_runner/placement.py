"""Placement: how many workers, with what share of the machine. Pure functions over what the machine has."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from sinesweep.errors import SweepError
from sinesweep.sections import Workers
from sinesweep.wording import many
from sinesweep_runner.deviceshare import gpu_bytes

WORKER_BYTES = 2 * 2**30
"""Memory that a worker with Keras, its data and its model is expected to need."""

SHARING, SHARING_BYTES = 4, 4 * 2**30
"""So many workers share a GPU at most, and so much of its memory is there for each."""


@dataclass(frozen=True)
class Machine:
    """What there is to share.

    Attributes:
        gpu_bytes: memory of a GPU; None where nobody tells.
    """

    cpus: int
    memory_bytes: int
    gpus: int
    gpu_bytes: int | None = None


@dataclass(frozen=True)
class Plan:
    """`count` workers, each with `cpus` cores and `gpus` GPUs.

    Attributes:
        pooled: workers on one GPU share its memory as their trials need it, and not in equal parts.
    """

    count: int
    cpus: float
    gpus: float
    pooled: bool = False

    @property
    def memory_gpus(self) -> float:
        """The memory of how many GPUs, or of what part of one, a worker may take."""
        return 1.0 if self.pooled else self.gpus


def this_machine() -> Machine:
    """Cores that this process may use, memory that is free, and NVIDIA GPUs that it may see, with their memory."""
    # macOS cannot tell which cores a process may use.
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    gpus = _visible_gpus()
    return Machine(cpus, _free_bytes(), gpus, gpu_bytes() if gpus else None)


def plan_workers(machine: Machine, asked: Workers) -> Plan:
    """The plan for a machine, or for a cluster as a whole: what was asked for, and as many workers as fit where that
    is `auto`.

    Raises:
        SweepError: more is asked for than there is.
    """
    sharing = _sharing(machine, asked)
    gpus = asked.gpus_per_trial if asked.gpus_per_trial is not None else float(machine.gpus > 0) / sharing
    if gpus > machine.gpus:
        raise SweepError(f"workers.gpus_per_trial: {gpus:g} asked for; there are {machine.gpus}")
    if gpus > 1 and gpus != int(gpus):
        raise SweepError(f"workers.gpus_per_trial: {gpus:g} asked for; expected a whole number, or a part of one GPU")
    if asked.cpus_per_trial > machine.cpus:
        raise SweepError(f"workers.cpus_per_trial: {asked.cpus_per_trial:g} asked for; there are {machine.cpus}")
    each = Plan(1, asked.cpus_per_trial, gpus, pooled=sharing > 1)
    most = room([machine], each)
    if asked.count == "auto":
        return replace(each, count=max(1, comfortable_room([machine], each)))
    if asked.count > most:
        raise SweepError(
            f"workers.count: {many(asked.count, 'worker')} with {many(asked.cpus_per_trial, 'core')} and"
            f" {many(gpus, 'GPU')} each do not fit on {many(machine.cpus, 'core')} and {many(machine.gpus, 'GPU')};"
            f" at most {most} do"
        )
    return replace(each, count=asked.count)


def room(machines: Iterable[Machine], plan: Plan) -> int:
    """How many of a plan's workers have cores and GPUs on these machines; none is shared by two of them."""
    return sum(_places(machine, plan) for machine in machines)


def comfortable_room(machines: Iterable[Machine], plan: Plan) -> int:
    """The same, but no more on a machine than its memory is good for."""
    return sum(min(_places(each, plan), max(1, each.memory_bytes // WORKER_BYTES)) for each in machines)


def cores_for(plan: Plan) -> int:
    """The whole cores in which all workers of a plan have their place, and the successor of one that is worn out."""
    return math.ceil((plan.count + 1) * plan.cpus)


def has_room_for_scout(machine: Machine, plan: Plan) -> bool:
    """Whether features can be computed ahead, beside all workers of a plan, without taking from them.

    GPUs leave their processors idle while they train. Without any, a core has to be left over.
    """
    idle = plan.gpus > 0 or machine.cpus - plan.count * plan.cpus >= 1
    return idle and machine.memory_bytes >= (plan.count + 1) * WORKER_BYTES


def _sharing(machine: Machine, asked: Workers) -> int:
    """How many workers share a GPU where nobody says how many there are, nor what each is given.

    Small networks leave most of a GPU idle. It is shared as far as its memory, the cores and their memory go.
    """
    if asked.gpus_per_trial is not None or asked.count != "auto" or not machine.gpus or machine.gpu_bytes is None:
        return 1
    of_machine = min(int(machine.cpus / asked.cpus_per_trial), machine.memory_bytes // WORKER_BYTES) // machine.gpus
    return max(1, min(SHARING, machine.gpu_bytes // SHARING_BYTES, of_machine))


def _places(machine: Machine, plan: Plan) -> int:
    by_cpu = int(machine.cpus / plan.cpus)
    return min(by_cpu, _by_gpu(machine.gpus, plan.gpus)) if plan.gpus else by_cpu


def _by_gpu(gpus: int, share: float) -> int:
    """How many shares there are; none is cut out of two GPUs."""
    return int(gpus // share) if share >= 1 else gpus * int(1 / share)


def _free_bytes() -> int:
    """Memory that can be had without swapping; all that there is, where the system does not tell (macOS)."""
    facts = Path("/proc/meminfo")
    available = re.search(r"^MemAvailable:\s*(\d+) kB", facts.read_text(), re.M) if facts.exists() else None
    if available is None:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return int(available[1]) * 1024


def _visible_gpus() -> int:
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return len([device for device in visible.split(",") if device.strip() not in ("", "-1")])
    folder = Path("/proc/driver/nvidia/gpus")
    return len(list(folder.iterdir())) if folder.is_dir() else 0
