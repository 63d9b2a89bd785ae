"""Windows out of a stream of samples, each as soon as it is whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from sinesweep.errors import ArtifactError
from sinesweep.lengths import Length


def hop_of(length: Length, hop_s: float | None) -> int:
    """The samples from one window to the next: those asked for, else the model's own, else half a window.

    Raises:
        ArtifactError: none at all, or so many that sound between two windows would not be heard.
    """
    if hop_s is None:
        return length.hop if length.policy == "windows" else -(-length.samples // 2)
    if not 1 <= hop_s * length.rate_hz <= length.samples:
        raise ArtifactError(
            f"the model hears windows of {length.seconds:g} s; expected a hop of more than 0 s and at most"
            f" {length.seconds:g} s from one to the next, so that no sound is skipped; got {hop_s:g} s"
        )
    return round(hop_s * length.rate_hz)


class Windower:
    """Cuts a stream into windows of `length.samples` samples, one every `hop`.

    The last window ends with the stream, so it may overlap its neighbour more than the others do. A stream shorter
    than a window is filled up as `length` says.
    """

    def __init__(self, length: Length, hop: int) -> None:
        self._length, self._hop = length, hop
        self._kept = np.empty(0, np.float32)
        self._from = 0  # where in the stream the kept samples begin
        self._next = 0  # where the next window begins

    def feed(self, wave: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
        """The next samples, float32 `(n,)` → the windows that they complete: beginning in samples, and sound."""
        self._kept = np.concatenate([self._kept, wave])
        while self._next + self._length.samples <= self._from + len(self._kept):
            yield self._next, self._window(self._next)
            self._next += self._hop
        # So much is kept that the last window can be cut from it.
        passed = min(self._next - self._from, len(self._kept) - self._length.samples)
        if passed > 0:
            self._kept, self._from = self._kept[passed:], self._from + passed

    def end(self) -> Iterator[tuple[int, np.ndarray]]:
        """The last window, where samples are left that no other had."""
        heard = self._from + len(self._kept)
        if heard < self._length.samples and heard:
            yield 0, self._length.window(self._kept, 0)
        elif heard and self._next - self._hop + self._length.samples < heard:
            yield heard - self._length.samples, self._window(heard - self._length.samples)

    def _window(self, start: int) -> np.ndarray:
        return self._kept[start - self._from :][: self._length.samples]


def windows(blocks: Iterable[np.ndarray], length: Length, hop: int) -> Iterator[tuple[int, np.ndarray]]:
    """All windows of a stream, one every `hop` samples: beginning in samples, and sound."""
    windower = Windower(length, hop)
    for block in blocks:
        yield from windower.feed(block)
    yield from windower.end()


def only_window(blocks: Iterable[np.ndarray], length: Length, samples: int) -> np.ndarray:
    """The one window that any policy but `windows` hears of a stream of so many samples, float32."""
    start = max(0, samples - length.samples) // 2 if length.policy == "crop" else 0
    heard: list[np.ndarray] = []
    for block in blocks:
        heard.append(block[start:])
        start = max(0, start - len(block))
        if sum(map(len, heard)) >= length.samples:
            break
    return length.window(np.concatenate(heard)[: length.samples], 0)
