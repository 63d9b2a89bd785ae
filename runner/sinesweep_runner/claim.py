"""Claim: one process alone runs a sweep, and what may go wrong with its folder meanwhile is told in words."""

from __future__ import annotations

import errno
import fcntl
import os
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

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
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = lock_file.open("a+b", buffering=0)
    except OSError as reason:
        elsewhere = "" if any(folder.glob("*.yaml")) else ", or choose another folder with --out"
        raise SweepError(f"{folder} cannot be written: {reason.strerror}; make it writable{elsewhere}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SweepError(
                f"{folder}: {Owner.named_in(lock) or 'another process'} is running this sweep; wait for its end, or"
                " stop it with Ctrl-C"
            ) from None
        _check_writable(folder)
        if (dead := Owner.named_in(lock)) is not None:
            there = (
                " Should it still run there, on a file system without locks, end one of the two." * dead.is_elsewhere
            )
            say(f"{dead} ran this sweep and ended without a word; it goes on from what is there.{there}")
        try:
            Owner.this_process().write(lock)
            yield
        except StorageLost as lost:
            way_back = f"once it answers again, go on with: sinesweep resume {shlex.quote(str(folder))}"
            raise StorageLost(f"{lost}; {way_back}") from lost
        except OSError as reason:
            if (told := _told(folder, reason)) is None:
                raise
            raise told from reason
        finally:
            clear(lock)


def _doubt(owner: Owner) -> str:
    return (
        " Should it still run there, on a file system without locks, end one of the two." if owner.is_elsewhere else ""
    )


def _check_writable(folder: Path) -> None:
    """Sees that all can be written that is not written anew, before any of it is."""
    closed = [place for name in LASTING if (place := folder / name).exists() and not os.access(place, os.W_OK)]
    if closed:
        raise SweepError(f"{closed[0]} cannot be written; make it writable: chmod u+w {shlex.quote(str(closed[0]))}")


def _told(folder: Path, reason: OSError) -> Exception | None:
    """What went wrong in words; None where it is nothing that a person can mend."""
    if reason.errno in FULL:
        return SweepFailed(
            f"{folder}: no space left on the disk. Free some, and go on with `sinesweep resume {folder}`"
        )
    if reason.errno in CLOSED:
        return SweepError(f"{reason.filename or folder}: {reason.strerror}")
    return None
