"""The ledger: which entries lie in a cache, how large they are, and when each was last used.

A SQLite file, so that several processes on one machine may use it at once. Losing it costs time, never a result.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import ClassVar

from sinesweep.errors import DatasetError, SweepFailed


class Ledger:
    """The ledger in one folder; every method is one transaction."""

    schema: ClassVar[str] = "CREATE TABLE IF NOT EXISTS entries (name TEXT PRIMARY KEY, bytes INTEGER, used REAL);"

    def __init__(self, folder: Path) -> None:
        self.path = folder / "index.sqlite"

    def record(self, entries: Sequence[tuple[str, int]]) -> None:
        """Records entries as `(name, bytes)`, used now."""
        with self.transaction() as connection:
            insert(connection, entries)

    def entries(self) -> dict[str, int]:
        """The bytes of every entry, the least recently used first."""
        with self.transaction() as connection:
            return dict(connection.execute("SELECT name, bytes FROM entries ORDER BY used").fetchall())

    def use(self, names: Iterable[str]) -> None:
        """Marks entries as used now."""
        with self.transaction() as connection:
            connection.executemany(
                "UPDATE entries SET used = ? WHERE name = ?", [(time.time(), name) for name in names]
            )

    def forget(self, names: Iterable[str]) -> None:
        """Drops entries."""
        with self.transaction() as connection:
            connection.executemany("DELETE FROM entries WHERE name = ?", [(name,) for name in names])

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A connection; what is written through it is kept whole or not at all.

        Raises:
            SweepFailed: it cannot be written.
            DatasetError: the file is damaged.
        """
        try:
            with closing(sqlite3.connect(self.path, timeout=60)) as connection, connection:
                connection.executescript(self.schema)
                yield connection
        except sqlite3.OperationalError as reason:
            raise SweepFailed(
                f"{self.path}: the cache's index cannot be used: {reason}. Free some space there, or set"
                " SINESWEEP_CACHE to a folder that can be written"
            ) from None
        except sqlite3.DatabaseError as reason:
            raise DatasetError(f"{self.path}: damaged ({reason}). Delete this file; it is made again") from None


def insert(connection: sqlite3.Connection, entries: Iterable[tuple[str, int]]) -> None:
    """Writes entries as `(name, bytes)`, used now, in the transaction of `connection`."""
    rows = [(name, size, time.time()) for name, size in entries]
    connection.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?)", rows)
