"""A folder a class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sinesweep.contract import DatasetReader
from sinesweep.dataset import Clip, Dataset
from sinesweep.domains import Int
from sinesweep.errors import DatasetError
from sinesweep_plugins.datasets._files import check_folder, groups_by, sound_files, table_of


@dataclass(frozen=True)
class Folder(DatasetReader):
    """`path/<class>/….wav`: the first folder below `path`, or the first few, are the class."""

    path: Annotated[str, "the folder that holds a folder for each class"]
    group: Annotated[
        str | None,
        r"regular expression that finds the group in a file's path below `path`, as its first or `(?P<group>…)` group;"
        " none: every clip stands for itself",
    ] = None
    depth: Annotated[
        int, Int(1, 9), "how many folders below `path` name the class; 2: `path/strings/violin/….wav` is strings/violin"
    ] = 1

    def read(self) -> Dataset:
        """All sound files below the class folders, at any depth."""
        root = check_folder(self.path)
        files = sound_files(root)
        folders = {name: name.split("/")[:-1] for name in files}
        loose = [name for name in files if len(folders[name]) < self.depth]
        if loose:
            where = f"{root} itself" if self.depth == 1 else f"fewer than {self.depth} folders below {root}"
            raise DatasetError(
                f"{len(loose)} sound files lie in {where}, such as {loose[0]}; expected a folder for each class."
                " Where the file's name tells the class, use data.reader: pattern"
            )
        groups = dict.fromkeys(files, "") if self.group is None else groups_by(self.group, list(files))
        labels = {name: "/".join(folders[name][: self.depth]) for name in files}
        return table_of(root.name, [Clip(files[name], labels[name], group=groups[name]) for name in files])
