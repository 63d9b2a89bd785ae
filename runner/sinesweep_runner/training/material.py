"""Material: what a worker needs to train any trial of one sweep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sinesweep.dataset import Task
from sinesweep.lengths import Length
from sinesweep.split import Fold


@dataclass(frozen=True)
class Material:
    """Names and indices; the sound itself stays in memory-mapped files that all workers share.

    Attributes:
        classes: in the order of the model's outputs.
        waveforms: a `.npy` file a clip, float32 mono at `length.rate_hz`.
        targets: the class index of every clip.
        groups: the group of every clip.
        folds: which clips train and which validate. The sealed test clips are in none of them.
        objective: the name of the metric that a trial is judged by.
    """

    classes: tuple[str, ...]
    task: Task
    waveforms: tuple[str, ...]
    targets: tuple[int, ...]
    groups: tuple[str, ...]
    folds: tuple[Fold, ...]
    length: Length
    objective: str

    def one_hot(self) -> np.ndarray:
        """The targets as float32 `(clips, classes)`."""
        return np.eye(len(self.classes), dtype=np.float32)[list(self.targets)]

    def clips(self) -> tuple[int, ...]:
        """Every clip that trains or validates in some fold: all but the sealed ones."""
        return tuple(sorted({clip for fold in self.folds for clip in (*fold.train, *fold.valid)}))
