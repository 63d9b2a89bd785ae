"""ESC-50 and ESC-10: environmental sounds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from sinesweep.contract import DatasetReader
from sinesweep.dataset import Clip, Dataset
from sinesweep.domains import Choice
from sinesweep.errors import DatasetError
from sinesweep_plugins.datasets._files import check_folder, check_matched, compiled, sound_files, table_of
from sinesweep_plugins.datasets._tables import Row, check_columns, check_there, csv_rows, text

ESC10_FILE = r"^\d+ - (?P<label>[^/]+)/(?P<fold>\d+)-(?P<source>\d+)-(?P<take>\w+)\.\w+$"
COLUMNS = ("filename", "fold", "target", "category", "esc10", "src_file")
FIRST_TEN = frozenset(map(str, range(10)))


@dataclass(frozen=True)
class ESC50(DatasetReader):
    """ESC-50 or ESC-10 (K. J. Piczak, 2015), with their published folds; the Freesound recording is the group.

    ESC-50: `meta/esc50.csv` and `audio/`. ESC-10: folders `NNN - Name` with files `FOLD-SOURCE-TAKE.ogg`.
    """

    path: Annotated[str, "the folder of ESC-50 or of ESC-10"]
    subset: Annotated[
        str,
        Choice(("all", "esc10", "first_ten")),
        "all classes, the ten of ESC-10, or targets 0 to 9, which are ten animals and not ESC-10",
    ] = "all"

    def read(self) -> Dataset:
        """Either layout, whichever the folder has."""
        root = check_folder(self.path)
        table = root / "meta" / "esc50.csv"
        if table.is_file():
            return self._with_table(root, table)
        files, expression = sound_files(root), compiled(ESC10_FILE, "path")
        found = {name: expression.search(name) for name in files}
        check_matched([name for name in files if not found[name]], len(files), "path", ESC10_FILE)
        if self.subset == "first_ten":
            raise DatasetError(f"data.subset: 'first_ten' is a part of ESC-50, and {root} is ESC-10; leave it out")
        clips = [Clip(files[n], m["label"], m["source"], m["fold"]) for n, m in found.items() if m]
        return table_of("esc10", clips)

    def _with_table(self, root: Path, table: Path) -> Dataset:
        rows = csv_rows(table)
        check_columns(table, rows[0], COLUMNS, "ESC-50")
        rows = [row for row in rows if self._wanted(row)]
        sounds = [root / "audio" / text(row, "filename") for row in rows]
        check_there(sounds, table)
        clips = [
            Clip(str(sound), text(row, "category"), text(row, "src_file"), text(row, "fold"))
            for sound, row in zip(sounds, rows, strict=True)
        ]
        return table_of({"all": "esc50", "esc10": "esc10", "first_ten": "esc50 first ten"}[self.subset], clips)

    def _wanted(self, row: Row) -> bool:
        if self.subset == "esc10":
            return text(row, "esc10") == "True"
        return self.subset == "all" or text(row, "target") in FIRST_TEN
