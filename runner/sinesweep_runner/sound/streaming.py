"""Sound in pieces: a file of any length, or a microphone, in memory that does not grow with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sinesweep_runner.sound.audiofile import AudioError, mono, opened

if TYPE_CHECKING:
    import soundfile

BLOCK = 1 << 18
"""Samples of a file that are read at once: 6 s at 44.1 kHz."""


class Resampler:
    """A mono stream at another rate; its pieces together are what `audiofile.resample` makes of the whole."""

    def __init__(self, from_hz: int, to_hz: int) -> None:
        self._stream = None
        self._first, self._given = np.empty(0, np.float32), 0
        if from_hz != to_hz:
            import soxr

            self._stream = soxr.ResampleStream(from_hz, to_hz, 1, dtype="float32", quality="HQ")

    def feed(self, wave: np.ndarray) -> np.ndarray:
        """The next piece, float32 `(n,)` → what can be said by now of the stream at the other rate, `(m,)`."""
        if self._stream is None:
            return wave
        if not self._first.size:
            self._first = wave[:1].copy()
        return self._told(self._stream.resample_chunk(np.ascontiguousarray(wave)))

    def end(self) -> np.ndarray:
        """The rest, when nothing more comes; never is the whole shorter than one sample where there was one."""
        if self._stream is None:
            return self._first
        rest = self._told(self._stream.resample_chunk(np.empty(0, np.float32), last=True))
        return rest if self._given else self._first

    def _told(self, piece: np.ndarray) -> np.ndarray:
        self._given += len(piece)
        return piece


class Recording:
    """A sound file that is read block by block.

    Attributes:
        native_hz: its own rate.
        channels: how many it has; they are mixed down.
        samples: its length at the rate that was asked for, as its header states it.
    """

    def __init__(self, file: soundfile.SoundFile, path: Path, rate_hz: int) -> None:
        self._file, self._path, self._rate_hz = file, path, rate_hz
        self.native_hz, self.channels = file.samplerate, file.channels
        self.samples = max(1, int(file.frames * rate_hz / file.samplerate + 0.5))

    def blocks(self) -> Iterator[np.ndarray]:
        """The sound, float32 `(n,)` a block, together what `audiofile.read` gives; raises AudioError as that does."""
        resampler = Resampler(self.native_hz, self._rate_hz)
        # Not `SoundFile.blocks`: of a file that was cut off it gives as many samples as its header promises.
        while len(channels := self._file.read(BLOCK, dtype="float32", always_2d=True)):
            yield resampler.feed(mono(channels, self._path))
        yield resampler.end()


@contextmanager
def recording(path: Path, rate_hz: int) -> Iterator[Recording]:
    """A sound file, to be read at `rate_hz`.

    Raises:
        AudioError: it cannot be read, or holds no usable sound; perhaps only when its blocks are read.
    """
    with opened(path) as file:
        if not file.frames:
            raise AudioError(str(path), "no_samples", "it has no samples")
        yield Recording(file, path, rate_hz)
