"""Material: what a worker needs to train any trial of one sweep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from sinesweep.dataset import Targets, Task
from sinesweep.lengths import Length
from sinesweep.split import Fold


@dataclass(frozen=True)
class Material:
    """Names and indices; the sound itself stays in memory-mapped files that all workers share.

    Attributes:
        classes: the classes or labels in the order of the model's outputs; none in regression.
        waveforms: a `.npy` file a clip, float32 mono at `length.rate_hz`, or its vector.
        targets: what is right for every clip, see `Dataset.targets`.
        groups: the group of every clip.
        folds: which clips train and which validate. The sealed test clips are in none of them.
        objective: the name of the metric that a trial is judged by.
        also: the names of further metrics that the sweep asks for.
        columns: the names of a vector's numbers; none where the clips are sounds.
        limits: what a network may cost, by the names of `sinesweep.objectives.COSTS`.
        timed: every trial measures how long an answer takes.
        kept: how the folds of a trial end is kept, for trials that continue it.
    """

    classes: tuple[str, ...]
    task: Task
    waveforms: tuple[str, ...]
    targets: Targets
    groups: tuple[str, ...]
    folds: tuple[Fold, ...]
    length: Length
    objective: str
    columns: tuple[str, ...] = ()
    limits: Mapping[str, float] = field(default_factory=dict)
    timed: bool = False
    kept: bool = True
    also: tuple[str, ...] = ()

    @property
    def asked(self) -> tuple[str, ...]:
        """The metrics that have to be measured, whatever others there are for the task."""
        return self.objective, *self.also

    @property
    def outputs(self) -> int:
        """How many numbers a model gives for a clip."""
        return self.task.outputs(self.classes)

    def right(self) -> np.ndarray:
        """The targets as metrics take them: int `(clips,)`, int `(clips, labels)`, or float64 `(clips,)`."""
        return np.asarray(self.targets, np.float64 if self.task is Task.REGRESSION else np.int64)

    def wanted(self) -> np.ndarray:
        """The targets as a network should give them, float32 `(clips, outputs)`: one-hot, labels, or values."""
        right = self.right()
        if self.task is Task.CLASSIFICATION:
            return np.eye(len(self.classes), dtype=np.float32)[right]
        return right.reshape(len(right), -1).astype(np.float32)

    def clips(self) -> tuple[int, ...]:
        """Every clip that trains or validates in some fold: all but the sealed ones."""
        return tuple(sorted({clip for fold in self.folds for clip in (*fold.train, *fold.valid)}))
