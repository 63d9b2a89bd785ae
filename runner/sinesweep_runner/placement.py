"""Placement: how many workers, with what share of the machine. Pure functions over what the machine has."""

from __future__ import annotations

import os
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
    memory = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return Machine(len(os.sched_getaffinity(0)), memory, _visible_gpus())


def plan_workers(machine: Machine, asked: Workers) -> Plan:
    """The plan for one machine: what was asked for, and as many workers as fit where that is `auto`.

    Raises:
        SweepError: more is asked for than there is.
    """
    gpus = asked.gpus_per_trial if asked.gpus_per_trial is not None else float(machine.gpus > 0)
    if gpus > machine.gpus:
        raise SweepError(f"workers.gpus_per_trial: {gpus:g} asked for; this machine has {machine.gpus}")
    if asked.cpus_per_trial > machine.cpus:
        raise SweepError(f"workers.cpus_per_trial: {asked.cpus_per_trial:g} asked for; this machine has {machine.cpus}")
    by_cpu = int(machine.cpus / asked.cpus_per_trial)
    by_gpu = int(machine.gpus / gpus) if gpus else by_cpu
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


def _visible_gpus() -> int:
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return len([device for device in visible.split(",") if device.strip() not in ("", "-1")])
    folder = Path("/proc/driver/nvidia/gpus")
    return len(list(folder.iterdir())) if folder.is_dir() else 0
