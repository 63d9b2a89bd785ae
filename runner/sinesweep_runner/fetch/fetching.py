"""Fetching one data set: say whose it is, download, check, unpack, and remember where it came from."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sinesweep.files import write_atomically
from sinesweep_runner.fetch import FetchError
from sinesweep_runner.fetch.archives import Archive, RemoteFile
from sinesweep_runner.fetch.download import Progress, download
from sinesweep_runner.fetch.unpack import Limits, unpack

ARCHIVES = "archives"
SOURCE = "SOURCE.json"
"""In the folder of every data set that was fetched: which files it is made of, with licence and citation."""


def fetch(
    archive: Archive,
    folder: Path,
    say: Callable[[str], None],
    progress: Callable[[str], Progress],
    parts: Sequence[str] = (),
    keep: bool = False,
    limits: Limits | None = None,
) -> Path:
    """Downloads and unpacks a data set; what is there already is not fetched again.

    Args:
        archive: which data set.
        folder: the folder to unpack it in; made where there is none.
        say: told what a person should read, a line each: licence and citation first.
        progress: given a file's name, a callback for its download.
        parts: the parts to fetch; all by default.
        keep: keep the archives, in the folder's own `archives`, when they are unpacked.
        limits: what an archive may hold.

    Returns:
        The folder that the data set's reader wants.

    Raises:
        FetchError: there is nothing to download, the folder holds something else, or a file cannot be downloaded,
            is not the one that was published, or is not safe to unpack.
    """
    files = archive.choose(parts)
    source = _source(archive, folder)
    archives = folder / ARCHIVES
    archives.mkdir(exist_ok=True)
    for line in (archive.title, f"licence:  {archive.licence}", f"citation: {archive.citation}"):
        say(line)
    for file in files:
        if any(file.name == there["name"] for there in source["files"]):
            say(f"{file.name} is there already")
            continue
        packed = download(file, archives, progress(file.name))
        digest = _sha256(packed)
        say(_checked(file, digest))
        _unpack_into(packed, folder, limits)
        source["files"].append(asdict(file) | {"sha256": digest})
        _remember(source, folder)
        if not keep:
            packed.unlink()
    if not any(archives.iterdir()):
        archives.rmdir()
    return folder / archive.path


def _source(archive: Archive, folder: Path) -> dict[str, Any]:
    """What the folder is known to hold; makes the folder where there is none."""
    fresh = {"name": archive.name, "licence": archive.licence, "citation": archive.citation, "files": []}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not any(folder.iterdir()):
            _remember(fresh, folder)
    except OSError as reason:
        raise FetchError(f"{folder} cannot be used: {reason}; name another folder with --out") from None
    if not (folder / SOURCE).is_file():
        raise FetchError(f"{folder} is not empty, and not made by this command; name another folder with --out")
    try:
        found: dict[str, Any] = json.loads((folder / SOURCE).read_text(encoding="utf-8"))
    except ValueError as reason:
        raise FetchError(f"{folder / SOURCE} cannot be read: {reason}; name another folder with --out") from None
    if found.get("name") != archive.name or not isinstance(found.get("files"), list):
        raise FetchError(f"{folder} holds the data set '{found.get('name')}'; name another folder with --out")
    return found


def _remember(source: dict[str, Any], folder: Path) -> None:
    write_atomically(folder / SOURCE, json.dumps(source, indent=1, ensure_ascii=False) + "\n")


def _unpack_into(packed: Path, folder: Path, limits: Limits | None) -> None:
    """Unpacks beside the folder's content first, so that it never holds half an archive."""
    fresh = packed.with_name(f"{packed.name}.unpacked")
    shutil.rmtree(fresh, ignore_errors=True)
    unpack(packed, fresh, limits)
    names = [path.name for path in fresh.iterdir()]
    clash = [name for name in names if (folder / name).exists()]
    if clash:
        shutil.rmtree(fresh)
        raise FetchError(f"{packed} holds '{clash[0]}', which is in {folder} already; remove it, and try again")
    for name in names:
        (fresh / name).rename(folder / name)
    fresh.rmdir()


def _checked(file: RemoteFile, digest: str) -> str:
    if file.hash is None:
        return f"{file.name}: no hash of it has been published, so it was not checked; its SHA-256 is {digest}"
    kind = file.hash.partition(":")[0].upper().replace("SHA256", "SHA-256")
    return f"{file.name}: the {kind} is the published one ({file.hash_source}); SHA-256 {digest}"


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
