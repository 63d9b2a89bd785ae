"""Unpacking an archive that nobody has looked at: nothing outside its folder, no links, no bombs."""

from __future__ import annotations

import lzma
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from sinesweep_runner.fetch import FetchError

CHUNK = 1 << 20
DAMAGED = (
    tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError
)  # fmt: skip
"""What the standard library raises for archives that are damaged, encrypted, or none at all."""


@dataclass(frozen=True)
class Limits:
    """What an archive may hold.

    Attributes:
        files: entries at most, folders too.
        bytes: unpacked at most.
        ratio: unpacked bytes at most for every packed one, beyond `spare_bytes`. Sound seldom reaches 3.
        spare_bytes: what the ratio does not count.
    """

    files: int = 1_000_000
    bytes: int = 200 << 30
    ratio: float = 20.0
    spare_bytes: int = 64 << 20


@dataclass(frozen=True)
class Entry:
    """One entry of an archive, `size` bytes long; `open` is None for a folder, and `strange` says what else it is."""

    name: str
    size: int
    open: Callable[[], IO[bytes]] | None
    strange: str = ""


def unpack(archive: Path, folder: Path, limits: Limits | None = None) -> None:
    """Unpacks a ZIP or TAR file, packed with gzip, bzip2, xz or not at all, into a new folder.

    Nothing is left of it where it fails. Rights, owners and times of the archive are not taken over.

    Raises:
        FetchError: it is no archive or a damaged one, names a place outside its folder, holds links or devices, or
            more than `limits` allow, or than there is room for.
    """
    folder.mkdir(parents=True)
    try:
        _unpack(archive, folder, limits or Limits())
    except FetchError:
        shutil.rmtree(folder)
        raise
    except DAMAGED as reason:
        shutil.rmtree(folder)
        raise FetchError(f"{archive} cannot be unpacked: {type(reason).__name__}: {reason}") from None


def _unpack(archive: Path, folder: Path, limits: Limits) -> None:
    most = min(limits.bytes, int(archive.stat().st_size * limits.ratio) + limits.spare_bytes)
    free = shutil.disk_usage(folder).free
    count = unpacked = 0
    for entry in _entries(archive):
        count, unpacked = count + 1, unpacked + entry.size
        if count > limits.files:
            raise FetchError(f"{archive} holds more than {limits.files:,} files and was not unpacked")
        if unpacked > most:
            raise FetchError(
                f"{archive} holds more than {most:,} bytes, far more than sound would, and was not unpacked"
            )
        if unpacked > free:
            raise FetchError(f"{archive} needs more than the {free:,} bytes that are free in {folder.parent}")
        _write(entry, folder.joinpath(*_inside(archive, entry)))


def _write(entry: Entry, target: Path) -> None:
    if entry.open is None:
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    left = entry.size
    with entry.open() as source, target.open("wb") as stream:
        while chunk := source.read(CHUNK):
            left -= len(chunk)
            if left < 0:  # its size was counted before; it may not be larger than it said
                raise ValueError(f"'{entry.name}' is larger than the archive says")
            stream.write(chunk)


def _inside(archive: Path, entry: Entry) -> tuple[str, ...]:
    """The parts of an entry's path; raises FetchError where it is no file or folder inside the archive's own folder."""
    if entry.strange:
        raise FetchError(f"{archive} holds {entry.strange}, '{entry.name}', and was not unpacked")
    path = PurePosixPath(entry.name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or any(":" in part or "\0" in part for part in path.parts[:1]):
        raise FetchError(f"{archive} names a place outside its folder, '{entry.name}', and was not unpacked")
    return path.parts


def _entries(archive: Path) -> Iterator[Entry]:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as packed:
            yield from (_zipped(packed, info) for info in packed.infolist())
    else:
        with tarfile.open(archive) as tar:
            yield from (_tarred(tar, info) for info in tar)


def _zipped(packed: zipfile.ZipFile, info: zipfile.ZipInfo) -> Entry:
    kind = stat.S_IFMT(info.external_attr >> 16)
    strange = "" if kind in (0, stat.S_IFREG, stat.S_IFDIR) else "a link" if kind == stat.S_IFLNK else "a device"
    return Entry(info.filename, info.file_size, None if info.is_dir() else lambda: packed.open(info), strange)


def _tarred(tar: tarfile.TarFile, info: tarfile.TarInfo) -> Entry:
    strange = "" if info.isreg() or info.isdir() else "a link" if info.islnk() or info.issym() else "a device"

    def content() -> IO[bytes]:
        stream = tar.extractfile(info)
        if stream is None:
            raise ValueError(f"'{info.name}' has no content")
        return stream

    return Entry(info.name, info.size, None if info.isdir() else content, strange)
