"""A share of a GPU: how much of its memory a process may take, said as each backend wants to hear it.

Ray books shares and enforces nothing: two workers on half a GPU each would take what they can, and the later one dies.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping

RESERVE = 0.1
"""The part of a share that stays outside: CUDA and its libraries take memory that no backend counts."""

FRACTION = ("XLA_CLIENT_MEM_FRACTION", "XLA_PYTHON_CLIENT_MEM_FRACTION")
"""How JAX is told its part; the first name is the newer one, and it refuses to be told by both."""

GROWTH = "XLA_PYTHON_CLIENT_PREALLOCATE"

PLATFORMS = "JAX_PLATFORMS"

HIDDEN = {"CUDA_VISIBLE_DEVICES": "-1"}
"""The environment of a process that is to see no GPU, whichever backend it loads."""


def part(gpus: float) -> float:
    """The part of the first GPU's memory that is there for trials in a process with `gpus` of them."""
    return min(gpus, 1.0) * (1 - RESERVE)


def memory_fraction(gpus: float | None) -> float | None:
    """The part of a GPU's memory that a process with `gpus` of one may take; None where it has whole ones, or none."""
    return part(gpus) if gpus is not None and 0 < gpus < 1 else None


def limit_mb(gpus: float | None, device_bytes: int) -> int | None:
    """The same in mebibytes, as TensorFlow wants it, of a GPU with so much memory."""
    fraction = memory_fraction(gpus)
    return None if fraction is None else int(fraction * device_bytes / 2**20)


def jax_settings(gpus: float | None, environment: Mapping[str, str]) -> dict[str, str]:
    """What has to be added to the environment before JAX is loaded; what a person has set there stays.

    A process that has a whole GPU takes memory as it needs it. JAX enforces a part by taking it at once. Beside the
    platforms that a person wants there is always the processor, because features are computed there.
    """
    wanted = environment.get(PLATFORMS, "")
    beside = {PLATFORMS: f"{wanted},cpu"} if wanted and "cpu" not in wanted.split(",") else {}
    fraction = memory_fraction(gpus)
    if fraction is None:
        return beside | ({} if GROWTH in environment else {GROWTH: "false"})
    return beside | ({} if any(name in environment for name in FRACTION) else {FRACTION[1]: f"{fraction:.4f}"})


def gpu_bytes() -> int | None:
    """The memory of the first GPU that this process may see; None where NVIDIA's driver does not tell."""
    command = shutil.which("nvidia-smi")
    if command is None:
        return None
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0]
    asked = [command, f"--id={visible}", "--query-gpu=memory.total", "--format=csv,noheader,nounits"]
    told = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    return int(told) * 2**20 if told.isdecimal() else None
