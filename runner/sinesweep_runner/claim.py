"""Claim: one process alone runs a sweep, and what may go wrong with its folder meanwhile is told in words."""

from __future__ import annotations

import errno
import fcntl
import os
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sinesweep.errors import StorageLost, SweepError, SweepFailed
from sinesweep_runner.owner import Owner, clear

FULL = (errno.ENOSPC, errno.EDQUOT)
CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)

LASTING = ("study.journal", "events.jsonl", "checkpoints", "predictions")
"""What grows in the folder of a sweep."""


@contextmanager
def claimed(folder: Path, lock_file: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Within, this process alone runs the sweep; the system ends the claim with the process, however it dies.

    Makes the folder where there is none. The lock file names the owner; one that is named there and holds no lock has
    died.

    Args:
        say: told where that is so.

    Raises:
        SweepError: another process runs it, or the folder, or something in it, cannot be written.
        SweepFailed: the disk became full, or the database is gone; how to go on is said.
    """
    with _opened(folder, lock_file) as lock:
        _lock(folder, lock)
        _check_writable(folder)
        if (dead := Owner.named_in(lock)) is not None:
            say(f"{dead} ran this sweep and ended without a word; it goes on from what is there.{_doubt(dead)}")
        try:
            Owner.this_process().write(lock)
            with _telling(folder):
                yield
        finally:
            clear(lock)


def _opened(folder: Path, lock_file: Path) -> BinaryIO:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return lock_file.open("a+b", buffering=0)
    except OSError as reason:
        elsewhere = "" if any(folder.glob("*.yaml")) else ", or choose another folder with --out"
        raise SweepError(f"{folder} cannot be written: {reason.strerror}; make it writable{elsewhere}") from None


def _lock(folder: Path, lock: BinaryIO) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SweepError(
            f"{folder}: {Owner.named_in(lock) or 'another process'} is running this sweep; wait for its end, or stop it"
            " with Ctrl-C"
        ) from None


def _check_writable(folder: Path) -> None:
    """Sees that all can be written that is not written anew, before any of it is."""
    closed = [place for name in LASTING if (place := folder / name).exists() and not os.access(place, os.W_OK)]
    if closed:
        raise SweepError(f"{closed[0]} cannot be written; make it writable: chmod u+w {shlex.quote(str(closed[0]))}")


def _doubt(owner: Owner) -> str:
    """Whether an owner that seems to have died may be alive."""
    if not owner.is_elsewhere:
        return ""
    return " Should it still run there, on a file system without locks, end one of the two."


@contextmanager
def _telling(folder: Path) -> Iterator[None]:
    """Within, a database that is gone, a full disk and what may not be written are told in words."""
    resume = f"sinesweep resume {shlex.quote(str(folder))}"
    try:
        yield
    except StorageLost as lost:
        raise StorageLost(f"{lost}; once it answers again, go on with: {resume}") from lost
    except OSError as reason:
        if reason.errno in FULL:
            raise SweepFailed(f"{folder}: no space left on the disk. Free some, and go on with `{resume}`") from reason
        if reason.errno in CLOSED:
            raise SweepError(f"{reason.filename or folder}: {reason.strerror}") from reason
        raise
