"""Windows: the waveforms of clips at the length that a network sees, read from disk as they are asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sinesweep.lengths import Length

MEMORY_BYTES = 2 * 2**30
"""Sound or features that take more than this are read or computed again instead of being kept."""


class Windows:
    """All windows of some clips: `windows[rows]` is float32 `(rows, samples)`.

    Attributes:
        owners: the clip that each row was cut from; the rows of a clip follow one another.
        numbers: which of its clip's windows each row is, counted from 0.
    """

    def __init__(self, waveforms: Sequence[str], clips: Sequence[int], length: Length) -> None:
        self._waveforms, self._length = waveforms, length
        counts = [length.count(len(np.load(waveforms[clip], mmap_mode="r"))) for clip in clips]
        self.owners = np.repeat(np.asarray(clips, dtype=np.int64), counts)
        self.numbers = np.concatenate([np.arange(count) for count in counts])

    def __len__(self) -> int:
        return len(self.owners)

    def __getitem__(self, rows: np.ndarray) -> np.ndarray:
        batch = np.empty((len(rows), self._length.samples), np.float32)
        for place, row in enumerate(rows):
            wave = np.load(self._waveforms[self.owners[row]], mmap_mode="r")
            batch[place] = self._length.window(wave, int(self.numbers[row]))
        return batch

    def rows_of(self, clips: Sequence[int]) -> np.ndarray:
        """The rows that were cut from these clips."""
        return np.flatnonzero(np.isin(self.owners, clips))

    def size_bytes(self) -> int:
        """What all windows would take in memory."""
        return len(self) * self._length.samples * 4
