"""Outpost: what a worker keeps on a machine that does not see the driver's folders.

The sound lies in this machine's own waveform store: the first worker asks the driver for what is not in it yet, and the
others wait for that. A folder of its own stands for the sweep's, for one trial at a time. Both are generators that give
what to ask the driver for next, and take what it has sent.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from sinesweep.errors import SweepFailed
from sinesweep.trial import Report
from sinesweep_runner.executors.freight import Order, Parcel, Part, orders
from sinesweep_runner.executors.parting import Parting
from sinesweep_runner.sound.waveforms import WaveformStore

Sent = Sequence[bytes | None]
"""What answers an order."""

Done = TypeVar("Done")

Errand = Generator[Order, Sent | None, Done]
"""What has to be ordered first. It is sent nothing at its beginning, and then what each order has brought."""


def fetch(store: WaveformStore, entries: Mapping[str, int]) -> Errand[None]:
    """Fills a store with entries of the driver's that are not in it.

    Args:
        entries: their bytes, by their path on the driver's machine.

    Raises:
        DatasetError: they are more than the store may hold.
        SweepFailed: an entry has gone from the driver's store; or the disk is full.
        SweepError: the store cannot be written.
    """
    with store.alone():
        lacking = set(store.lacking({Path(path).name: size for path, size in entries.items()}))
        wanted = {path: size for path, size in entries.items() if Path(path).name in lacking}
        for order in orders(wanted):
            contents = yield order
            store.add(_pieces(order, contents or (), wanted))


def _pieces(order: Order, contents: Sent, sizes: Mapping[str, int]) -> Iterator[tuple[str, int, bytes, int]]:
    """What an order has brought, as a store takes it in."""
    for part, content in zip(order.parts, contents, strict=True):
        if content is None or len(content) != part.size:
            raise SweepFailed(f"{part.path} has gone from the waveform store of the driver")
        yield Path(part.path).name, part.start, content, sizes[part.path]


class Outpost:
    """A folder that stands for the sweep's."""

    def __init__(self, home: Path) -> None:
        """Nothing is there yet; `home` is the folder of the sweep on the driver's machine."""
        self._home = home

    def begin(self, names: Sequence[str]) -> Errand[Path]:
        """Makes a fresh folder, with those of the sweep's files of these names that there are."""
        self._here = TemporaryDirectory(prefix="sinesweep-trial-")
        folder = Path(self._here.name)
        contents = yield Order(tuple(Part(str(self._home / name)) for name in names))
        for name, content in zip(names, contents or (), strict=True):
            if content is not None:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(content)
        self._sent = self._stamps()
        return folder

    def parcel(self, event: Report | Parting) -> Parcel:
        """What the trial says, with what it has written meanwhile; after its last word the folder is gone."""
        folder, now = Path(self._here.name), self._stamps()
        fresh = [name for name, stamp in now.items() if self._sent.get(name) != stamp]
        parcel = Parcel(event, {name: (folder / name).read_bytes() for name in fresh})
        self._sent = now
        if isinstance(event, Parting):
            self._here.cleanup()
        return parcel

    def _stamps(self) -> dict[str, tuple[int, int]]:
        """File by file, what is another number where it was written anew."""
        folder = Path(self._here.name)
        files = ((file, file.stat()) for file in sorted(folder.rglob("*")) if file.is_file())
        return {str(file.relative_to(folder)): (status.st_ino, status.st_mtime_ns) for file, status in files}
