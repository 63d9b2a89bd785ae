"""Host features: computed once for every clip, and kept for all workers and all later sweeps.

An entry holds the features of all windows of one clip. It is named by the sound, the length of a window, the extractor
with its settings and its code, and the versions of its tools: what any of them would change is another entry.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np

from sinesweep.contract import HostExtractor
from sinesweep.errors import Infeasible
from sinesweep.lengths import Length
from sinesweep_runner.cache.alone import alone
from sinesweep_runner.cache.entries import HEADER_BYTES
from sinesweep_runner.training import featurecache
from sinesweep_runner.training.batches import Source
from sinesweep_runner.training.extraction import extract, in_threads
from sinesweep_runner.training.shapes import shape_of
from sinesweep_runner.training.windows import Windows


class HostFeatures:
    """The features of the windows of some clips: `features[rows]` is float32 `(rows, *shape)`.

    Attributes:
        kept: the cache may hold them.
    """

    def __init__(
        self, front: HostExtractor, name: str, windows: Windows, waveforms: Sequence[str], length: Length
    ) -> None:
        """Nothing is computed yet.

        Args:
            front: the extractor.
            name: its name in the registry.
            windows: the rows.
            waveforms: entries of the waveform store, which are named by their content; `windows` were cut from them.
            length: how they were cut.

        Raises:
            SweepError: the limit of the cache is no number.
        """
        self._front, self._name, self._windows = front, name, windows
        self._waveforms, self._length = waveforms, length
        self._shape = shape_of(front, name, length.rate_hz, length.samples)
        self._entries, self._ledger = featurecache.opened()
        counts = Counter(windows.owners.tolist())
        prefix = featurecache.prefix(front, name, length, [version(tool) for tool in front.tools])
        self._turn = hashlib.sha256(prefix.encode()).hexdigest()
        self._names = {clip: _entry(prefix, waveforms[clip]) for clip in counts}
        row_bytes = 4 * math.prod(self._shape)
        self._bytes = {self._names[clip]: HEADER_BYTES + row_bytes * count for clip, count in counts.items()}
        self.kept = sum(self._bytes.values()) <= self._entries.limit_bytes

    def ready(self, in_memory: bool) -> Source:
        """Computes what is not in the cache yet; gives the features of all rows, in memory or on disk.

        Raises:
            Infeasible: they fit neither into memory nor into the cache.
            PluginFault: the extractor does not keep its promise.
            SweepFailed, SweepError: the cache cannot be written.
        """
        if self.kept:
            self.fill()
            return self[np.arange(len(self._windows))] if in_memory else self
        if in_memory:
            return np.concatenate(list(in_threads(self._compute, self._names)))
        raise Infeasible(
            f"features '{self._name}' of all clips need {sum(self._bytes.values()) / 1e9:.2g} GB, more than memory"
            f" should hold and more than the {self._entries.limit_bytes / 1e9:.2g} GB that"
            f" {featurecache.LIMIT_VARIABLE} allows on disk; take fewer frames or bins, or allow more"
        )

    def fill(self) -> None:
        """Computes what is not in the cache yet. Raises as `ready` does, but not Infeasible."""
        with alone(featurecache.folder() / "locks", self._turn):
            self._fill()

    def __getitem__(self, rows: np.ndarray) -> np.ndarray:
        batch = np.empty((len(rows), *self._shape), np.float32)
        for place, row in enumerate(rows):
            batch[place] = self._of(int(self._windows.owners[row]))[self._windows.numbers[row]]
        return batch

    def _of(self, clip: int) -> np.ndarray:
        try:
            return np.load(self._entries.place(self._names[clip]), mmap_mode="r")
        except FileNotFoundError:  # another sweep has needed the room meanwhile
            return self._compute(clip)

    def _fill(self) -> None:
        self._entries.make_folders()
        present = self._entries.present(self._bytes.keys())
        # Equal sounds have one entry.
        lacking = {name: clip for clip, name in self._names.items() if name not in present}
        bytes_of = self._bytes.__getitem__
        self._entries.make_room({name: bytes_of(name) for name in present}, sum(map(bytes_of, lacking)))
        # Recorded before they are written: a worker that dies leaves no file that nobody knows of.
        self._ledger.record([(name, bytes_of(name)) for name in lacking])
        for _ in in_threads(lambda name: self._entries.write(name, self._compute(lacking[name])), lacking):
            pass
        self._ledger.record(list(self._bytes.items()))

    def _compute(self, clip: int) -> np.ndarray:
        wave = np.load(self._waveforms[clip], mmap_mode="r")
        return extract(self._front, self._name, self._length.windows(wave), self._length)


def _entry(prefix: str, waveform: str) -> str:
    return hashlib.sha256(f"{prefix} {Path(waveform).name}".encode()).hexdigest() + ".npy"
