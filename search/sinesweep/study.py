"""Study: asks for trials, judges reports, and is told results.

The truth of a sweep is its Optuna storage. Each trial there carries its configuration and its `Result`, so nothing
about a search is kept anywhere else; `sinesweep.record` reads it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import optuna
from optuna.trial import FrozenTrial, TrialState

from sinesweep.domains import Choice, Domain, Float, Scalar
from sinesweep.errors import SweepError
from sinesweep.picks import grid
from sinesweep.ranges import Pinned
from sinesweep.record import (
    BASELINE,
    RESULT,
    SECONDS,
    TRIAL,
    Record,
    result_from_json,
    result_to_json,
    trial_from_json,
    trial_to_json,
)
from sinesweep.samplers import make_pruner, make_sampler
from sinesweep.space import SearchSpace
from sinesweep.storage import create_study, load_study, mend_journal
from sinesweep.sweep import Sweep
from sinesweep.trial import Cause, Report, Result, State, Trial

TEACHES = (Cause.INFEASIBLE, Cause.NAN, Cause.OUT_OF_MEMORY, Cause.PLUGIN)
"""Ends that the configuration itself causes. Told FAIL, a sampler would come back to it; so it is told a constraint."""

POINT = "fixed_params"
"""Optuna's own attribute of a trial that was queued with some of its values."""


class Study:
    """One sweep's search, driven by one process."""

    def __init__(self, sweep: Sweep, storage: str, *, resume: bool = False) -> None:
        """Creates the study, or goes on with it: then no trial stays RUNNING that a dead driver left behind.

        Args:
            sweep: what is searched and how.
            storage: an Optuna storage URL, or the path of a journal file.
            resume: the study is there already.

        Raises:
            SweepError: there is no study to resume, one that must not be overwritten, a sampler lacks a package, or a
                grid cannot go through this space. Nothing has been created then.
        """
        self._sweep, self._space, search = sweep, sweep.space(), sweep.search
        self._grid = _shuffled_grid(self._space, search.seed) if search.sampler == "grid" else None
        first, held = _first_trials(sweep), _held(sweep, storage) if resume else None
        trials = max(len(first), 0 if held is None else _count(held))
        # Both are made before a study is: what they refuse leaves nothing behind.
        sampler, pruner = make_sampler(search, search.seed + trials), make_pruner(search, _longest(self._space))
        self._study = create_study(sweep, storage) if held is None else held
        self._study.sampler, self._study.pruner = sampler, pruner
        self.record = Record(self._study)
        self._asked: dict[int, optuna.Trial] = {}
        self._seconds_before, self._began = self.record.seconds, time.monotonic()
        for trial in first[_count(self._study) :]:  # those that a driver that died has not added yet
            self._study.add_trial(trial)
        self._release()

    def ask(self) -> Trial | None:
        """What to do next; None where a grid has been gone through."""
        if self._grid is not None and not self._waiting():
            point = self._untried(self._grid)
            if point is None:
                return None
            self._study.enqueue_trial(point)
        asked = self._study.ask()
        config = self._space.suggest(lambda name, domain: _suggest(asked, name, domain))
        trial = Trial(asked.number, config, _seed(self._sweep.search.seed, asked.number))
        asked.set_user_attr(TRIAL, trial_to_json(trial))
        self._asked[trial.number] = asked
        return trial

    def keep_going(self, report: Report) -> bool:
        """The pruner's verdict. Only the first fold is judged: epochs of other folds are not comparable."""
        if report.fold > 0:
            return True
        asked = self._asked[report.number]
        asked.report(report.metrics[self._sweep.search.objective], report.epoch)
        return not asked.should_prune()

    def tell(self, result: Result) -> None:
        """Records what came of a trial, and teaches the sampler what it has to know."""
        asked = self._asked.pop(result.trial.number)
        asked.set_user_attr(RESULT, result_to_json(result))
        if result.state is State.INTERRUPTED:
            self._study.enqueue_trial(asked.params)
        if result.state is State.COMPLETE:
            self._study.tell(asked, result.value)
        elif result.failure is not None and result.failure.cause in TEACHES:
            asked.set_constraint(result.failure.cause, 1.0)
            self._study.tell(asked, state=TrialState.PRUNED)
        else:
            self._study.tell(asked, state=TrialState.PRUNED if result.state is State.PRUNED else TrialState.FAIL)

    def record_baseline(self, result: Result) -> None:
        """Keeps the baseline's result as that of trial 0."""
        self._study.set_user_attr(BASELINE, result_to_json(result))

    def spend(self) -> float:
        """Seconds of search so far, over all resumes; writes them down."""
        seconds = self._seconds_before + time.monotonic() - self._began
        self._study.set_user_attr(SECONDS, seconds)
        return seconds

    def _untried(self, points: Iterator[dict[str, Scalar]]) -> dict[str, Scalar] | None:
        """The next of the points that no trial has; None where there is none."""
        trials = self._study.get_trials(deepcopy=False)
        tried = {frozenset(trial.params.items()) for trial in trials if TRIAL in trial.user_attrs}
        return next((point for point in points if frozenset(point.items()) not in tried), None)

    def _release(self) -> None:
        """Ends what a dead driver left running, and queues its configuration to be tried again."""
        for frozen in self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            if TRIAL not in frozen.user_attrs:  # it died while it was being asked for
                if POINT in frozen.system_attrs:
                    self._study.enqueue_trial(frozen.system_attrs[POINT])
                self._study.tell(frozen.number, state=TrialState.FAIL)
                continue
            self._asked[frozen.number] = optuna.Trial(self._study, frozen._trial_id)
            if RESULT in frozen.user_attrs:  # it died while it was telling
                self.tell(result_from_json(frozen.user_attrs[RESULT]))
                continue
            self.tell(Result(trial_from_json(frozen.user_attrs[TRIAL]), State.INTERRUPTED))

    def _waiting(self) -> bool:
        return bool(self._study.get_trials(deepcopy=False, states=(TrialState.WAITING,)))


