"""The entries of a cache: `.npy` files up to a number of bytes, written whole or not at all."""

from __future__ import annotations

import errno
import os
import time
import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from sinesweep.errors import SweepError, SweepFailed
from sinesweep_runner.cache.ledger import Ledger

HEADER_BYTES = 128
"""What stands before the values of a float32 `.npy` file."""

ABANDONED_S = 3600
"""A half-written entry that is older than this was left by a process that was killed."""


class Entries:
    """The entries in `folder / shelf`; `ledger` knows their bytes and when each was last used.

    Attributes:
        limit_bytes: so much may they be together.
    """

    def __init__(self, folder: Path, shelf: str, limit_bytes: int, ledger: Ledger) -> None:
        self._folder, self._ledger, self.limit_bytes = folder, ledger, limit_bytes
        self._whole, self._halves = folder / shelf, folder / "halves"

    def make_folders(self) -> None:
        """Raises SweepFailed where they cannot be made."""
        with writing(self._folder):
            self._whole.mkdir(parents=True, exist_ok=True)
            self._halves.mkdir(parents=True, exist_ok=True)

    def place(self, name: str) -> Path:
        """Where an entry lies."""
        return self._whole / name

    def present(self, names: Collection[str]) -> set[str]:
        """Those of `names` that lie here whole: a file whose size is not as recorded does not count."""
        recorded = self._ledger.entries()
        return {name for name in names if name in recorded and _size(f"{self._whole}/{name}") == recorded[name]}

    def write(self, name: str, values: np.ndarray) -> int:
        """Writes an entry and returns its bytes; raises SweepFailed where the disk is full, and leaves nothing."""
        half = self._halves / f"{uuid.uuid4().hex}.npy"
        with writing(self._folder):
            try:
                save(half, values)
                size = half.stat().st_size
                half.replace(self.place(name))
            finally:
                half.unlink(missing_ok=True)
        return size

    def add(self, name: str, start: int, content: bytes, size: int) -> bool:
        """Adds the bytes from `start` on to an entry that comes in parts, in their order; True where it is whole.

        The parts of an entry come from one process at a time. Raises as `write` does.
        """
        half = self._halves / name
        with writing(self._folder):
            try:
                with half.open("ab" if start else "wb") as file:
                    file.write(content)
            except OSError:
                half.unlink(missing_ok=True)
                raise
            if start + len(content) < size:
                return False
            half.replace(self.place(name))
        return True

    def make_room(self, present: Mapping[str, int], lacking_bytes: int) -> None:
        """Evicts what was least recently used, until `lacking_bytes` more fit beside the entries `present`.

        Whoever asks has seen that both together are not more than `limit_bytes`.
        """
        entries = self._ledger.entries()
        over = sum(entries.values()) + lacking_bytes - self.limit_bytes
        victims = []
        for name, size in entries.items():
            if over > 0 and name not in present:
                victims.append(name)
                over -= size
        self._ledger.forget(victims)
        for victim in victims:
            self.place(victim).unlink(missing_ok=True)
        self._sweep_up()

    def _sweep_up(self) -> None:
        for half in self._halves.iterdir():
            if _age_s(half) > ABANDONED_S:
                half.unlink(missing_ok=True)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turns what goes wrong while something is written to the cache into SweepFailed or SweepError."""
    try:
        yield
    except OSError as reason:
        if reason.errno in (errno.ENOSPC, errno.EDQUOT):
            raise SweepFailed(
                f"cache {folder}: the disk is full. Free some space there, or set SINESWEEP_CACHE to a folder with"
                " room for more; what was computed so far is kept."
            ) from None
        raise SweepError(
            f"cache {folder}: it cannot be written: {reason.strerror or reason}. Set SINESWEEP_CACHE to a"
            " folder that can"
        ) from None


def save(path: Path, values: np.ndarray) -> None:
    """Float32 values as `.npy`; unlike `numpy.save`, a full disk is told by its error number."""
    values = np.ascontiguousarray(values, np.float32)
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, np.lib.format.header_data_from_array_1_0(values))
        file.write(values.data)


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116  # as text: it is asked of every clip
    except OSError:
        return -1


def _age_s(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:  # another process has finished it meanwhile
        return 0.0
