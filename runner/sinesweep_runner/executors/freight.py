"""Freight: what passes between the driver and workers on machines that do not see its folders.

Such a worker asks for what it lacks with an `Order`: entries of the waveform store, in pieces that a small object store
can hold, and the checkpoint that a trial goes on from. What it writes comes home in a `Parcel`, with the trial's next
word: one that dies costs the epoch that it was in and, as that epoch's report was to bring the checkpoint of the one
before, that one too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sinesweep.errors import SweepFailed
from sinesweep.files import write_atomically
from sinesweep.trial import Report
from sinesweep_runner.executors.parting import Parting
from sinesweep_runner.sweepfolder import SweepFolder
from sinesweep_runner.training.material import Material

PIECE_BYTES = 8 * 2**20
"""So much is sent at a time."""


@dataclass(frozen=True)
class Home:
    """What the driver sees.

    Attributes:
        folder: the sweep's.
        mark: what tells it from every other folder of that path.
        entries: the bytes of every entry of the waveform store that trials read, by its path; none where Ray runs on
            this machine alone, so that nobody need look for them.
    """

    folder: Path
    mark: bytes
    entries: Mapping[str, int]

    @classmethod
    def of(cls, folder: Path, material: Material, alone: bool) -> Home:
        """The home of a sweep; raises SweepFailed where an entry is not there any more."""
        paths = set() if alone else {material.waveforms[clip] for clip in material.clips()}
        try:
            return cls(folder, SweepFolder(folder).mark(), {path: Path(path).stat().st_size for path in sorted(paths)})
        except FileNotFoundError as gone:
            raise SweepFailed(
                f"{gone.filename} has gone from the waveform store: another sweep has needed the room. Go on with:"
                f" sinesweep resume {folder}"
            ) from None

    def folder_is_seen(self) -> bool:
        """Whether this machine sees the sweep's folder, and no other of that path."""
        return self.folder.is_dir() and SweepFolder(self.folder).mark() == self.mark

    def entries_are_seen(self) -> bool:
        """Whether this machine sees every entry under the driver's path."""
        return all(_bytes(Path(path)) == size for path, size in self.entries.items())


@dataclass(frozen=True)
class Part:
    """A part of a file of the driver's, from `start` on; up to its end where `size` is -1."""

    path: str
    start: int = 0
    size: int = -1


@dataclass(frozen=True)
class Order:
    """What a worker asks for; it is sent the bytes of each part, None where there is no file to read."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Parcel:
    """What a trial says, with the files that it has written since it last said something, by their name in the folder
    of the sweep."""

    event: Report | Parting
    files: Mapping[str, bytes]


def orders(sizes: Mapping[str, int]) -> Iterator[Order]:
    """Asks for whole files of so many bytes, the parts of each in their order, `PIECE_BYTES` at a time."""
    parts: list[Part] = []
    room = PIECE_BYTES
    for path, size in sizes.items():
        start = 0
        while start < size:
            parts.append(Part(path, start, min(room, size - start)))
            start, room = start + parts[-1].size, room - parts[-1].size
            if not room:
                yield Order(tuple(parts))
                parts, room = [], PIECE_BYTES
    if parts:
        yield Order(tuple(parts))


def packed(order: Order) -> list[bytes | None]:
    """What was asked for."""
    return [_read(part) for part in order.parts]


def unpacked(said: Report | Parting | Order | Parcel, folder: Path) -> Report | Parting | Order:
    """What a worker says without its parcel, whose files are written into the sweep's folder.

    Raises:
        OSError: they cannot be written.
    """
    if not isinstance(said, Parcel):
        return said
    for name, content in said.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_atomically(folder / name, content)
    return said.event


def _read(part: Part) -> bytes | None:
    try:
        with Path(part.path).open("rb") as file:
            file.seek(part.start)
            return file.read(part.size)
    except OSError:
        return None


def _bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
