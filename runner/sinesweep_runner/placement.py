"""Placement: how many workers, with what share of the machine. Pure functions over what the machine has."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from sinesweep.errors import SweepError
from sinesweep.sweep import Workers

WORKER_BYTES = 2 * 2**30
"""Memory that a worker with Keras, its data and its model is expected to need."""


@dataclass(frozen=True)
class Machine:
    """What there is to share."""

    cpus: int
    memory_bytes: int
    gpus: int


@dataclass(frozen=True)
class Plan:
    """`count` workers, each with `cpus` cores and `gpus` GPUs."""

    count: int
    cpus: float
    gpus: float


def this_machine() -> Machine:
    """Cores that this process may use, memory that is free, and NVIDIA GPUs that it may see."""
    # macOS cannot tell which cores a process may use.
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Machine(cpus, _free_bytes(), _visible_gpus())


def plan_workers(machine: Machine, asked: Workers) -> Plan:
    """The plan for a machine, or for a cluster as a whole: what was asked for, and as many workers as fit where that
    is `auto`.

    Raises:
        SweepError: more is asked for than there is.
    """
    gpus = asked.gpus_per_trial if asked.gpus_per_trial is not None else float(machine.gpus > 0)
    if gpus > machine.gpus:
        raise SweepError(f"workers.gpus_per_trial: {gpus:g} asked for; there are {machine.gpus}")
    if gpus > 1 and gpus != int(gpus):
        raise SweepError(f"workers.gpus_per_trial: {gpus:g} asked for; expected a whole number, or a part of one GPU")
    if asked.cpus_per_trial > machine.cpus:
        raise SweepError(f"workers.cpus_per_trial: {asked.cpus_per_trial:g} asked for; there are {machine.cpus}")
    by_cpu = int(machine.cpus / asked.cpus_per_trial)
    by_gpu = _by_gpu(machine.gpus, gpus) if gpus else by_cpu
    by_memory = max(1, machine.memory_bytes // WORKER_BYTES)
    if asked.count == "auto":
        count = max(1, min(by_cpu, by_gpu, by_memory))
    elif asked.count > min(by_cpu, by_gpu):
        raise SweepError(
            f"workers.count: {asked.count} workers with {asked.cpus_per_trial:g} cores and {gpus:g} GPUs each do not"
            f" fit on {machine.cpus} cores and {machine.gpus} GPUs; at most {min(by_cpu, by_gpu)} do"
        )
    else:
        count = asked.count
    return Plan(count, asked.cpus_per_trial, gpus)


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
