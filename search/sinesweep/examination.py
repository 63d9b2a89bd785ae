"""Examination: what one trial got right and wrong, clip by clip, class by class, and how sure it was of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sinesweep.calibration import Calibration, calibration
from sinesweep.dataset import Task
from sinesweep.formulas import Answers, Numbers, Targets
from sinesweep.groupwise import READ_AS, GroupScore, by_group
from sinesweep.metrics import Metric, Thresholds, check, metric
from sinesweep.predictions import Predictions
from sinesweep.residuals import Residuals, residuals
from sinesweep.slips import Slip, slips
from sinesweep.sums import confusion, hits

PAIRS = 20
"""So many confused pairs are listed."""


@dataclass(frozen=True)
class ClassScore:
    """One class or label.

    Attributes:
        precision: of the clips that were told to be of it, the share that is; None where it was never told.
        recall: of its clips, the share that was found; None where no clip is of it.
        f1: the harmonic mean of the two; None where it was neither told nor there.
        count: how many clips are of it.
        told: how many were told to be.
        right: how many of these are.
    """

    name: str
    precision: float | None
    recall: float | None
    f1: float | None
    count: int
    told: int
    right: int


@dataclass(frozen=True)
class Pair:
    """A confusion.

    Attributes:
        truth: the class that the clips are of; of labels the one that was missed.
        told: the class that was told; of labels one that was told wrongly on the same clips.
        count: how many clips.
        share: of all clips of `truth`.
    """

    truth: str
    told: str
    count: int
    share: float


@dataclass(frozen=True)
class Examination:
    """What one trial got right and wrong on the clips that it was judged on.

    Attributes:
        classes: the classes or labels in the order of the model's outputs; none in regression.
        clips: how many were judged.
        confusion: counts of clips, rows are the truth, columns what was told; none but in classification.
        per_class: in the order of `classes`; none in regression.
        confused_pairs: the most frequent first, at most `PAIRS`.
        calibration: None in regression.
        residuals: None but in regression.
        by_group: the worst first, behind them those without an interval; none where no two clips share a group.
        wrong: how many clips are wrong: the class, or any label; in regression none is counted.
        slips: the worst mistakes, the worst first.
    """

    task: Task
    classes: tuple[str, ...]
    clips: int
    confusion: tuple[tuple[int, ...], ...]
    per_class: tuple[ClassScore, ...]
    confused_pairs: tuple[Pair, ...]
    calibration: Calibration | None
    residuals: Residuals | None
    by_group: tuple[GroupScore, ...]
    wrong: int
    slips: tuple[Slip, ...]

    @property
    def group_metric(self) -> Metric:
        """What the groups are scored by."""
        return metric(READ_AS[self.task])


def examine(
    known: Predictions, classes: Sequence[str], task: Task, groups: Sequence[str], thresholds: Thresholds = None
) -> Examination:
    """Reads the answers of one trial against the truth.

    Args:
        known: what it said of clips that it was not trained on.
        classes: the classes or labels in the order of the outputs; none in regression.
        groups: the group of every clip of the data set, by index.
        thresholds: from which probability on each label counts as told `(labels,)`; None for a half.

    Raises:
        ValueError: targets and answers that do not fit together, or that are not finite.
    """
    check(known.targets, known.probabilities)
    names, asked = tuple(classes), task is not Task.REGRESSION
    decided = metric("accuracy").decided(known.targets, known.probabilities, thresholds)
    table, exchanged, sums = _counts(known, decided, task, len(names))
    per_class = _per_class(names, sums)
    return Examination(
        task=task,
        classes=names,
        clips=len(known.clips),
        confusion=tuple(tuple(row) for row in table.tolist()),
        per_class=per_class,
        confused_pairs=_pairs(names, exchanged, [each.count for each in per_class]),
        calibration=calibration(known.targets, known.probabilities, thresholds) if asked else None,
        residuals=None if asked else residuals(known),
        by_group=by_group(known, task, groups, thresholds),
        wrong=int((hits(known.targets, decided)[:, 0] == 0).sum()) if asked else 0,
        slips=slips(known, names, task, thresholds),
    )


def _counts(
    known: Predictions, decided: Answers, task: Task, classes: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], Numbers]:
    """The confusion matrix, what was told instead of what, and what `sums.confusion` counts; if a task has it."""
    nothing = np.zeros((0, 0), np.int64)
    if task is Task.REGRESSION:
        return nothing, nothing, np.zeros(0)
    if task is Task.MULTI_LABEL:
        return nothing, _exchanged(known.targets, decided), confusion(known.targets, decided).sum(axis=0)
    table = np.zeros((classes, classes), np.int64)
    np.add.at(table, (known.targets, known.probabilities.argmax(axis=1)), 1)
    return table, table, np.concatenate([table.diagonal(), table.sum(axis=0), table.sum(axis=1)]).astype(np.float64)


def _per_class(names: Sequence[str], sums: Numbers) -> tuple[ClassScore, ...]:
    """From what `sums.confusion` counts: told rightly, told, and there."""
    right, told, there = np.split(sums, 3)
    return tuple(
        ClassScore(
            name=name,
            precision=_share(right[i], told[i]),
            recall=_share(right[i], there[i]),
            f1=_share(2 * right[i], told[i] + there[i]),
            count=int(there[i]),
            told=int(told[i]),
            right=int(right[i]),
        )
        for i, name in enumerate(names)
    )


def _share(part: float, whole: float) -> float | None:
    return float(part / whole) if whole else None


def _exchanged(targets: Targets, decided: Answers) -> NDArray[np.int64]:
    """Of labels: on how many clips one was missed and another told wrongly, `(missed, told)`."""
    there, told = targets > 0, decided >= 0.5
    return (there & ~told).T.astype(np.int64) @ (told & ~there).astype(np.int64)


def _pairs(names: Sequence[str], table: NDArray[np.int64], counts: Sequence[int]) -> tuple[Pair, ...]:
    found = [(int(table[i, j]), i, j) for i, j in zip(*np.nonzero(table), strict=True) if i != j]
    worst = sorted(found, key=lambda each: (-each[0], each[1], each[2]))[:PAIRS]
    return tuple(Pair(names[i], names[j], count, count / counts[i]) for count, i, j in worst)
