"""A machine: its cores, its memory and its GPUs, as far as this process may use them."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from sinesweep_runner.containers import cpu_limit, memory_left_bytes
from sinesweep_runner.deviceshare import gpu_bytes


@dataclass(frozen=True)
class Machine:
    """What it has to share.

    Attributes:
        gpu_bytes: memory of a GPU; None where nobody tells.
    """

    cpus: int
    memory_bytes: int
    gpus: int
    gpu_bytes: int | None = None


def this_machine() -> Machine:
    """Cores that this process may use, memory that is free, and NVIDIA GPUs that it may see, with their memory.

    In a container they are what its limits leave, and at least one core.
    """
    # macOS cannot tell which cores a process may use.
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    limit, left_bytes = cpu_limit(), memory_left_bytes()
    gpus = _visible_gpus()
    return Machine(
        cpus if limit is None else max(1, min(cpus, int(limit))),
        _free_bytes() if left_bytes is None else min(_free_bytes(), left_bytes),
        gpus,
        gpu_bytes() if gpus else None,
    )


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