def _held(sweep: Sweep, storage: str) -> optuna.Study:
    """The study that is gone on with. Its driver is dead, so its journal may be mended."""
    if "://" not in storage:
        mend_journal(Path(storage))
    return load_study(sweep, storage)


def _count(study: optuna.Study) -> int:
    return len(study.get_trials(deepcopy=False))


def _first_trials(sweep: Sweep) -> list[FrozenTrial]:
    """What a study begins with: the baseline's place and the points to try first, in this order."""
    points = (optuna.create_trial(state=TrialState.WAITING, system_attrs={POINT: point}) for point in sweep.enqueue)
    return [_baselines_place(), *points]


def _shuffled_grid(space: SearchSpace, seed: int) -> Iterator[dict[str, Scalar]]:
    """Every point of the space once, in an order that the seed alone decides.

    Raises:
        SweepError: a grid cannot go through this space.
    """
    problems = space.check_grid()
    if problems:
        raise SweepError(*problems)
    points = list(grid(space.suggest))
    random.Random(seed).shuffle(points)
    return iter(points)


def _baselines_place() -> FrozenTrial:
    """Optuna's trial 0, so that its numbers and ours agree. FAIL keeps it out of the samplers' sight: a trial without
    parameters would shrink the space that they learn together."""
    note = {"note": "the baseline's place; its result is the study's attribute 'baseline'"}
    return optuna.create_trial(state=TrialState.FAIL, user_attrs=note)


def _suggest(asked: optuna.Trial, name: str, domain: Domain) -> Scalar:
    if isinstance(domain, Choice):
        return cast("Scalar", asked.suggest_categorical(name, domain.options))
    if isinstance(domain, Float):
        return asked.suggest_float(name, domain.low, domain.high, step=domain.step, log=domain.log)
    return asked.suggest_int(name, domain.low, domain.high, step=domain.step, log=domain.log)


def _longest(space: SearchSpace) -> int:
    """The most epochs that a trial of this space may train."""
    epochs = space.fit.ranges["epochs"]
    if isinstance(epochs, Pinned):
        return int(epochs.value)
    return int(max(epochs.options) if isinstance(epochs, Choice) else epochs.high)


def _seed(sweep_seed: int, number: int) -> int:
    """A trial's own seed: the same whatever ran before it."""
    return random.Random(f"{sweep_seed}/{number}").getrandbits(31)
