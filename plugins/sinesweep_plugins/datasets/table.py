"""A table of clips in a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from sinesweep.contract import DatasetReader
from sinesweep.dataset import Clip, Dataset
from sinesweep.errors import DatasetError, did_you_mean
from sinesweep_plugins.datasets._files import table_of

Row = Mapping[str, str | None]


@dataclass(frozen=True)
class Table(DatasetReader):
    """A CSV file with a line a clip: path and label, and perhaps group, fold, start and stop."""

    path: Annotated[str, "the CSV file, UTF-8, its first line the names of the columns"]
    root: Annotated[str | None, "the folder that paths in the table begin in; default: the folder of the table"] = None
    path_column: Annotated[str, "column with the sound file"] = "path"
    label_column: Annotated[str, "column with the class"] = "label"
    group_column: Annotated[str, "column with speaker, recording or source; may be missing"] = "group"
    fold_column: Annotated[str, "column with the published fold; may be missing"] = "fold"
    start_column: Annotated[str, "s", "column with the beginning of the clip in its file; may be missing"] = "start"
    stop_column: Annotated[str, "s", "column with the end of the clip in its file; may be missing"] = "stop"

    def read(self) -> Dataset:
        """A clip a row; all rows with problems are told at once."""
        file = Path(self.path).expanduser().absolute()
        rows = _rows(file)
        self._check_columns(file, rows[0])
        # The table lies in the folder of the sweep file, so a root in it counts from there too.
        root = file.parent / Path(self.root or "").expanduser()
        clips, problems = [], []
        for number, row in enumerate(rows, start=2):
            try:
                clips.append(self._clip(row, root))
            except ValueError as reason:
                problems.append(f"{file}, row {number}: {reason}")
        if problems:
            more = [f"… and {len(problems) - 10} more rows"] if len(problems) > 10 else []
            raise DatasetError("\n".join([*problems[:10], *more]))
        return table_of(file.stem, clips)

    def _check_columns(self, file: Path, first: Row) -> None:
        for column in (self.path_column, self.label_column):
            if column not in first:
                raise DatasetError(f"{file} has no column '{column}'.{did_you_mean(column, first)}")
        optional = {"group": self.group_column, "fold": self.fold_column, "start": self.start_column}
        for default, column in (optional | {"stop": self.stop_column}).items():
            if column != default and column not in first:
                raise DatasetError(
                    f"data.{default}_column: {file} has no column '{column}'.{did_you_mean(column, first)}"
                )

    def _clip(self, row: Row, root: Path) -> Clip:
        """One row; raises ValueError with what is wrong in it."""
        name, label = _text(row, self.path_column), _text(row, self.label_column)
        if not name:
            raise ValueError(f"no path in column '{self.path_column}'")
        if not label:
            raise ValueError(f"no label in column '{self.label_column}' for {name}")
        sound = root / Path(name).expanduser()
        if not sound.is_file():
            raise ValueError(f"{name} is not there (looked for {sound})")
        start_s, stop_s = _seconds(row, self.start_column), _seconds(row, self.stop_column)
        if stop_s is not None and stop_s <= (start_s or 0.0):
            raise ValueError(f"the clip of {name} ends at {stop_s:g} s, before it begins at {start_s or 0.0:g} s")
        group, fold = _text(row, self.group_column), _text(row, self.fold_column)
        return Clip(str(sound), label, group, fold, start_s or 0.0, stop_s)


def _rows(file: Path) -> list[Row]:
    """The rows by column name; raises DatasetError where there is no readable table."""
    if not file.is_file():
        siblings = [each.name for each in file.parent.glob("*.csv")] if file.parent.is_dir() else []
        raise DatasetError(f"there is no table {file}.{did_you_mean(file.name, siblings)}")
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            rows: list[Row] = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as reason:
        raise DatasetError(f"{file}: expected a CSV file in UTF-8: {reason}") from None
    if not rows:
        raise DatasetError(f"{file} has no rows; expected a line with the names of the columns, and a line a clip")
    return rows


def _text(row: Row, column: str) -> str:
    return (row.get(column) or "").strip()


def _seconds(row: Row, column: str) -> float | None:
    text = _text(row, column)
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise ValueError(f"column '{column}': expected seconds such as 1.5, got '{text}'")
    return seconds
