"""Rows: the trials of a leaderboard that have a score, each with all that is known of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from sinesweep.diagnosis import Diagnosis, diagnose
from sinesweep.exports import Export
from sinesweep.finalists import Finalist
from sinesweep.intervals import Interval
from sinesweep.judge import Judge
from sinesweep.objectives import costs_of
from sinesweep.trial import Config, Result, State

COMPARED = 20
"""Only so many rows are compared with the best; a longer family of tests would blur the top."""

Curve: TypeAlias = tuple[float | None, ...]


@dataclass(frozen=True)
class Row:
    """One finished trial.

    Attributes:
        rank: from 1; None for the baseline.
        number: of the trial.
        score: the objective on the validation part, mean over folds.
        interval: 95 %, of all validation clips taken together; None where the predictions are not there, and beyond the
            first 20 rows (`COMPARED`) of a metric whose intervals take long.
        tied: the data cannot tell it from the best; None where that was not asked (beyond the first 20 rows,
            the baseline, or without predictions).
        folds: the objective fold by fold.
        curves: the objective epoch by epoch, a curve a fold.
        metrics: every metric of the task by name, mean over folds.
        parameters: of the network; 0 for the baseline.
        seconds: wall time of the whole trial.
        device: where it was trained.
        config: the plugins and all their settings.
        state: how it ended.
        accumulate: in how many parts each batch passed the network; more than 1 after it ran out of memory.
        lost: how often the process that trained it was lost.
        costs: what is known of the network's costs by name: parameters, multiply_adds, model_bytes, latency_ms.
        pareto: no other trial beats it, all objectives considered; None with one objective, and for the baseline.
        diagnosis: what its curves say; None where they do not tell, and for the baseline.
        finalist: what fresh seeds have made of it; None where it was not trained again.
        exports: what the winner costs in other formats.
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
    accumulate: int = 1
    lost: int = 0
    costs: Mapping[str, float] = field(default_factory=dict)
    pareto: bool | None = None
    diagnosis: Diagnosis | None = None
    finalist: Finalist | None = None
    exports: tuple[Export, ...] = ()

    @property
    def honest(self) -> tuple[float, Interval | None]:
        """The score that counts, with its interval: that of the fresh seeds where all gave one, else the search's."""
        if self.finalist is None or self.finalist.score is None or not self.finalist.eligible:
            return self.score, self.interval
        return self.finalist.score, self.finalist.interval

    @property
    def trainings(self) -> tuple[int, ...]:
        """The numbers of the trials that `honest` stands on: those with fresh seeds, or this one."""
        return self.finalist.trials if self.finalist is not None and self.finalist.eligible else (self.number,)


def row_of(
    judge: Judge,
    result: Result,
    rank: int | None = None,
    finalist: Finalist | None = None,
) -> Row:
    """The row of a result that has a score, not yet compared with others; without a rank that of the baseline."""
    name = judge.metric.name
    shown = rank is None or rank <= COMPARED or not judge.metric.ranks
    return Row(
        rank=rank,
        number=result.trial.number,
        score=judge.score(result),
        interval=judge.interval(result) if shown else None,
        tied=None,
        folds=tuple(fold.metrics[name] for fold in result.folds if name in fold.metrics),
        curves=tuple(_curve(fold.history, name) for fold in result.folds),
        metrics={key: value for key, value in result.metrics.items() if math.isfinite(value)},
        parameters=result.parameters,
        seconds=result.seconds,
        device=result.device,
        config=result.trial.config,
        state=result.state,
        accumulate=result.trial.accumulate,
        lost=result.trial.lost,
        costs=costs_of(result),
        diagnosis=None if rank is None else diagnose(result, judge.metric),
        finalist=finalist,
    )


def _curve(history: Sequence[Mapping[str, float]], name: str) -> Curve:
    values = (epoch.get(name) for epoch in history)
    return tuple(value if value is not None and math.isfinite(value) else None for value in values)
