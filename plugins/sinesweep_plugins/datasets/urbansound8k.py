"""UrbanSound8K: sounds of the city."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sinesweep.contract import DatasetReader
from sinesweep.dataset import Clip, Dataset
from sinesweep_plugins.datasets._files import check_folder, table_of
from sinesweep_plugins.datasets._tables import check_columns, check_there, csv_rows, text

TABLE = "UrbanSound8K.csv"
COLUMNS = ("slice_file_name", "fsID", "fold", "class")


@dataclass(frozen=True)
class UrbanSound8K(DatasetReader):
    """UrbanSound8K (J. Salamon, C. Jacoby, J. P. Bello, 2014): ten classes in ten published folds.

    `metadata/UrbanSound8K.csv` and `audio/fold1` … `audio/fold10`; the Freesound recording (fsID) is the group. The
    table's start and end are places in that recording: the files are cut already.
    """

    path: Annotated[str, "the folder that holds `metadata` and `audio`, or the table and the folds themselves"]

    def read(self) -> Dataset:
        """Every slice of the table."""
        root = check_folder(self.path)
        table = root / "metadata" / TABLE if (root / "metadata").is_dir() else root / TABLE
        audio = root / "audio" if (root / "audio").is_dir() else root
        rows = csv_rows(table)
        check_columns(table, rows[0], COLUMNS, "UrbanSound8K")
        sounds = [audio / f"fold{text(row, 'fold')}" / text(row, "slice_file_name") for row in rows]
        check_there(sounds, table)
        clips = [
            Clip(str(sound), text(row, "class"), text(row, "fsID"), text(row, "fold"))
            for sound, row in zip(sounds, rows, strict=True)
        ]
        return table_of("urbansound8k", clips)
