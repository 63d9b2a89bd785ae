"""Selection tables of Raven."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from sinesweep import Clip, Dataset, DatasetError, DatasetReader

BEGIN, END = "Begin Time (s)", "End Time (s)"
TABLES = "*.selections.txt"
SUFFIXES = (".wav", ".flac", ".ogg")


@dataclass(frozen=True)
class Raven(DatasetReader):
    """Recordings and selection tables of Raven (Cornell Lab of Ornithology): `dawn.wav`, `dawn.Table.1.selections.txt`.

    A line with tabs is a clip: where it begins and ends in `dawn.wav`, and what it is. The recording is the group.
    """

    contract: ClassVar[int] = 1

    path: Annotated[str, "the folder of recordings and tables, at any depth"]
    label_column: Annotated[str, "column with what a selection is"] = "Annotation"

    def read(self) -> Dataset:
        """A clip a selection; one that Raven lists in several views counts once."""
        folder = Path(self.path).expanduser().absolute()
        tables = sorted(folder.rglob(TABLES))
        if not tables:
            raise DatasetError(f"{folder}: expected selection tables ({TABLES}) in it or below, found none")
        clips = sorted({clip for table in tables for clip in self._clips(table)}, key=lambda c: (c.path, c.start_s))
        return Dataset(folder.name, tuple(clips), tuple(sorted({clip.label for clip in clips})))

    def _clips(self, table: Path) -> Iterator[Clip]:
        sound = _sound_of(table)
        with table.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream, delimiter="\t"))
        for column in (BEGIN, END, self.label_column):
            if rows and column not in rows[0]:
                raise DatasetError(f"{table} has no column '{column}'; it has {', '.join(rows[0])}")
        for number, row in enumerate(rows, start=2):
            try:
                begin_s, end_s, label = float(row[BEGIN]), float(row[END]), row[self.label_column].strip()
            except (TypeError, ValueError, AttributeError):
                raise DatasetError(f"{table}, row {number}: expected times in seconds and a label") from None
            if not label or not 0 <= begin_s < end_s:
                raise DatasetError(f"{table}, row {number}: '{label}' from {begin_s:g} to {end_s:g} s is no selection")
            yield Clip(str(sound), label, group=sound.stem, start_s=begin_s, stop_s=end_s)


def _sound_of(table: Path) -> Path:
    """The recording that a table belongs to: their names begin alike."""
    stem = table.name.partition(".")[0]
    found = [table.with_name(stem + suffix) for suffix in SUFFIXES if table.with_name(stem + suffix).is_file()]
    if not found:
        raise DatasetError(f"{table}: expected {stem}.wav beside it; there is none")
    return found[0]
