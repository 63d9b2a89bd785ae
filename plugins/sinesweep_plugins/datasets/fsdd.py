"""The Free Spoken Digit Dataset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from sinesweep.contract import DatasetReader
from sinesweep.dataset import Clip, Dataset
from sinesweep_plugins.datasets._files import check_folder, check_matched, compiled, sound_files, table_of

NAME = r"^(?P<digit>\d)_(?P<speaker>[^_/]+)_\d+\.wav$"


@dataclass(frozen=True)
class FSDD(DatasetReader):
    """Free Spoken Digit Dataset (Z. Jackson and others, CC BY-SA 4.0); the speaker is the group."""

    labels: ClassVar[frozenset[str]] = frozenset({"speech"})

    path: Annotated[str, "the repository's folder, or its `recordings` folder"]

    def read(self) -> Dataset:
        """`{digit}_{speaker}_{index}.wav`."""
        root = check_folder(self.path)
        recordings = root / "recordings" if (root / "recordings").is_dir() else root
        files, expression = sound_files(recordings), compiled(NAME, "path")
        found = {name: expression.search(name) for name in files}
        check_matched([name for name in files if not found[name]], len(files), "path", NAME)
        clips = [Clip(files[name], m["digit"], group=m["speaker"]) for name, m in found.items() if m]
        return table_of("fsdd", clips)
