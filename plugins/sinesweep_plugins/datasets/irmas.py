"""IRMAS: instruments in music."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from sinesweep.contract import DatasetReader
from sinesweep.dataset import Clip, Dataset, Task
from sinesweep.domains import Choice
from sinesweep.errors import DatasetError, did_you_mean
from sinesweep_plugins.datasets._files import check_folder, sound_files, table_of, text_of

INSTRUMENTS = ("cel", "cla", "flu", "gac", "gel", "org", "pia", "sax", "tru", "vio", "voi")
TRAINING = re.compile(rf"(?:^|/)(?P<label>{'|'.join(INSTRUMENTS)})/(?P<recording>[^/]+)__\d+\.wav$")
TESTING = re.compile(r"(?P<recording>[^/]+?)(?:-\d+)?\.wav$")


@dataclass(frozen=True)
class IRMAS(DatasetReader):
    """IRMAS (J. J. Bosch, J. Janer, F. Fuhrmann, P. Herrera, 2012): eleven instruments in recordings of music.

    Training part: excerpts of 3 s with one predominant instrument, `cel/RECORDING__N.wav`; those of one recording are
    a group. Testing part: 5 to 20 s with one or more, `RECORDING-N.wav` and beside it `RECORDING-N.txt`.
    """

    path: Annotated[str, "the folder that holds IRMAS-TrainingData or the IRMAS-TestingData, or one of these"]
    part: Annotated[
        str, Choice(("training", "testing")), "the single-label training part, or the multi-label testing part"
    ] = "training"

    def read(self) -> Dataset:
        """One of the two parts; they are different tasks, so IRMAS publishes no split of either."""
        root = check_folder(self.path)
        files = sound_files(root)
        excerpts = {name: match for name in files if (match := TRAINING.search(name))}
        if self.part == "training":
            clips = [Clip(files[name], m["label"], group=m["recording"]) for name, m in excerpts.items()]
            task = Task.CLASSIFICATION
        else:
            clips = _testing({name: path for name, path in files.items() if name not in excerpts})
            task = Task.MULTI_LABEL
        if not clips:
            layout = "cel/…__1.wav" if self.part == "training" else "Part1/….wav with ….txt beside it"
            raise DatasetError(f"{root} has no file of the {self.part} part of IRMAS; expected names such as {layout}")
        return table_of(f"irmas {self.part}", clips, task=task)


def _testing(files: Mapping[str, str]) -> list[Clip]:
    """The sounds of the testing part with the labels of the file beside each."""
    lost = [path for path in files.values() if not Path(path).with_suffix(".txt").is_file()]
    if lost:
        raise DatasetError(f"{len(lost)} of {len(files)} sounds have no .txt with their labels beside them: {lost[0]}")
    recordings = {name: match["recording"] for name in files if (match := TESTING.search(name))}
    return [
        Clip(path, group=recordings.get(name, ""), labels=_labels(Path(path).with_suffix(".txt")))
        for name, path in files.items()
    ]


def _labels(file: Path) -> tuple[str, ...]:
    """One instrument a line."""
    labels = dict.fromkeys(text_of(file).split())
    for label in labels:
        if label not in INSTRUMENTS:
            raise DatasetError(f"{file}: unknown instrument '{label}'.{did_you_mean(label, INSTRUMENTS)}")
    if not labels:
        raise DatasetError(f"{file} names no instrument")
    return tuple(labels)
