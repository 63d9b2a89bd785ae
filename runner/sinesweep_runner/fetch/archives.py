"""The archives of public data sets that can be fetched: a table, read from `archives.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from sinesweep.errors import did_you_mean
from sinesweep_runner.fetch import FetchError


@dataclass(frozen=True)
class RemoteFile:
    """One file of a data set.

    Attributes:
        name: what it is called on disk.
        url: where it is.
        part: the part of the data set that it holds; empty where there is one part only.
        hash: `sha256:…` or `md5:…`; None where nobody has published one.
        hash_source: who published the hash.
        bytes: its size; None where it is not known beforehand.
    """

    name: str
    url: str
    part: str = ""
    hash: str | None = None
    hash_source: str = ""
    bytes: int | None = None


@dataclass(frozen=True)
class Archive:
    """A public data set.

    Attributes:
        name: what a person types.
        title: what it is, in a line.
        licence, citation: what whoever uses it has to know.
        reader: the `data.reader` that reads it.
        path: the folder that the reader wants, below the one that the archive is unpacked in.
        files: what to download.
        by_hand: how to get it where there is nothing to download.
    """

    name: str
    title: str
    licence: str
    citation: str
    reader: str
    path: str = ""
    files: tuple[RemoteFile, ...] = ()
    by_hand: str = ""

    def choose(self, parts: Sequence[str]) -> tuple[RemoteFile, ...]:
        """The files of these parts; of all where none is named.

        Raises:
            FetchError: there is no such part, or nothing to download.
        """
        if not self.files:
            raise FetchError(f"'{self.name}' cannot be downloaded: {self.by_hand}")
        known = [file.part for file in self.files if file.part]
        for part in parts:
            if part not in known:
                raise FetchError(f"'{self.name}' has no part '{part}'.{did_you_mean(part, set(known))}")
        return tuple(file for file in self.files if not parts or file.part in parts)


@cache
def known() -> Mapping[str, Archive]:
    """All data sets that can be fetched, by name."""
    text = files("sinesweep_runner.fetch").joinpath("archives.toml").read_text(encoding="utf-8")
    return {name: _archive(name, entry) for name, entry in tomllib.loads(text).items()}


def find(name: str) -> Archive:
    """The data set of that name; raises FetchError where it is unknown."""
    if name not in known():
        raise FetchError(f"no data set '{name}' can be fetched.{did_you_mean(name, known())}")
    return known()[name]


def _archive(name: str, entry: dict[str, Any]) -> Archive:
    remote = tuple(RemoteFile(**file) for file in entry.pop("files", ()))
    return Archive(name=name, files=remote, **entry)
