"""The waveform store's index: what is known of every sound file, and which entries lie in the store.

A SQLite file, so that two sweeps on one machine may use it at once. Losing it costs time, never a result.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields

from sinesweep.dataset import Clip
from sinesweep_runner.cache.ledger import Ledger, insert

SOUNDS = """
CREATE TABLE IF NOT EXISTS heard (
    path TEXT, start_s REAL, stop_s REAL, size INTEGER, modified_ns INTEGER, content TEXT,
    rate_hz INTEGER, channels INTEGER, samples INTEGER, peak REAL, clipped REAL, problem TEXT, reason TEXT,
    promised_s REAL,
    PRIMARY KEY (path, start_s, stop_s));
"""
"""An older Sinesweep keeps a narrower table beside it, `sounds`."""

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
        promised_s: how long its file says that it is, where it ends before; else 0.
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
    promised_s: float = 0.0

    @property
    def duration_s(self) -> float:
        """Its length."""
        return self.samples / self.rate_hz if self.rate_hz else 0.0


def key_of(clip: Clip) -> Key:
    """What names a clip's sound in the index."""
    return clip.path, clip.start_s, WHOLE if clip.stop_s is None else clip.stop_s


class SoundIndex(Ledger):
    """The ledger of the waveform store, with what is known of every sound file; every method is one transaction."""

    schema = Ledger.schema + SOUNDS

    def sounds(self, paths: Iterable[str]) -> dict[Key, Sound]:
        """What is known of these files, stale or not."""
        wanted = sorted(set(paths))
        found: dict[Key, Sound] = {}
        with self.transaction() as connection:
            for some in _chunks(wanted):
                marks = ",".join("?" * len(some))
                for row in connection.execute(f"SELECT * FROM heard WHERE path IN ({marks})", some):
                    found[row[:3]] = Sound(*row)
        return found

    def learn(self, sounds: Sequence[Sound], entries: Sequence[tuple[str, int]]) -> None:
        """Records sounds, and entries as `(name, bytes)`."""
        with self.transaction() as connection:
            marks = ",".join("?" * len(fields(Sound)))
            connection.executemany(f"INSERT OR REPLACE INTO heard VALUES ({marks})", map(astuple, sounds))
            insert(connection, entries)


def _chunks(items: Sequence[str], size: int = 500) -> Iterator[Sequence[str]]:
    return (items[i : i + size] for i in range(0, len(items), size))
