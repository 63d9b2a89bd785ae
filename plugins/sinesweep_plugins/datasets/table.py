"""A table of clips in a CSV file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from sinesweep.contract import DatasetReader
from sinesweep.dataset import Clip, Dataset, Task
from sinesweep.domains import Choice
from sinesweep.errors import DatasetError, did_you_mean
from sinesweep_plugins.datasets._files import table_of
from sinesweep_plugins.datasets._tables import (
    Row,
    clips_of,
    csv_rows,
    labels_in,
    notes_on_labels,
    notes_on_repeated,
    number_in,
    text,
)


@dataclass(frozen=True)
class Table(DatasetReader):
    """A CSV file with a line a clip: path, and label, labels or value, and perhaps group, fold, start and stop."""

    path: Annotated[str, "the CSV file, UTF-8, its first line the names of the columns"]
    root: Annotated[str | None, "the folder that paths in the table begin in; default: the folder of the table"] = None
    task: Annotated[str, Choice(tuple(task.value for task in Task), search=False), "what is asked of a clip"] = (
        Task.CLASSIFICATION.value
    )
    path_column: Annotated[str, "column with the sound file"] = "path"
    label_column: Annotated[str, "column with the class, the labels with ; between them, or the value"] = "label"
    group_column: Annotated[str, "column with speaker, recording or source; may be missing"] = "group"
    fold_column: Annotated[str, "column with the published fold; may be missing"] = "fold"
    start_column: Annotated[str, "s", "column with the beginning of the clip in its file; may be missing"] = "start"
    stop_column: Annotated[str, "s", "column with the end of the clip in its file; may be missing"] = "stop"

    def read(self) -> Dataset:
        """A clip a row; all rows with problems are told at once."""
        file = Path(self.path).expanduser().absolute()
        rows = csv_rows(file)
        self._check_columns(file, rows[0])
        # The table lies in the folder of the sweep file, so a root in it counts from there too.
        root = file.parent / Path(self.root or "").expanduser()
        clips = clips_of(file, rows, lambda row, number: self._clip(row, root))
        notes = notes_on_labels(rows, self.label_column) if self.task == Task.MULTI_LABEL else []
        notes += notes_on_repeated([(clip.path, clip.start_s, clip.stop_s) for clip in clips], "sound and times")
        return table_of(file.stem, clips, task=Task(self.task), notes=notes)

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
        name = text(row, self.path_column)
        if not name:
            raise ValueError(f"no path in column '{self.path_column}'")
        answer = self._answer(name, row)
        sound = root / Path(name).expanduser()
        if not sound.is_file():
            raise ValueError(f"{name} is not there (looked for {sound})")
        start_s, stop_s = _seconds(row, self.start_column), _seconds(row, self.stop_column)
        if stop_s is not None and stop_s <= (start_s or 0.0):
            raise ValueError(f"the clip of {name} ends at {stop_s:g} s, before it begins at {start_s or 0.0:g} s")
        group, fold = text(row, self.group_column), text(row, self.fold_column)
        return Clip(str(sound), group=group, fold=fold, start_s=start_s or 0.0, stop_s=stop_s, **answer)

    def _answer(self, name: str, row: Row) -> dict[str, Any]:
        """What the clip is, as its task says it; only in multi-label may that be nothing."""
        if self.task == Task.MULTI_LABEL:
            return {"labels": labels_in(row, self.label_column)}
        label = text(row, self.label_column)
        if not label:
            what = "value" if self.task == Task.REGRESSION else "label"
            raise ValueError(f"no {what} in column '{self.label_column}' for {name}")
        return {"value": number_in(row, self.label_column)} if self.task == Task.REGRESSION else {"label": label}


def _seconds(row: Row, column: str) -> float | None:
    number = text(row, column)
    if not number:
        return None
    try:
        seconds = float(number)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise ValueError(f"column '{column}': expected seconds such as 1.5, got '{number}'")
    return seconds
