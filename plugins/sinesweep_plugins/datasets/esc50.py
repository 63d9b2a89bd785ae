"""ESC-50 and ESC-10: environmental sounds."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from sinesweep.contract import DatasetReader
from sinesweep.dataset import Clip, Dataset
from sinesweep.domains import Choice
from sinesweep.errors import DatasetError
from sinesweep_plugins.datasets._files import check_folder, check_matched, compiled, sound_files, table_of

ESC10_FILE = r"^\d+ - (?P<label>[^/]+)/(?P<fold>\d+)-(?P<source>\d+)-(?P<take>\w+)\.\w+$"
COLUMNS = ("filename", "fold", "category", "esc10", "src_file")


@dataclass(frozen=True)
class ESC50(DatasetReader):
    """ESC-50 or ESC-10 (K. J. Piczak, 2015), with their published folds; the Freesound recording is the group.

    ESC-50: `meta/esc50.csv` and `audio/`. ESC-10: folders `NNN - Name` with files `FOLD-SOURCE-TAKE.ogg`.
    """

    path: Annotated[str, "the folder of ESC-50 or of ESC-10"]
    subset: Annotated[str, Choice(("all", "esc10")), "all classes, or the ten of ESC-10"] = "all"

    def read(self) -> Dataset:
        """Either layout, whichever the folder has."""
        root = check_folder(self.path)
        table = root / "meta" / "esc50.csv"
        if table.is_file():
            return self._with_table(root, table)
        files, expression = sound_files(root), compiled(ESC10_FILE, "path")
        found = {name: expression.search(name) for name in files}
        check_matched([name for name in files if not found[name]], len(files), "path", ESC10_FILE)
        clips = [Clip(files[n], m["label"], m["source"], m["fold"]) for n, m in found.items() if m]
        return table_of("esc10", clips)

    def _with_table(self, root: Path, table: Path) -> Dataset:
        with table.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
        missing = [column for column in COLUMNS if not rows or column not in rows[0]]
        if missing:
            raise DatasetError(f"{table} is not ESC-50's table: it has no column {', '.join(missing)}")
        rows = [row for row in rows if self.subset == "all" or row["esc10"] == "True"]
        lost = [row["filename"] for row in rows if not (root / "audio" / row["filename"]).is_file()]
        if lost:
            raise DatasetError(f"{len(lost)} of {len(rows)} files of {table} are not in {root / 'audio'}: {lost[0]}, …")
        clips = [Clip(str(root / "audio" / r["filename"]), r["category"], r["src_file"], r["fold"]) for r in rows]
        return table_of("esc50" if self.subset == "all" else "esc10", clips)
