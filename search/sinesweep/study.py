"""Study: asks for trials, judges reports, and is told results.

The truth of a sweep is its Optuna storage. Each trial there carries its configuration and its `Result`, so nothing
about a search is kept anywhere else; `sinesweep.record` reads it.
"""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import cast

import optuna
from optuna.trial import FrozenTrial, TrialState

from sinesweep.domains import Choice, Domain, Float, Scalar
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


class Study:
    """One sweep's search, driven by one process."""

    def __init__(self, sweep: Sweep, storage: str, *, resume: bool = False) -> None:
        """Creates the study, or goes on with it: then no trial stays RUNNING that a dead driver left behind.

        Args:
            sweep: what is searched and how.
            storage: an Optuna storage URL, or the path of a journal file.
            resume: the study is there already.

        Raises:
            SweepError: there is no study to resume, one that must not be overwritten, or a sampler lacks a package.
        """
        self._sweep, self._space = sweep, sweep.space()
        if resume and "://" not in storage:
            mend_journal(Path(storage))
        self._study = load_study(sweep, storage) if resume else create_study(sweep, storage)
        self.record = Record(self._study)
        self._asked: dict[int, optuna.Trial] = {}
        self._seconds_before, self._began = self.record.seconds, time.monotonic()
        if resume:
            self._release()
        else:
            self._study.add_trial(_baselines_place())
            self._enqueue_first()
        seed = sweep.search.seed + len(self._study.get_trials(deepcopy=False))
        self._study.sampler = make_sampler(sweep.search, seed)
        self._study.pruner = make_pruner(sweep.search, _longest(self._space))

    def ask(self) -> Trial | None:
        """What to do next; None where a grid has been gone through."""
        if self._sweep.search.sampler == "grid" and not self._waiting():
            return None
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
        if result.state is State.COMPLETE:
            self._study.tell(asked, result.value)
        elif result.failure is not None and result.failure.cause in TEACHES:
            asked.set_constraint(result.failure.cause, 1.0)
            self._study.tell(asked, state=TrialState.PRUNED)
        else:
            self._study.tell(asked, state=TrialState.PRUNED if result.state is State.PRUNED else TrialState.FAIL)
        if result.state is State.INTERRUPTED:
            self._study.enqueue_trial(asked.params)

    def record_baseline(self, result: Result) -> None:
        """Keeps the baseline's result as that of trial 0."""
        self._study.set_user_attr(BASELINE, result_to_json(result))

    def spend(self) -> float:
        """Seconds of search so far, over all resumes; writes them down."""
        seconds = self._seconds_before + time.monotonic() - self._began
        self._study.set_user_attr(SECONDS, seconds)
        return seconds

    def _enqueue_first(self) -> None:
        for point in self._sweep.enqueue:
            self._study.enqueue_trial(point)
        if self._sweep.search.sampler == "grid":
            points = list(grid(self._space.suggest))
            random.Random(self._sweep.search.seed).shuffle(points)
            for point in points[: self._sweep.budget.trials]:
                self._study.enqueue_trial(point)

    def _release(self) -> None:
        """Ends what a dead driver left running, and queues its configuration to be tried again."""
        for frozen in self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            if TRIAL not in frozen.user_attrs:  # it died while it was being asked for
                self._study.tell(frozen.number, state=TrialState.FAIL)
                continue
            self._asked[frozen.number] = optuna.Trial(self._study, frozen._trial_id)
            if RESULT in frozen.user_attrs:  # it died while it was telling
                self.tell(result_from_json(frozen.user_attrs[RESULT]))
                continue
            self.tell(Result(trial_from_json(frozen.user_attrs[TRIAL]), State.INTERRUPTED))

    def _waiting(self) -> bool:
        return bool(self._study.get_trials(deepcopy=False, states=(TrialState.WAITING,)))


def _baselines_place() -> FrozenTrial:
    """Optuna's trial 0, so that its numbers and ours agree. FAIL keeps it out of the samplers' sight: a trial without
    parameters would shrink the space that they learn together."""
    note = {"note": "the baseline's place; its result is the study's attribute 'baseline'"}
    return optuna.create_trial(state=TrialState.FAIL, user_attrs=note)


def _suggest(asked: optuna.Trial, name: str, domain: Domain) -> Scalar:
    if isinstance(domain, Choice):
        return cast("Scalar", asked.suggest_categorical(name, domain.options))
    if isinstance(domain, Float):
        return asked.suggest_float(name, domain.low, domain.high, log=domain.log)
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
