"""Leaderboard: the results of a sweep, ranked, with what the data can and cannot tell apart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sinesweep.continuing import Wish
from sinesweep.dataset import Task
from sinesweep.ensemble import Ensemble, NoEnsemble, ensemble_of
from sinesweep.finalists import Finalist, crowned, decided, finalists_of
from sinesweep.intervals import SIGNIFICANCE, Interval
from sinesweep.judge import Judge, PredictionsOf
from sinesweep.luck import best_by_luck
from sinesweep.metrics import Metric, metric
from sinesweep.mishaps import Mishap, mishaps_of
from sinesweep.objectives import front, goodness
from sinesweep.rows import COMPARED, Row, row_of
from sinesweep.trial import Result, State


@dataclass(frozen=True)
class Header:
    """What was asked.

    Attributes:
        name: of the sweep.
        dataset: the data set's name.
        clips, groups: how many the whole data set has.
        classes: their names; those of the labels in multi-label, and none in regression.
        how: one sentence that says how the score was split.
        objective: the metric that ranks the trials.
        seed: from which all chance of the sweep comes.
        budget_trials: how many trials may end.
        budget_hours: how long the search may take; None for no limit.
        hours: of search so far.
        versions: of the packages that took part.
        task: what is asked of a clip.
        objectives: all of them, `objective` first; none where it is the only one.
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
    objectives: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lead:
    """The best trial's way ahead of the baseline.

    Attributes:
        difference: best minus baseline, in the objective's own unit.
        p_value: corrected for the number of trials, because the best was chosen among them (Bonferroni); of a finalist
            over its fresh seeds; None without predictions.
    """

    difference: float
    p_value: float | None

    @property
    def distinguishable(self) -> bool | None:
        """Whether the data can tell the two apart."""
        return None if self.p_value is None else self.p_value < SIGNIFICANCE


@dataclass(frozen=True)
class Opening:
    """The one opening of the sealed test part.

    Attributes:
        trial: the winner that was tested.
        score: its objective on the clips of the test part.
        interval: 95 % around it; None where it has none.
        clips: how many there are in the test part.
        opened: when, as ISO 8601.
        baseline, baseline_interval: the baseline's score on the same clips.
    """

    trial: int
    score: float
    interval: Interval | None
    clips: int
    opened: str
    baseline: float | None = None
    baseline_interval: Interval | None = None


