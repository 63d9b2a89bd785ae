"""Where the cache lies, and how much it may hold: what the environment says."""

from __future__ import annotations

import os
from pathlib import Path

from sinesweep.errors import SweepError


def cache_folder() -> Path:
    """`SINESWEEP_CACHE`, or else `~/.cache/sinesweep`; all sweeps of one person share it."""
    return Path(os.environ.get("SINESWEEP_CACHE") or "~/.cache/sinesweep").expanduser()


def limit_of(variable: str, default_gb: float) -> int:
    """The gigabytes that an environment variable names, or else `default_gb`, in bytes.

    Raises:
        SweepError: what it says is no number.
    """
    limit = os.environ.get(variable) or str(default_gb)
    try:
        return int(float(limit) * 1e9)
    except (ValueError, OverflowError):
        raise SweepError(f"{variable}: expected a number of gigabytes such as 50, got {limit!r}") from None
