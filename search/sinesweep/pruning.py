"""Pruning: what Optuna's pruners are asked, and what is asked of the folds."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Mapping, Sequence

import optuna
from optuna.trial import TrialState

from sinesweep.metrics import Metric, metric
from sinesweep.record import TRIAL
from sinesweep.sections import Search
from sinesweep.trial import FEWEST_FOLDS, Report, Result, State

AUGMENTED = 1.5
"""A trial with augmentations learns more slowly: so many times the epochs pass before it is judged."""


def warm_up(epochs: int) -> int:
    """The epochs that pass before a trial is judged, where the longest of the sweep trains `epochs`."""
    return max(1, epochs // 5)


class Pruning:
    """Says of every report whether its trial goes on.

    Trials are compared epoch by epoch of the first fold. An epoch of any trial of a sweep passes once over every window
    of the same clips, whatever the batch size and however the clips are varied, so its number stands for the samples
    that were seen (trials with `fit.patience` hold 15 % of them back). A trial that goes on from a checkpoint, under
    whatever number, counts on from there. Of trials that were continued beyond the search nothing is known here.

    A trial with augmentations takes part in every comparison, and no verdict counts before `AUGMENTED` times the epochs
    after which the first others are judged: of hyperband's rungs it is let off the lowest.
    """

    def __init__(self, search: Search, study: optuna.Study, epochs: int, results: Iterable[Result]) -> None:
        """Makes ready to judge.

        Args:
            search: who prunes, and by which objective.
            study: what Optuna's pruner compares with; where there are several objectives, its name alone counts.
            epochs: the longest training of the sweep.
            results: of the trials that ended before this process began.
        """
        judged = metric(search.objective)
        several = len(search.objectives) > 1
        # With several objectives a trial that is worse in the first may be the best in another: no fold ends it.
        self._folds = None if several or search.pruner == "none" else Folds(judged)
        self._first = FirstObjective(judged, study.study_name, study.pruner) if several else None
        self._objective, self._said = search.objective, dict[int, int]()
        self._later = math.ceil(AUGMENTED * warm_up(epochs))
        for result in results:
            self._remember(result)

    def keep_going(self, report: Report, asked: optuna.Trial) -> bool:
        """The verdict on a report: by epochs in the first fold, by whole folds between folds."""
        if report.folds:
            return self._folds is None or not self._folds.hopeless(report.folds)
        if report.fold > 0:
            return True
        value = report.metrics[self._objective]
        said, self._said[report.number] = self._said.get(report.number, 0), report.epoch
        if report.epoch > said:  # a trial that lost its worker may say an epoch again
            if self._first is None:
                asked.report(value, report.epoch)
            else:
                self._first.report(report.number, report.epoch, value)
        # Asked in any case: at its rungs hyperband writes down what the others are compared with.
        hopeless = asked.should_prune() if self._first is None else self._first.should_prune(report.number)
        if not hopeless:
            return True
        return report.epoch < self._later and bool(asked.user_attrs[TRIAL]["config"]["augmentations"])

    def ended(self, result: Result) -> None:
        """Takes note of a trial's end."""
        self._said.pop(result.trial.number, None)
        if self._first is not None:
            self._first.ended(result)
        if self._folds is not None:
            self._folds.ended(result)

    def _remember(self, result: Result) -> None:
        if self._first is not None and result.state is State.COMPLETE and result.folds:
            for epoch, metrics in enumerate(result.folds[0].history, 1):
                self._first.report(result.trial.number, epoch, metrics[self._objective])
        self.ended(result)


class FirstObjective:
    """A study of the first objective alone, in memory: Optuna itself prunes no search for several objectives.

    Optuna's storage must not hold these values instead: its samplers take them for those of a single objective. What
    pruned trials had reached is forgotten when a search goes on in another process.
    """

    def __init__(self, metric: Metric, name: str, pruner: optuna.pruners.BasePruner) -> None:
        """No trial is known yet; Hyperband shares out its brackets by the study's name."""
        self._study = optuna.create_study(direction=metric.direction, study_name=name, pruner=pruner)
        self._asked: dict[int, optuna.Trial] = {}

    def report(self, number: int, epoch: int, value: float) -> None:
        """Takes note of the value that a trial has come to."""
        if number not in self._asked:
            self._asked[number] = self._study.ask()
        self._asked[number].report(value, epoch)

    def should_prune(self, number: int) -> bool:
        """The pruner's verdict on a trial that has reported."""
        return self._asked[number].should_prune()

    def ended(self, result: Result) -> None:
        """Takes note of a trial's end, if it ever reported."""
        asked = self._asked.pop(result.trial.number, None)
        if asked is None:
            return
        if result.state is State.COMPLETE and result.value is not None and math.isfinite(result.value):
            self._study.tell(asked, result.value)
        else:
            self._study.tell(asked, state=TrialState.PRUNED if result.state is State.PRUNED else TrialState.FAIL)


class Folds:
    """Ends a trial between folds that is clearly worse than the best one on the same folds."""

    def __init__(self, metric: Metric) -> None:
        """No trial is known yet."""
        self._metric = metric
        self._best: Result | None = None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            self._pruner = optuna.pruners.WilcoxonPruner()

    def ended(self, result: Result) -> None:
        """Takes note of a trial's end."""
        if result.state is not State.COMPLETE or len(result.folds) < FEWEST_FOLDS or result.value is None:
            return
        if not math.isfinite(result.value):
            return
        if self._best is None or self._goodness(result) > self._goodness(self._best):
            self._best = result

    def hopeless(self, scores: Sequence[Mapping[str, float]]) -> bool:
        """Whether a Wilcoxon test between these folds and the same ones of the best trial finds them worse."""
        if self._best is None:
            return False
        study = optuna.create_study(direction=self._metric.direction)
        study.add_trial(self._frozen([fold.metrics for fold in self._best.folds], self._best.value))
        return self._pruner.prune(study, self._frozen(scores, None))

    def _frozen(self, scores: Sequence[Mapping[str, float]], value: float | None) -> optuna.trial.FrozenTrial:
        state = TrialState.RUNNING if value is None else TrialState.COMPLETE
        steps = {fold: metrics[self._metric.name] for fold, metrics in enumerate(scores)}
        return optuna.create_trial(state=state, value=value, intermediate_values=steps)

    def _goodness(self, result: Result) -> float:
        return self._metric.goodness(result.value or 0.0)
