"""A folder a class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sinesweep.contract import DatasetReader
from sinesweep.dataset import Clip, Dataset
from sinesweep.errors import DatasetError
from sinesweep_plugins.datasets._files import captured, check_folder, check_matched, compiled, sound_files, table_of


@dataclass(frozen=True)
class Folder(DatasetReader):
    """`path/<class>/….wav`: the first folder below `path` is the class."""

    path: Annotated[str, "the folder that holds a folder for each class"]
    group: Annotated[
        str | None,
        r"regular expression that finds the group in a file's path below `path`, as its first or `(?P<group>…)` group;"
        " none: every clip stands for itself",
    ] = None

    def read(self) -> Dataset:
        """All sound files below the class folders, at any depth."""
        root = check_folder(self.path)
        files = sound_files(root)
        loose = [name for name in files if "/" not in name]
        if loose:
            raise DatasetError(
                f"{len(loose)} sound files lie in {root} itself, such as {loose[0]}; expected a folder for each class."
                " Where the file's name tells the class, use data.reader: pattern"
            )
        groups = self._groups(list(files))
        return table_of(root.name, [Clip(files[n], n.split("/")[0], group=groups[n]) for n in files])

    def _groups(self, names: list[str]) -> dict[str, str]:
        if self.group is None:
            return dict.fromkeys(names, "")
        expression = compiled(self.group, "group")
        found = {name: expression.search(name) for name in names}
        groups = {name: captured(match, "group") if match else "" for name, match in found.items()}
        check_matched([name for name in names if not groups[name]], len(names), "group", self.group)
        return groups
