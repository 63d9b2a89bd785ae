"""The sounds of a folder that a setting names: found and checked before work starts, read when a layer is built."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from sinesweep.errors import PluginError
from sinesweep_plugins.datasets._files import SUFFIXES


def check_sounds(folder: str) -> None:
    """Sees that `folder` has sounds in it, and that the head of each can be read; raises PluginError otherwise."""
    import soundfile

    for file in sound_files(Path(folder)):
        try:
            frames = soundfile.info(str(file)).frames
        except (soundfile.SoundFileError, TypeError) as reason:  # TypeError: a headerless format
            raise PluginError(f"folder: {file} cannot be read: {reason}. Mend or remove it") from None
        if not frames:
            raise PluginError(f"folder: {file} has no samples. Mend or remove it")


def sound_files(folder: Path) -> list[Path]:
    """All sound files in a folder and below, sorted by their path below it.

    Raises:
        PluginError: there is no such folder, or no sound in it.
    """
    place = folder.expanduser()
    if not place.is_dir():
        what = "a file" if place.exists() else "no folder"
        raise PluginError(f"folder: {place.absolute()} is {what}; expected a folder of sounds ({', '.join(SUFFIXES)})")
    found = [file for file in place.rglob("*") if file.suffix.lower() in SUFFIXES and not file.name.startswith(".")]
    if not found:
        raise PluginError(
            f"folder: {place.absolute()} holds no sound; expected files that end in {', '.join(SUFFIXES)}"
        )
    return sorted(found, key=lambda file: file.relative_to(place).as_posix())


def read_sounds(folder: Path, rate_hz: int, most: int, longest_s: float) -> list[np.ndarray[Any, Any]]:
    """The sounds of a folder, float32 `(samples,)` each: the mean of its channels, resampled to `rate_hz`.

    Args:
        folder: as `sound_files` takes it.
        rate_hz: the rate to bring them to.
        most: how many are read; where there are more, some from all over the folder.
        longest_s: how much is read in all; where they are longer, the beginning of each, the same share.

    Raises:
        PluginError: no sound can be found, or one cannot be read.
    """
    found = sound_files(folder)
    files = found[:: math.ceil(len(found) / most)]
    return [_read(file, rate_hz, longest_s / len(files)) for file in files]


def _read(file: Path, rate_hz: int, longest_s: float) -> np.ndarray[Any, Any]:
    import soundfile
    import soxr

    try:
        with soundfile.SoundFile(str(file)) as sound:
            native_hz = sound.samplerate
            channels = sound.read(max(1, round(longest_s * native_hz)), dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, TypeError) as reason:
        raise PluginError(f"{file} cannot be read: {reason}") from None
    wave = channels.mean(axis=1, dtype=np.float32)
    if not len(wave) or not np.isfinite(wave).all():
        raise PluginError(f"{file} has no samples, or some that are NaN or infinite")
    resampled = wave if native_hz == rate_hz else soxr.resample(wave, native_hz, rate_hz, quality="HQ")
    return np.asarray(resampled if len(resampled) else wave[:1], np.float32)
