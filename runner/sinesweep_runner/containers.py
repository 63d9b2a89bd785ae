"""Containers: how much of a machine's processors and memory the control groups leave to this process.

A container sees all cores and all memory of its host in `/proc`. What it may use of them stands in control groups, of
version 2 or of version 1, and a group has no more than those that it lies in.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

PERIOD_US = 100_000
"""The period of a quota where none is written beside it."""

UNLIMITED_BYTES = 2**60
"""Version 1 writes a number beyond all memory where there is no limit."""


def cpu_limit(root: Path = Path("/")) -> float | None:
    """How many cores this process may keep busy; None without a limit, or where there are no control groups (macOS).

    Args:
        root: of the file system.
    """
    shares = [share for group in _groups(root, "cpu") if (share := _cpu_share(group)) is not None]
    return min(shares, default=None)


def memory_left_bytes(root: Path = Path("/")) -> int | None:
    """The memory that this process may take before its group is full; None likewise.

    Pages of files that the system may forget at any time count as left.
    """
    left = [here for group in _groups(root, "memory") if (here := _memory_left_bytes(group)) is not None]
    return min(left, default=None)


def _groups(root: Path, controller: str) -> Iterator[Path]:
    """The folders of the groups that this process is in, those around them included.

    In a container the path of its group is often that on its host; its own group is what is mounted then.
    """
    memberships = root / "proc/self/cgroup"
    lines = memberships.read_text().splitlines() if memberships.exists() else []
    for _, controllers, path in (line.split(":", 2) for line in lines):
        if controllers and controller not in controllers.split(","):
            continue
        mount = root / "sys/fs/cgroup" / (controller if controllers else "")
        inside = mount / path.lstrip("/")
        yield from (folder for folder in (inside, *inside.parents) if folder.is_relative_to(mount))


def _cpu_share(group: Path) -> float | None:
    quota, _, period = (_read(group / "cpu.max") or _read(group / "cpu.cfs_quota_us")).partition(" ")
    period = period or _read(group / "cpu.cfs_period_us")
    limited = quota.isdecimal()  # not `max`, and not -1
    return int(quota) / int(period or PERIOD_US) if limited else None


def _memory_left_bytes(group: Path) -> int | None:
    limit = _read(group / "memory.max") or _read(group / "memory.limit_in_bytes")
    if not limit.isdecimal() or int(limit) >= UNLIMITED_BYTES:
        return None
    used = _read(group / "memory.current") or _read(group / "memory.usage_in_bytes") or "0"
    facts = dict(line.split(maxsplit=1) for line in _read(group / "memory.stat").splitlines())
    forgettable = facts.get("total_inactive_file") or facts.get("inactive_file") or "0"
    return max(0, int(limit) - int(used) + int(forgettable))


def _read(file: Path) -> str:
    """What stands in a file of the kernel's; nothing where it is not there."""
    return file.read_text().strip() if file.exists() else ""
