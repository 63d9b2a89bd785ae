"""A table of vectors in a CSV file: numbers that somebody has computed before."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

from sinesweep.contract import DatasetReader
from sinesweep.dataset import Clip, Dataset, Task
from sinesweep.domains import Choice
from sinesweep.errors import DatasetError, did_you_mean
from sinesweep.wording import natural
from sinesweep_plugins.datasets._files import captured, compiled
from sinesweep_plugins.datasets._tables import (
    Row,
    check_rows,
    clips_of,
    csv_rows,
    labels_in,
    notes_on_labels,
    notes_on_repeated,
    number_in,
    text,
)

MOSTLY = 0.5
"""A column counts as numbers where more than this share of it is; what is none is then a mistake."""


@dataclass(frozen=True)
class Vectors(DatasetReader):
    """A CSV file with a line a vector: numbers, what it is, and perhaps a name, a group and a fold.

    Such as GTZAN's `features_30_sec.csv`. There is no sound, so a sweep needs no `features`.
    """

    gives_vectors: ClassVar[bool] = True

    path: Annotated[str, "the CSV file, UTF-8, its first line the names of the columns"]
    task: Annotated[str, Choice(tuple(task.value for task in Task), search=False), "what is asked of a vector"] = (
        Task.CLASSIFICATION.value
    )
    label_column: Annotated[str, "column with the class, the labels with ; between them, or the value"] = "label"
    columns: Annotated[str | None, "regular expression of the columns to take; none: all that hold numbers"] = None
    leave_out: Annotated[str | None, "regular expression of columns that are not taken"] = None
    name_column: Annotated[str, "column that names the vector, such as its sound file; may be missing"] = "filename"
    group: Annotated[
        str | None, "regular expression that finds the group in the vector's name, as its first or (?P<group>…) group"
    ] = None
    group_column: Annotated[str, "column with speaker, recording or source; may be missing"] = "group"
    fold_column: Annotated[str, "column with the published fold; may be missing"] = "fold"

    def read(self) -> Dataset:
        """A vector a row; all rows with problems are told at once."""
        file = Path(self.path).expanduser().absolute()
        rows = csv_rows(file)
        self._check_columns(file, rows[0])
        columns, unused = self._taken(file, rows)
        clips = clips_of(file, rows, lambda row, number: self._clip(row, number, columns))
        notes = [f"columns that hold no numbers are not taken: {', '.join(unused)}"] if unused else []
        notes += notes_on_labels(rows, self.label_column) if self.task == Task.MULTI_LABEL else []
        notes += notes_on_repeated([tuple(map(str, row.values())) for row in rows], "all cells")
        return Dataset(file.stem, tuple(clips), self._classes(clips), Task(self.task), tuple(columns), tuple(notes))

    def _check_columns(self, file: Path, first: Row) -> None:
        named = {"name_column": self.name_column, "group_column": self.group_column, "fold_column": self.fold_column}
        defaults = {name: getattr(Vectors, name) for name in named}
        wrong = {name: column for name, column in named.items() if column != defaults[name] and column not in first}
        if self.label_column not in first:
            wrong = {"label_column": self.label_column, **wrong}
        check_rows([f"data.{k}: {file} has no column '{v}'.{did_you_mean(v, first)}" for k, v in wrong.items()])

    def _taken(self, file: Path, rows: Sequence[Row]) -> tuple[list[str], list[str]]:
        """The columns that make up a vector, and those that hold no numbers."""
        own = {self.label_column, self.name_column, self.group_column, self.fold_column}
        free = [column for column in rows[0] if column and column not in own]
        left_out = compiled(self.leave_out, "leave_out") if self.leave_out else None
        free = [column for column in free if left_out is None or not left_out.search(column)]
        if self.columns is not None:
            wanted = compiled(self.columns, "columns")
            taken, unused = [column for column in free if wanted.search(column)], []
        else:
            taken = [column for column in free if _mostly_numbers(rows, column)]
            unused = [column for column in free if column not in taken]
        if not taken:
            raise DatasetError(f"{file}: no column of numbers is left to take among {', '.join(free) or 'none'}")
        return taken, unused

    def _clip(self, row: Row, number: int, columns: Sequence[str]) -> Clip:
        """One row; raises ValueError with what is wrong in it."""
        name, vector = text(row, self.name_column), tuple(number_in(row, column) for column in columns)
        group = text(row, self.group_column)
        if self.group is not None:
            match = compiled(self.group, "group").search(name)
            group = captured(match, "group") if match else ""
            if not group:
                raise ValueError(f"data.group does not find a group in the name '{name}'")
        place: dict[str, Any] = {"group": group, "fold": text(row, self.fold_column), "vector": vector}
        return Clip(name or f"row {number}", **place, **self._answer(row))

    def _answer(self, row: Row) -> dict[str, Any]:
        """What the vector is, as its task says it."""
        if self.task == Task.REGRESSION:
            return {"value": number_in(row, self.label_column)}
        if self.task == Task.MULTI_LABEL:
            return {"labels": labels_in(row, self.label_column)}
        label = text(row, self.label_column)
        if not label:
            raise ValueError(f"no label in column '{self.label_column}'")
        return {"label": label}

    def _classes(self, clips: Sequence[Clip]) -> tuple[str, ...]:
        if self.task == Task.REGRESSION:
            return ()
        return tuple(sorted(set(_labels(clips)), key=natural))


def _labels(clips: Sequence[Clip]) -> Iterator[str]:
    for clip in clips:
        yield from clip.labels or ([clip.label] if clip.label else [])


def _mostly_numbers(rows: Sequence[Row], column: str) -> bool:
    return sum(_is_number(text(row, column)) for row in rows) > MOSTLY * len(rows)


def _is_number(given: str) -> bool:
    try:
        return math.isfinite(float(given))
    except ValueError:
        return False
