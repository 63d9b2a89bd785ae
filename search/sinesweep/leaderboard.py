"""Leaderboard: the results of a sweep, ranked, with what the data can and cannot tell apart."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sinesweep.dataset import Task
from sinesweep.intervals import SIGNIFICANCE, Interval, expected_best_of
from sinesweep.judge import Judge, PredictionsOf
from sinesweep.metrics import Metric, metric
from sinesweep.predictions import Predictions
from sinesweep.trial import Cause, Config, Result, State

COMPARED = 20
"""Only so many rows are compared with the best; a longer family of tests would blur the top."""

Curve: TypeAlias = tuple[float | None, ...]


@dataclass(frozen=True)
class Header:
    """What was asked.

    Attributes:
        clips, groups, classes: of the whole data set; classes are labels in multi-label, and none in regression.
        how: one sentence that says how the score was split.
        budget_trials, budget_hours: the limits; no limit of time where None.
        hours: of search so far.
        versions: of the packages that took part.
    """

    name: str
    dataset: str
    clips: int
    groups: int
    classes: tuple[str, ...]
    how: str
    objective: str
    seed: int
    budget_trials: int
    budget_hours: float | None
    hours: float
    versions: Mapping[str, str]
    task: Task = Task.CLASSIFICATION


@dataclass(frozen=True)
class Row:
    """One finished trial.

    Attributes:
        rank: from 1; None for the baseline.
        score: the objective on the validation part, mean over folds.
        interval: 95 %, of all validation clips taken together; None where the predictions are not there, and beyond the
            first `COMPARED` rows of a metric whose intervals take long.
        tied: the data cannot tell it from the best; None where that was not asked (beyond the first `COMPARED` rows,
            the baseline, or without predictions).
        folds: the objective fold by fold.
        curves: the objective epoch by epoch, a curve a fold.
        seconds: wall time of the whole trial.
    """

    rank: int | None
    number: int
    score: float
    interval: Interval | None
    tied: bool | None
    folds: tuple[float, ...]
    curves: tuple[Curve, ...]
    metrics: Mapping[str, float]
    parameters: int
    seconds: float
    device: str
    config: Config
    state: State


@dataclass(frozen=True)
class Lead:
    """The best trial's way ahead of the baseline.

    Attributes:
        difference: best minus baseline, in the objective's own unit.
        p_value: corrected for the number of trials, because the best was chosen among them (Bonferroni); None
            without predictions.
    """

    difference: float
    p_value: float | None

    @property
    def distinguishable(self) -> bool | None:
        """Whether the data can tell the two apart."""
        return None if self.p_value is None else self.p_value < SIGNIFICANCE


@dataclass(frozen=True)
class Mishap:
    """Trials that have no score for one cause; the first of them is the example."""

    state: State
    cause: str
    count: int
    trial: int
    example: str


@dataclass(frozen=True)
class Opening:
    """The one opening of the sealed test part.

    Attributes:
        trial: the winner that was tested.
        opened: when, as ISO 8601.
        baseline: the baseline's score on the same clips.
    """

    trial: int
    score: float
    interval: Interval | None
    clips: int
    opened: str
    baseline: float | None = None


@dataclass(frozen=True)
class Leaderboard:
    """The best, honestly.

    Attributes:
        counts: how many trials ended in each state, the baseline aside.
        judged_clips, judged_groups: what the scores stand on; 0 without predictions.
        luck: what the best of as many equally good models would be expected to read, each as good as the median
            trial; None where that has no meaning.
        recommended: the trial with the fewest parameters among those tied with the best.
        test: None as long as the test part is sealed.
    """

    header: Header
    rows: tuple[Row, ...]
    baseline: Row | None
    lead: Lead | None
    counts: Mapping[str, int]
    failures: tuple[Mishap, ...]
    judged_clips: int
    judged_groups: int
    luck: float | None
    recommended: int | None
    test: Opening | None = None

    @property
    def metric(self) -> Metric:
        """What was to be best."""
        return metric(self.header.objective)

    @property
    def best(self) -> Row | None:
        """The winner; None where no trial has a score."""
        return self.rows[0] if self.rows else None

    @property
    def tied(self) -> tuple[Row, ...]:
        """The best and all that the data cannot tell from it."""
        return tuple(row for row in self.rows if row.rank == 1 or row.tied)

    @classmethod
    def of(
        cls,
        header: Header,
        results: Sequence[Result],
        baseline: Result | None,
        predictions: PredictionsOf,
        groups: Sequence[str],
        test: Opening | None = None,
    ) -> Leaderboard:
        """Ranks the completed trials on the header's objective.

        Args:
            results: every trial that ended, without the baseline.
            baseline: the baseline's result.
            predictions: finds a result's out-of-fold predictions; None where there are none.
            groups: the group of every clip of the data set, by index.
            test: the opening of the test part, if it was opened.

        Raises:
            SweepError: the objective is unknown.
        """
        judge = Judge(metric(header.objective), predictions, groups, header.seed)
        ranked = judge.ranked(results)
        ties = judge.ties(ranked[:COMPARED])
        rows = tuple(_row(judge, result, i + 1, ties.get(result.trial.number)) for i, result in enumerate(ranked))
        finished = baseline if baseline is not None and judge.has_score(baseline) else None
        told = predictions(ranked[0]) if ranked else None
        tied = [row for row in rows if row.rank == 1 or row.tied]
        return cls(
            header=header,
            rows=rows,
            baseline=_row(judge, finished) if finished else None,
            lead=_lead(judge, ranked, finished) if finished else None,
            counts={state: n for state in State if (n := sum(result.state is state for result in results))},
            failures=_failures(results if baseline is None else [baseline, *results], judge),
            judged_clips=0 if told is None else len(told.clips),
            judged_groups=0 if told is None else len(set(judge.groups_of(told))),
            luck=_luck(judge.metric, rows, told),
            recommended=min(tied, key=lambda row: (row.parameters, row.rank)).number if tied else None,
            test=test,
        )


def _row(judge: Judge, result: Result, rank: int | None = None, tied: bool | None = None) -> Row:
    name = judge.metric.name
    shown = rank is None or rank <= COMPARED or not judge.metric.ranks
    return Row(
        rank=rank,
        number=result.trial.number,
        score=judge.score(result),
        interval=judge.interval(result) if shown else None,
        tied=tied,
        folds=tuple(fold.metrics[name] for fold in result.folds if name in fold.metrics),
        curves=tuple(_curve(fold.history, name) for fold in result.folds),
        metrics={key: value for key, value in result.metrics.items() if math.isfinite(value)},
        parameters=result.parameters,
        seconds=result.seconds,
        device=result.device,
        config=result.trial.config,
        state=result.state,
    )


def _lead(judge: Judge, ranked: Sequence[Result], baseline: Result) -> Lead | None:
    if not ranked:
        return None
    p = judge.p_value(ranked[0], baseline)
    difference = judge.score(ranked[0]) - judge.score(baseline)
    return Lead(difference, None if p is None else min(1.0, p * len(ranked)))


def _curve(history: Sequence[Mapping[str, float]], name: str) -> Curve:
    values = (epoch.get(name) for epoch in history)
    return tuple(value if value is not None and math.isfinite(value) else None for value in values)


def _luck(judged: Metric, rows: Sequence[Row], known: Predictions | None) -> float | None:
    if known is None or not judged.proportion or len(rows) < 2:
        return None
    return expected_best_of(len(rows), statistics.median(row.score for row in rows), len(known.clips))


def _failures(results: Sequence[Result], judge: Judge) -> tuple[Mishap, ...]:
    """Failed trials by cause, infeasible ones by reason, the most frequent first."""
    found: dict[tuple[State, str], list[tuple[int, str]]] = {}
    for result in results:
        told = _mishap(result, judge)
        if told is not None:
            state, cause, message = told
            found.setdefault((state, cause), []).append((result.trial.number, message))
    mishaps = [Mishap(state, cause, len(cases), *cases[0]) for (state, cause), cases in found.items()]
    return tuple(sorted(mishaps, key=lambda each: (each.state, -each.count, each.trial)))


def _mishap(result: Result, judge: Judge) -> tuple[State, str, str] | None:
    """State, cause and message of a trial that should have had a score."""
    cause = str(result.failure.cause) if result.failure else "unknown"
    message = result.failure.message if result.failure else "no reason was given"
    if result.state is State.INFEASIBLE:
        # Without its numbers, so that like counts with like.
        return State.INFEASIBLE, re.sub(r"\d+(\.\d+)?", "N", message), message
    if result.state is State.FAILED:
        return State.FAILED, cause, message
    if result.state is State.COMPLETE and not judge.has_score(result):
        return State.FAILED, str(Cause.NAN), f"its {judge.metric.name} is not a finite number"
    return None
