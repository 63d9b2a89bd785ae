"""Judge: reads results under one objective, and says which of them the data can tell apart."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from sinesweep.intervals import (
    SIGNIFICANCE,
    Interval,
    holm,
    interval,
    interval_over_runs,
    p_value_over_runs,
    standard_error,
)
from sinesweep.metrics import Metric
from sinesweep.predictions import Predictions
from sinesweep.trial import Result, State

PredictionsOf: TypeAlias = Callable[[Result], Predictions | None]
"""Finds a result's out-of-fold predictions; None where there are none."""

BySeed: TypeAlias = Mapping[int, Predictions]
"""The predictions of several trainings of one configuration, by their seeds."""


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
        if not known or len(known) < len(told) or not same_clips(known):
            return None
        first, answers = known[0], [each.probabilities for each in known]
        return interval_over_runs(self.metric.name, first.targets, answers, self.groups_of(first), seed=self.seed)

    def error(self, told: Predictions) -> float:
        """How far the objective of these predictions is usually off."""
        groups = self.groups_of(told)
        return standard_error(self.metric.name, told.targets, told.probabilities, groups, seed=self.seed)

    def ties(self, best: Sequence[Result], others: Mapping[int, Sequence[Result]]) -> dict[int, bool]:
        """By the numbers of `others`: whether the data cannot tell their trainings from those of the best (p ≥ 0.05
        after Holm's correction); those that can be compared."""
        first = told_by_seed(self.predictions, best)
        known = {number: self._p_value(first, trainings) for number, trainings in others.items()}
        found = {number: p for number, p in known.items() if p is not None}
        corrected = holm([*found.values()])
        return {number: p >= SIGNIFICANCE for number, p in zip(found, corrected, strict=True)}

    def comparable(self, ranked: Sequence[Result]) -> dict[int, Predictions]:
        """By trial number: the predictions of the first, and of all others that were judged on the same clips."""
        first = self.predictions(ranked[0]) if ranked else None
        if first is None:
            return {}
        others = {result.trial.number: self.predictions(result) for result in ranked[1:]}
        same = {number: each for number, each in others.items() if each is not None and same_clips([first, each])}
        return {ranked[0].trial.number: first, **same}

    def p_value(self, ones: Sequence[Result], others: Sequence[Result]) -> float | None:
        """How easily chance alone makes the trainings of two configurations differ as much, see `p_value_of`; None
        where they cannot be compared."""
        return self._p_value(told_by_seed(self.predictions, ones), others)

    def groups_of(self, told: Predictions) -> list[str]:
        """The group of every clip that was predicted."""
        return [self.groups[clip] for clip in told.clips]

    def _p_value(self, first: BySeed, others: Sequence[Result]) -> float | None:
        second = told_by_seed(self.predictions, others)
        if not first or not second or not same_clips([*first.values(), *second.values()]):
            return None
        return p_value_of(self.metric.name, first, second, self.groups, self.seed)


def told_by_seed(predictions: PredictionsOf, runs: Sequence[Result]) -> BySeed:
    """The predictions of several trainings of one configuration; none where one is missing."""
    told = {run.trial.seed: predictions(run) for run in runs}
    known = {seed: each for seed, each in told.items() if each is not None}
    return known if len(known) == len(runs) else {}


def p_value_of(metric_name: str, first: BySeed, second: BySeed, groups: Sequence[str], seed: int) -> float:
    """How easily chance alone makes the trainings of two configurations differ as much, see `p_value_over_runs`.

    Those with the same seed are held against one another where both have the same seeds, because chance has then
    treated them alike; else each with each.

    Args:
        first, second: one or more trainings, all judged on the same clips.
        groups: the group of every clip of the data set, by index.
        seed: of the resamples.
    """
    told = next(iter(first.values()))
    alike = first.keys() == second.keys()
    pairs = [(one, other) for one in first for other in second if not alike or one == other]
    answers = [(first[one].probabilities, second[other].probabilities) for one, other in pairs]
    return p_value_over_runs(metric_name, told.targets, answers, [groups[clip] for clip in told.clips], seed)


def same_clips(told: Sequence[Predictions]) -> bool:
    """Whether all of these were judged on the same clips, with the same targets."""
    return all(
        np.array_equal(told[0].clips, each.clips) and np.array_equal(told[0].targets, each.targets) for each in told[1:]
    )
