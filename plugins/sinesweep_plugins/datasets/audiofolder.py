"""The audio folder of Hugging Face `datasets`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from sinesweep.contract import DatasetReader
from sinesweep.dataset import Clip, Dataset, Task
from sinesweep.errors import DatasetError, did_you_mean
from sinesweep_plugins.datasets._files import check_folder, sound_files, table_of, text_of
from sinesweep_plugins.datasets._parts import part_named, unless_alone
from sinesweep_plugins.datasets._tables import clips_of, csv_rows

METADATA = ("metadata.csv", "metadata.jsonl")


@dataclass(frozen=True)
class AudioFolder(DatasetReader):
    """Sounds with a `metadata.csv` or `metadata.jsonl` beside or above them, as Hugging Face's `audiofolder` has them.

    Without such a file the folder of a sound is its class. Folders named train, validation (valid, val, dev) and test
    (eval) become the folds. Lists of labels in `metadata.jsonl` make the task multi-label; an empty one
    says that none fits.
    """

    path: Annotated[str, "the data set's folder"]
    label_column: Annotated[str, "column with the class, or with a list of labels"] = "label"
    group_column: Annotated[str, "column with speaker, recording or source; may be missing"] = "group"

    def read(self) -> Dataset:
        """A clip a row of every metadata file, or a clip a sound where there is none; bad rows are told at once."""
        root = check_folder(self.path)
        tables = sorted(file for name in METADATA for file in root.rglob(name))
        if not tables:
            clips, task = list(self._by_folder(root)), Task.CLASSIFICATION
        else:
            clips = [clip for file in tables for clip in self._by_table(file, root)]
            task = Task.CLASSIFICATION if clips[0].label else Task.MULTI_LABEL
        if any(bool(clip.label) != bool(clips[0].label) for clip in clips):
            raise DatasetError(
                f"{root}: column '{self.label_column}' holds lists in some rows and single labels in others"
            )
        return table_of(root.name, unless_alone(clips), task=task)

    def _by_folder(self, root: Path) -> Iterable[Clip]:
        for name, path in sound_files(root).items():
            folders = name.split("/")[:-1]
            if not folders or (part_named(folders[-1]) and folders[-1].isalpha()):
                raise DatasetError(
                    f"{path}: no class is known of it; expected a metadata.csv or metadata.jsonl in {root}, or a"
                    " folder for each class"
                )
            yield Clip(path, folders[-1], fold=_part(folders[:-1]))

    def _by_table(self, file: Path, root: Path) -> list[Clip]:
        rows = _json_rows(file) if file.suffix == ".jsonl" else csv_rows(file)
        self._check_columns(file, rows[0])
        first = 1 if file.suffix == ".jsonl" else 2
        return clips_of(file, rows, lambda row, number: self._clip(row, file.parent, root), first)

    def _check_columns(self, file: Path, first: Mapping[str, Any]) -> None:
        for setting, column in (("label_column", self.label_column), ("group_column", self.group_column)):
            if column not in first and column != "group":
                raise DatasetError(f"data.{setting}: {file} has no column '{column}'.{did_you_mean(column, first)}")
        if _name_column(first) is None:
            raise DatasetError(f"{file} has no column 'file_name'.{did_you_mean('file_name', first)}")

    def _clip(self, row: Mapping[str, Any], folder: Path, root: Path) -> Clip:
        """One row; raises ValueError with what is wrong in it."""
        name, label = row.get(_name_column(row) or ""), row.get(self.label_column)
        if not name:
            raise ValueError("no file_name")
        sound = folder / str(name)
        if not sound.is_file():
            raise ValueError(f"{name} is not there (looked for {sound})")
        if label is None or label == "":
            raise ValueError(f"no label in column '{self.label_column}' for {name}")
        group = str(row.get(self.group_column) or "")
        fold = _part(sound.relative_to(root).parts[:-1]) if sound.is_relative_to(root) else ""
        if isinstance(label, list):
            return Clip(str(sound), group=group, fold=fold, labels=tuple(map(str, label)))
        return Clip(str(sound), str(label), group, fold)


def _part(folders: Iterable[str]) -> str:
    """The part that the outermost of these folders names, of those that name any."""
    return next(filter(None, map(part_named, folders)), "")


def _name_column(row: Mapping[str, Any]) -> str | None:
    """`file_name`, or a column such as `audio_file_name`."""
    return "file_name" if "file_name" in row else next((name for name in row if name.endswith("_file_name")), None)


def _json_rows(file: Path) -> list[dict[str, Any]]:
    rows = []
    for number, line in enumerate(text_of(file).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as reason:
            raise DatasetError(f"{file}, line {number}: expected JSON: {reason}") from None
        if not isinstance(row, dict):
            raise DatasetError(f'{file}, line {number}: expected an object such as {{"file_name": …}}, got {line}')
        rows.append(row)
    if not rows:
        raise DatasetError(f"{file} has no rows; expected a line a clip")
    return rows
