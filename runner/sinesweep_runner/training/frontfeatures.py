"""Front features: what a front end that learns nothing gives for all windows, kept for all workers and later sweeps.

An entry is one array, which every process maps into its memory. It is named by the sound, the length of a window, the
front end with its settings and all its code, and by what the last bits follow from: the versions of the libraries, the
processor, and the threads. So a trial comes to the same numbers whether it finds an entry or makes it.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from sinesweep.contract import FrontEnd, Shape
from sinesweep.errors import SinesweepError
from sinesweep.identity import surroundings
from sinesweep.lengths import Length
from sinesweep_runner import backend
from sinesweep_runner.cache.alone import alone
from sinesweep_runner.cache.entries import HEADER_BYTES
from sinesweep_runner.training import featurecache

LARGEST_SHARE = 1 / 8
"""An entry may take so much of the cache: larger ones would be evicted before anybody finds them."""


class FrontFeatures:
    """The features of the windows of some clips.

    Attributes:
        kept: the cache may hold them; else they are computed whenever they are asked for.
    """

    def __init__(
        self,
        front: FrontEnd,
        name: str,
        waveforms: Sequence[str],
        length: Length,
        shape: Shape,
        compute: Callable[[], np.ndarray],
    ) -> None:
        """Nothing is computed yet.

        Args:
            front: the extractor.
            name: its name in the registry.
            waveforms: of each clip its entry in the waveform store, which is named by its content.
            length: how windows are cut from them.
            shape: of the whole array, `(windows, …)`.
            compute: gives it, float32.

        Raises:
            SweepError: the limit of the cache is no number.
        """
        self._compute, self._shape = compute, shape
        self._bytes = HEADER_BYTES + 4 * math.prod(shape)
        self._entries, self._ledger = featurecache.opened()
        code = surroundings(front)
        tools = [*map(" ".join, backend.versions().items()), backend.processor(), str(backend.threads())]
        words = [featurecache.prefix(front, name, length, tools), code, *(Path(each).name for each in waveforms)]
        self._name = hashlib.sha256("\n".join(words).encode()).hexdigest() + ".npy"
        self.kept = bool(code) and self._bytes <= LARGEST_SHARE * self._entries.limit_bytes

    def ready(self) -> np.ndarray:
        """All of them, not to be written to; computed only where no process has done so. Raises what `compute` does."""
        if not self.kept:
            return self._compute()
        found = self._found()
        if found is None:
            with alone(featurecache.folder() / "locks", self._name):
                found = self._found()
                if found is None:
                    found = self._compute()
                    self._keep(found)
        return found

    def fill(self) -> None:
        """Computes what is not in the cache yet. Raises as `ready` does."""
        self.ready()

    def _found(self) -> np.ndarray | None:
        """The entry, where it is there and whole. It stays readable even if it is evicted meanwhile."""
        # A cache that cannot be used ends no trial: they are computed anew.
        with suppress(SinesweepError, OSError, ValueError):
            if self._entries.present([self._name]):
                self._ledger.use([self._name])
                values = np.asarray(np.load(self._entries.place(self._name), mmap_mode="r"))
                if (values.shape, values.dtype) == (self._shape, np.float32):
                    return values
        return None

    def _keep(self, values: np.ndarray) -> None:
        row = [(self._name, self._bytes)]
        with suppress(SinesweepError):  # a full disk ends no trial either
            self._entries.make_folders()
            self._entries.make_room({}, self._bytes)
            # Recorded before it is written: a process that dies leaves no file that nobody knows of.
            self._ledger.record(row)
            self._entries.write(self._name, values)
            self._ledger.record(row)  # another process may have needed the room meanwhile
