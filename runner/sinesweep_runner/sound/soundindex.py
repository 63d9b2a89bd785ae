"""The waveform store's index: what is known of every sound file, and which entries lie in the store.

A SQLite file, so that two sweeps on one machine may use it at once. Losing it costs time, never a result.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

from sinesweep.dataset import Clip
from sinesweep.errors import DatasetError, SweepFailed

SCHEMA = """
CREATE TABLE IF NOT EXISTS sounds (
    path TEXT, start_s REAL, stop_s REAL, size INTEGER, modified_ns INTEGER, content TEXT,
    rate_hz INTEGER, channels INTEGER, samples INTEGER, peak REAL, clipped REAL, problem TEXT, reason TEXT,
    PRIMARY KEY (path, start_s, stop_s));
CREATE TABLE IF NOT EXISTS entries (name TEXT PRIMARY KEY, bytes INTEGER, used REAL);
"""
WHOLE = -1.0
"""`stop_s` of a clip that ends with its file: SQLite takes no two NULLs for equal."""

Key = tuple[str, float, float]


@dataclass(frozen=True)
class Sound:
    """What is known of one clip's sound.

    Attributes:
        path, start_s, stop_s: the clip; `stop_s` is -1 at the file's end.
        size, modified_ns: of the file when it was read; if either differs now, this knowledge is stale.
        content: SHA-256 of its rate and its mono waveform before resampling; empty for unusable sound.
        rate_hz, channels, samples: as in the file, before resampling.
        peak: the largest absolute value of the mono waveform.
        clipped: share of samples at full scale.
        problem, reason: what is wrong, as in `AudioError`; empty for usable sound.
    """

    path: str
    start_s: float
    stop_s: float
    size: int
    modified_ns: int
    content: str = ""
    rate_hz: int = 0
    channels: int = 0
    samples: int = 0
    peak: float = 0.0
    clipped: float = 0.0
    problem: str = ""
    reason: str = ""

    @property
    def duration_s(self) -> float:
        """Its length."""
        return self.samples / self.rate_hz if self.rate_hz else 0.0


def key_of(clip: Clip) -> Key:
    """What names a clip's sound in the index."""
    return clip.path, clip.start_s, WHOLE if clip.stop_s is None else clip.stop_s


class SoundIndex:
    """The index in one folder; every method is one transaction."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "index.sqlite"

    def sounds(self, paths: Iterable[str]) -> dict[Key, Sound]:
        """What is known of these files, stale or not."""
        wanted = sorted(set(paths))
        found: dict[Key, Sound] = {}
        with self._open() as connection:
            for some in _chunks(wanted):
                marks = ",".join("?" * len(some))
                for row in connection.execute(f"SELECT * FROM sounds WHERE path IN ({marks})", some):
                    found[row[:3]] = Sound(*row)
        return found

    def learn(self, sounds: Sequence[Sound], entries: Sequence[tuple[str, int]]) -> None:
        """Records sounds, and entries as `(name, bytes)`."""
        with self._open() as connection:
            marks = ",".join("?" * 13)
            connection.executemany(f"INSERT OR REPLACE INTO sounds VALUES ({marks})", map(astuple, sounds))
            rows = [(name, size, time.time()) for name, size in entries]
            connection.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?)", rows)

    def entries(self) -> dict[str, int]:
        """The bytes of every entry, the least recently used first."""
        with self._open() as connection:
            return dict(connection.execute("SELECT name, bytes FROM entries ORDER BY used").fetchall())

    def use(self, names: Iterable[str]) -> None:
        """Marks entries as used now."""
        with self._open() as connection:
            connection.executemany(
                "UPDATE entries SET used = ? WHERE name = ?", [(time.time(), name) for name in names]
            )

    def forget(self, names: Iterable[str]) -> None:
        """Drops entries."""
        with self._open() as connection:
            connection.executemany("DELETE FROM entries WHERE name = ?", [(name,) for name in names])

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self.path, timeout=60)) as connection, connection:
                connection.executescript(SCHEMA)
                yield connection
        except sqlite3.OperationalError as reason:
            raise SweepFailed(
                f"{self.path}: the waveform store's index cannot be used: {reason}. Free some space there, or set"
                " SINESWEEP_CACHE to a folder that can be written"
            ) from None
        except sqlite3.DatabaseError as reason:
            raise DatasetError(f"{self.path}: damaged ({reason}). Delete this file; it is made again") from None


def _chunks(items: Sequence[str], size: int = 500) -> Iterator[Sequence[str]]:
    return (items[i : i + size] for i in range(0, len(items), size))
