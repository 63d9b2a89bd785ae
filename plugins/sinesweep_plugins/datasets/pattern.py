"""A regular expression over file names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sinesweep.contract import DatasetReader
from sinesweep.dataset import Clip, Dataset
from sinesweep.errors import DatasetError
from sinesweep_plugins.datasets._files import check_folder, check_matched, compiled, sound_files, table_of

NAMES = ("label", "group", "fold")


@dataclass(frozen=True)
class Pattern(DatasetReader):
    r"""The path below the folder tells label, group and fold: `(?P<label>\d)_(?P<group>\w+?)_\d+\.wav`."""

    path: Annotated[str, "the folder that holds the sounds, at any depth"]
    pattern: Annotated[
        str, "regular expression, searched in a file's path below `path`: (?P<label>…), and (?P<group>…), (?P<fold>…)"
    ]

    def read(self) -> Dataset:
        """Every sound file; all must match."""
        root = check_folder(self.path)
        expression = compiled(self.pattern, "pattern")
        wrong = sorted(set(expression.groupindex) - set(NAMES))
        if "label" not in expression.groupindex or wrong:
            raise DatasetError(
                f"data.pattern: expected a group (?P<label>…), and perhaps (?P<group>…) and (?P<fold>…);"
                f" got {', '.join(expression.groupindex) or 'no named group'} in {self.pattern}"
            )
        files = sound_files(root)
        found = {name: match.groupdict() for name in files if (match := expression.search(name))}
        check_matched([n for n in files if not found.get(n, {}).get("label")], len(files), "pattern", self.pattern)
        return table_of(root.name, [_clip(files[name], parts) for name, parts in found.items()])


def _clip(path: str, parts: dict[str, str | None]) -> Clip:
    return Clip(path, parts["label"] or "", parts.get("group") or "", parts.get("fold") or "")
