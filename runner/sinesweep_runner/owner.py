"""Owner: the process that runs a sweep, as its lock file names it."""

from __future__ import annotations

import getpass
import json
import os
import socket
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import BinaryIO


@dataclass(frozen=True)
class Owner:
    """Who runs a sweep, on which machine and since when (ISO 8601, with the offset of that machine's clock)."""

    user: str
    host: str
    pid: int
    since: str

    @classmethod
    def this_process(cls) -> Owner:
        """The process that asks, since now."""
        since = datetime.now().astimezone().isoformat(timespec="seconds")
        return cls(_user(), socket.gethostname(), os.getpid(), since)

    @classmethod
    def named_in(cls, lock: BinaryIO) -> Owner | None:
        """The owner that a lock file names; None where it names none, or none that can be read."""
        lock.seek(0)
        try:
            return cls(**json.loads(lock.read()))
        except (ValueError, TypeError):
            return None

    @property
    def is_elsewhere(self) -> bool:
        """Whether it is, or was, a process of another machine."""
        return self.host != socket.gethostname()

    def write(self, lock: BinaryIO) -> None:
        """Names this owner in a lock file, which must be locked."""
        clear(lock)
        lock.write(json.dumps(asdict(self)).encode())

    def __str__(self) -> str:
        """`ann on mars (process 4711, since 2026-11-21 19:13)`."""
        return f"{self.user} on {self.host} (process {self.pid}, since {self.since[:16].replace('T', ' ')})"


def clear(lock: BinaryIO) -> None:
    """Names nobody in a lock file: its owner has come to an end by itself."""
    lock.seek(0)
    lock.truncate()


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number that has no name
        return f"user {os.getuid()}"
