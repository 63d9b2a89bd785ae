"""Judge: reads results under one objective, and says which of them the data can tell apart."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from sinesweep.intervals import Interval, interval, interval_over_runs, p_value, tied_with_best
from sinesweep.metrics import Metric
from sinesweep.predictions import Predictions
from sinesweep.trial import Result, State

PredictionsOf: TypeAlias = Callable[[Result], Predictions | None]
"""Finds a result's out-of-fold predictions; None where there are none."""


@dataclass(frozen=True)
class Judge:
    """One objective and the evidence.

    Attributes:
        groups: the group of every clip of the data set, by index.
        seed: of the resamples.
    """

    metric: Metric
    predictions: PredictionsOf
    groups: Sequence[str]
    seed: int

    def has_score(self, result: Result) -> bool:
        """Whether a result can be ranked at all."""
        return result.state is State.COMPLETE and result.value is not None and math.isfinite(result.value)

    def score(self, result: Result) -> float:
        """The value of a result that has one."""
        if result.value is None:
            raise ValueError(f"trial {result.trial.number} is {result.state} and has no score")
        return float(result.value)

    def ranked(self, results: Sequence[Result]) -> list[Result]:
        """Those that have a score, the best first; of equal ones the smaller network, then the earlier trial."""

        def order(result: Result) -> tuple[float, int, int]:
            # Rounded, because the mean of the same folds in another order differs in its last digit.
            goodness = round(self.metric.goodness(self.score(result)), 9)
            return -goodness, result.parameters, result.trial.number

        return sorted(filter(self.has_score, results), key=order)

    def interval(self, result: Result) -> Interval | None:
        """The 95 % interval over all validation clips; None without predictions."""
        told = self.predictions(result)
        if told is None:
            return None
        return interval(self.metric.name, told.targets, told.probabilities, self.groups_of(told), seed=self.seed)

    def interval_over(self, runs: Sequence[Result]) -> Interval | None:
        """The same around the mean of several trainings of one configuration; None where they cannot be compared."""
        told = [self.predictions(run) for run in runs]
        known = [each for each in told if each is not None]
        if not known or len(known) < len(told) or not all(_same_clips(known[0], each) for each in known):
            return None
        first, answers = known[0], [each.probabilities for each in known]
        return interval_over_runs(self.metric.name, first.targets, answers, self.groups_of(first), seed=self.seed)

    def ties(self, ranked: Sequence[Result]) -> dict[int, bool]:
        """By trial number: whether the data cannot tell it from the first; those that can be compared with it."""
        known = self.comparable(ranked)
        best = known.pop(ranked[0].trial.number) if known else None
        if best is None:
            return {}
        pairs = {number: each.probabilities for number, each in known.items()}
        tied = tied_with_best(
            self.metric.name, best.targets, best.probabilities, [*pairs.values()], self.groups_of(best), self.seed
        )
        return dict(zip(pairs, tied, strict=True))

    def comparable(self, ranked: Sequence[Result]) -> dict[int, Predictions]:
        """By trial number: the predictions of the first, and of all others that were judged on the same clips."""
        first = self.predictions(ranked[0]) if ranked else None
        if first is None:
            return {}
        others = {result.trial.number: self.predictions(result) for result in ranked[1:]}
        same = {number: each for number, each in others.items() if each is not None and _same_clips(first, each)}
        return {ranked[0].trial.number: first, **same}

    def p_value(self, one: Result, other: Result) -> float | None:
        """How easily chance alone makes two results differ as much; None where they cannot be compared."""
        first, second = self.predictions(one), self.predictions(other)
        if first is None or second is None or not _same_clips(first, second):
            return None
        pair = first.probabilities, second.probabilities
        return p_value(self.metric.name, first.targets, *pair, self.groups_of(first), self.seed)

    def groups_of(self, told: Predictions) -> list[str]:
        """The group of every clip that was predicted."""
        return [self.groups[clip] for clip in told.clips]


def _same_clips(one: Predictions, other: Predictions) -> bool:
    return np.array_equal(one.clips, other.clips) and np.array_equal(one.targets, other.targets)
