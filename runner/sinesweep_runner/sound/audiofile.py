"""One sound file, or a part of one, as a mono waveform."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sinesweep.errors import DatasetError

if TYPE_CHECKING:
    import soundfile


class AudioError(DatasetError):
    """A file that gives no usable sound.

    Attributes:
        path: the file.
        kind: missing, unreadable, empty, undecodable, no_samples or not_finite.
        reason: what is wrong with it, without its name.
    """

    def __init__(self, path: str, kind: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path, self.kind, self.reason = path, kind, reason


def read(path: str | Path, rate_hz: int, start_s: float = 0.0, stop_s: float | None = None) -> np.ndarray:
    """A file, or a part of it, as float32 `(samples,)`: the mean of its channels, resampled to `rate_hz`.

    Raises:
        AudioError: the file cannot be read, or holds no usable sound.
    """
    channels, native_hz = decode(path, start_s, stop_s)
    return resample(mono(channels, path), native_hz, rate_hz)


def decode(path: str | Path, start_s: float = 0.0, stop_s: float | None = None) -> tuple[np.ndarray, int]:
    """A file, or a part of it, as it is: float32 `(samples, channels)`, and its rate in Hz.

    Raises:
        AudioError: missing, unreadable, empty, undecodable, or no samples between `start_s` and `stop_s`.
    """
    with opened(path) as file:
        rate_hz, length_s = file.samplerate, file.frames / file.samplerate
        start = min(round(start_s * rate_hz), file.frames)
        file.seek(start)
        frames = -1 if stop_s is None else max(0, round(stop_s * rate_hz) - start)
        wave = file.read(frames, dtype="float32", always_2d=True)
    if not len(wave):
        part = f" from {start_s:g} s on; the file is {length_s:g} s long" if start_s or stop_s is not None else ""
        raise AudioError(str(path), "no_samples", f"it has no samples{part}")
    return wave, rate_hz


@contextmanager
def opened(path: str | Path) -> Iterator[soundfile.SoundFile]:
    """A sound file, to be read from.

    Raises:
        AudioError: missing, unreadable, empty or undecodable, now or while it is read.
    """
    import soundfile

    _check_there(Path(path))
    try:
        with soundfile.SoundFile(str(path)) as file:
            yield file
    except (soundfile.SoundFileError, TypeError) as reason:  # TypeError: a headerless format
        raise AudioError(str(path), "undecodable", _why_undecodable(Path(path), reason)) from None


def mono(channels: np.ndarray, path: str | Path = "") -> np.ndarray:
    """The mean of the channels, `(samples, channels)` → `(samples,)`.

    Raises:
        AudioError: samples that are not finite numbers.
    """
    wave = channels[:, 0] if channels.shape[1] == 1 else channels.mean(axis=1, dtype=np.float32)
    if not np.isfinite(wave).all():
        bad = int(np.count_nonzero(~np.isfinite(channels).all(axis=1)))
        raise AudioError(str(path), "not_finite", f"{bad} of {len(wave)} samples in it are NaN or infinite")
    return wave


def resample(wave: np.ndarray, from_hz: int, to_hz: int) -> np.ndarray:
    """A mono waveform at another rate (soxr, high quality); never shorter than one sample."""
    if from_hz == to_hz:
        return np.ascontiguousarray(wave, np.float32)
    import soxr

    resampled = soxr.resample(wave, from_hz, to_hz, quality="HQ")
    return resampled if len(resampled) else wave[:1]


def native_length(path: str | Path) -> tuple[int, float]:
    """Rate in Hz and length in seconds as the file's header states them; `(0, 0.0)` where it cannot be read."""
    import soundfile

    try:
        header = soundfile.info(str(path))
    except (soundfile.SoundFileError, TypeError):
        return 0, 0.0
    return header.samplerate, header.duration


def _check_there(path: Path) -> None:
    try:
        with path.open("rb") as file:
            empty = not file.read(1)
    except FileNotFoundError:
        raise AudioError(str(path), "missing", "there is no such file") from None
    except OSError as reason:
        raise AudioError(str(path), "unreadable", f"it cannot be read: {reason.strerror}") from None
    if empty:
        raise AudioError(str(path), "empty", "the file is empty (0 bytes)")


def _why_undecodable(path: Path, reason: Exception) -> str:
    with path.open("rb") as file:
        head = file.read(256)
    if all(byte >= 32 or byte in b"\t\r\n" for byte in head):
        promised = (mimetypes.guess_type(path)[0] or "").startswith("audio/")
        return f"it cannot be decoded: it holds text, not sound{', in spite of its name' if promised else ''}"
    detail = getattr(reason, "error_string", str(reason)).rstrip(".")
    return f"it cannot be decoded ({detail}); expected WAV, FLAC, OGG or MP3"