@dataclass(frozen=True)
class Leaderboard:
    """The best, honestly.

    Attributes:
        header: what was asked.
        rows: the best first: the finalists by their fresh seeds, then all others by the score of the search.
        baseline: the classical model that is trial 0; None where it has no score.
        lead: of the best over the baseline; None where there is not the one or the other.
        counts: how many trials ended in each state; neither the baseline nor the trainings of finalists count.
        failures: the trials that should have had a score and have none, by what went wrong.
        judged_clips, judged_groups: on how many the scores stand; 0 without predictions.
        luck: what the best of as many equally good models would be expected to read, each as good as the median
            trial of the search; None of fewer than two trials, or without predictions.
        recommended: the trial with the fewest parameters among those that are tied with the best and no worse than the
            baseline; None where there is none.
        test: how the winner did on the sealed test part; None as long as it is sealed.
        longer: of every trial that continues a finished one with more epochs, by number, the number of that one.
        halved: how many trials were tried once more in halves of a batch, for lack of memory.
        continued: how many trials went on after the loss of a worker.
        ensemble: the best trials answering together; None where that is no gain, or cannot be judged.
        no_ensemble: why there is none; None where there is one.
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
    longer: Mapping[int, int] = field(default_factory=dict)
    halved: int = 0
    continued: int = 0
    ensemble: Ensemble | None = None
    no_ensemble: NoEnsemble | None = None

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

    @property
    def finalists(self) -> tuple[Row, ...]:
        """Those that were trained again with fresh seeds, as they are ranked."""
        return tuple(row for row in self.rows if row.finalist is not None)

    @classmethod
    def of(
        cls,
        header: Header,
        results: Sequence[Result],
        baseline: Result | None,
        predictions: PredictionsOf,
        groups: Sequence[str],
        test: Opening | None = None,
        wishes: Sequence[Wish] = (),
    ) -> Leaderboard:
        """Ranks the completed trials on the header's objective.

        Args:
            results: every trial that ended, without the baseline.
            baseline: the baseline's result.
            predictions: finds a result's out-of-fold predictions; None where there are none.
            groups: the group of every clip of the data set, by index.
            test: the opening of the test part, if it was opened.
            wishes: what was wanted of finished trials, the fresh seeds of the finalists among it.

        Raises:
            SweepError: the objective is unknown.
        """
        judge = Judge(metric(header.objective), predictions, groups, header.seed)
        searched = [result for result in results if result.trial.repeats is None]
        begun = [result.state for result in searched if not result.was_queued]
        finalists = finalists_of(judge, results, wishes)
        by_search = judge.ranked(searched)
        ranked = crowned(by_search, finalists, judge)
        rows = _rows(judge, ranked, finalists, header.objectives)
        rows = _tied(judge, rows, results, decided(by_search, finalists))
        finished = baseline if baseline is not None and judge.has_score(baseline) else None
        told = predictions(ranked[0]) if ranked else None
        together = ensemble_of(judge, ranked)
        base = row_of(judge, finished) if finished else None
        return cls(
            header=header,
            rows=rows,
            baseline=base,
            lead=_lead(judge, rows, results, finished) if finished else None,
            counts={state: n for state in State if (n := begun.count(state))},
            failures=mishaps_of(results if baseline is None else [baseline, *results], judge),
            judged_clips=0 if told is None else len(told.clips),
            judged_groups=0 if told is None else len(set(judge.groups_of(told))),
            luck=best_by_luck(judge, by_search),
            recommended=_recommended(judge.metric, rows, base),
            test=test,
            longer=_longer(results),
            halved=len({result.trial.origin for result in results if result.trial.accumulate > 1}),
            continued=len({result.trial.origin for result in results if result.trial.lost}),
            ensemble=together if isinstance(together, Ensemble) else None,
            no_ensemble=together if isinstance(together, NoEnsemble) else None,
        )


def _rows(
    judge: Judge, ranked: Sequence[Result], finalists: Mapping[int, Finalist], objectives: Sequence[str]
) -> tuple[Row, ...]:
    """A row a result, in their order, marked where none beats it in all."""
    rows = tuple(
        row_of(judge, result, rank, finalists.get(result.trial.origin)) for rank, result in enumerate(ranked, start=1)
    )
    if not objectives:
        return rows
    unbeaten = front([goodness(objectives, result) for result in ranked])
    return tuple(replace(row, pareto=mark) for row, mark in zip(rows, unbeaten, strict=True))


def _tied(judge: Judge, rows: tuple[Row, ...], results: Sequence[Result], fresh: bool) -> tuple[Row, ...]:
    """The rows, marked where the data cannot tell them from the first: by the trainings that have ranked them."""
    found = {result.trial.number: result for result in results}
    trained = {
        row.number: [found[number] for number in (row.trainings if fresh else (row.number,))] for row in rows[:COMPARED]
    }
    if not trained:
        return rows
    ties = judge.ties(trained.pop(rows[0].number), trained)
    return tuple(replace(row, tied=ties.get(row.number)) for row in rows)


def _recommended(judged: Metric, rows: Sequence[Row], baseline: Row | None) -> int | None:
    least = -math.inf if baseline is None else judged.goodness(baseline.score)
    tied = [row for row in rows if (row.rank == 1 or row.tied) and judged.goodness(row.honest[0]) >= least]
    return min(tied, key=lambda row: (row.parameters, row.rank)).number if tied else None


def _lead(judge: Judge, rows: Sequence[Row], results: Sequence[Result], baseline: Result) -> Lead | None:
    if not rows:
        return None
    trained = [result for result in results if result.trial.number in rows[0].trainings]
    p = judge.p_value(trained, [baseline])
    return Lead(rows[0].honest[0] - judge.score(baseline), None if p is None else min(1.0, p * len(rows)))


def _longer(results: Sequence[Result]) -> dict[int, int]:
    whole = {each.trial.origin: each.trial.number for each in results if each.state is State.COMPLETE}
    ended = [each.trial for each in results if each.state.spent and each.trial.continues in whole]
    return {trial.number: whole[trial.continues] for trial in ended if trial.continues is not None}
