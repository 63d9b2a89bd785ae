"""Scores by group: which speaker, recording or source a trial fails on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sinesweep.dataset import Task
from sinesweep.intervals import SIGNIFICANCE, Interval, interval
from sinesweep.metrics import Metric, Thresholds, metric
from sinesweep.predictions import Predictions

FEWEST = 5
"""Of fewer clips a score says too little for an interval."""

RESAMPLED = 20
"""Where intervals take long, so many of the worst groups have one."""

READ_AS: dict[Task, str] = {
    Task.CLASSIFICATION: "accuracy",
    Task.MULTI_LABEL: "micro_f1",
    Task.REGRESSION: "mean_absolute_error",
}
"""What a group is scored by: it has a meaning where not every class is in the group."""


@dataclass(frozen=True)
class GroupScore:
    """One group.

    Attributes:
        score: as `READ_AS` says.
        interval: 95 %, of clips of this group; None of fewer than `FEWEST` clips, and, where it takes a bootstrap,
            beyond the worst `RESAMPLED` groups.
        fails: it is worse than all clips together, and not by chance: its interval, widened for the number of groups
            (Bonferroni), holds only what is worse.
    """

    name: str
    clips: int
    score: float
    interval: Interval | None
    fails: bool


def by_group(
    known: Predictions, task: Task, groups: Sequence[str], thresholds: Thresholds = None
) -> tuple[GroupScore, ...]:
    """Every group, the worst first, behind them those without an interval; none where no two clips share one.

    Args:
        groups: the group of every clip of the data set, by index.
        thresholds: from which probability on each label counts as told.
    """
    names = np.asarray([groups[clip] for clip in known.clips])
    distinct, member = np.unique(names, return_inverse=True)
    if len(distinct) == len(names):
        return ()
    judged = metric(READ_AS[task])
    overall = judged.score(known.targets, known.probabilities, thresholds)
    parts = {str(name): _part(known, member == number) for number, name in enumerate(distinct)}
    scores = {name: judged.score(part.targets, part.probabilities, thresholds) for name, part in parts.items()}
    worst = sorted(
        (name for name in parts if len(parts[name].clips) >= FEWEST), key=lambda name: judged.goodness(scores[name])
    )
    sure = set(worst if judged.proportion else worst[:RESAMPLED])
    found = []
    for name, part in parts.items():
        around, fails = _around(judged, part, len(parts), overall, thresholds) if name in sure else (None, False)
        found.append(GroupScore(name, len(part.clips), scores[name], around, fails))
    return tuple(sorted(found, key=lambda each: _order(judged, each)))


def _part(known: Predictions, rows: NDArray[np.bool_]) -> Predictions:
    return Predictions(known.clips[rows], known.targets[rows], known.probabilities[rows])


def _around(
    judged: Metric, part: Predictions, groups: int, overall: float, thresholds: Thresholds
) -> tuple[Interval, bool]:
    """The interval of one of so many groups, and whether it is worse than `overall`."""
    same = np.zeros(len(part.clips))

    def of(confidence: float) -> Interval:
        return interval(judged.name, part.targets, part.probabilities, same, confidence, thresholds=thresholds)

    return of(0.95), max(map(judged.goodness, of(1 - SIGNIFICANCE / groups))) < judged.goodness(overall)


def _order(judged: Metric, each: GroupScore) -> tuple[bool, bool, float, int]:
    return not each.fails, each.interval is None, judged.goodness(each.score), -each.clips
