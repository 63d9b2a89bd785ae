"""What a person names to be predicted: files, folders, patterns, and a list on standard input."""

from __future__ import annotations

import glob
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from sinesweep.errors import ArtifactError

SOUNDS = (".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".au")
"""What counts as sound in a folder. A file that is named itself may be called anything."""

TABLES = (".csv",)
"""The same for a model of vectors."""

LIST = "-"
"""Stands for the names on standard input."""


def files_of(named: Sequence[Path | str], suffixes: Sequence[str] = SOUNDS) -> list[Path]:
    """The files that these names mean, in their order: folders are searched through, at any depth.

    A name that means none is given back itself, a file that is not there or a folder without any: whoever reads it says
    so in its place, and the others are answered.

    Args:
        named: files; folders; patterns such as `dawn/**/*.wav`; `-` for a list on standard input, a name a line.
        suffixes: which files of a folder are meant.

    Raises:
        ArtifactError: a pattern that nothing matches, a list that is empty or none.
    """
    meant = [each for name in named for each in (listed() if str(name) == LIST else [str(name)])]
    return [file for name in meant for path in _matching(name) for file in _files(path, suffixes)]


def suffixes_of(columns: Sequence[str]) -> tuple[str, ...]:
    """The files that a model takes: tables where it takes vectors of these columns, else sounds."""
    return TABLES if columns else SOUNDS


def listed() -> list[str]:
    """The names on standard input, a line each; raises ArtifactError where there are none."""
    given = sys.stdin.buffer.read()
    try:
        text = given.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise ArtifactError(
            "standard input: expected names of files, a line each; this is binary data. A sound itself is named as"
            " a file: sinesweep predict MODEL some.wav"
        )
    names = [line for line in text.splitlines() if line.strip()]
    if not names:
        raise ArtifactError("standard input: expected names of files, a line each; it is empty")
    return names


def _matching(name: str) -> Iterator[Path]:
    """The paths that a pattern matches; a name that is there, or no pattern, is itself."""
    if Path(name).exists() or not glob.has_magic(name):
        yield Path(name)
        return
    found = sorted(glob.glob(name, recursive=True))  # noqa: PTH207 - the pattern may begin anywhere
    if not found:
        raise ArtifactError(f"{name}: nothing matches this pattern; `**` stands for folders at any depth")
    yield from map(Path, found)


def _files(path: Path, suffixes: Sequence[str]) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if file.suffix.lower() in suffixes and file.is_file()) or [path]
