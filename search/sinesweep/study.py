"""Study: asks for trials, judges reports, and is told results.

The truth of a sweep is its Optuna storage. Each trial there carries its configuration and its `Result`, so nothing
about a search is kept anywhere else; `sinesweep.record` reads it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import optuna
from optuna.distributions import BaseDistribution
from optuna.study._tell import _tell_with_warning
from optuna.trial import FrozenTrial, TrialState

from sinesweep.continuing import Wish, continued
from sinesweep.domains import Scalar
from sinesweep.journal import mend_journal, together
from sinesweep.limits import excess
from sinesweep.metrics import metric
from sinesweep.objectives import costs_of, values_of
from sinesweep.picks import suggest
from sinesweep.promotion import Promotion
from sinesweep.pruning import Pruning
from sinesweep.record import (
    ACCUMULATE,
    BASELINE,
    FIRST,
    LOST,
    RESULT,
    SECONDS,
    SEED,
    STARTED,
    TRIAL,
    UNTIL,
    Record,
    result_from_json,
    result_to_json,
    trial_from_json,
    trial_to_json,
)
from sinesweep.samplers import SEQUENCES, make_pruner, make_sampler, reseeded
from sinesweep.storage import create_study, load_study
from sinesweep.sweep import Sweep
from sinesweep.trial import Cause, Config, Report, Result, State, Trial
from sinesweep.waiting import KEPT, POINT, first_trials, same_again

TEACHES = (Cause.INFEASIBLE, Cause.LIMIT, Cause.NAN, Cause.OUT_OF_MEMORY, Cause.HUNG, Cause.PLUGIN)
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
            SweepError: there is no study to resume, one that must not be overwritten, a sampler lacks a package, or a
                grid cannot go through this space. Nothing has been created then.
        """
        self._sweep, self.space, search = sweep, sweep.space(), sweep.search
        self._grid = self.space.shuffled_grid(search.seed) if search.sampler == "grid" else None
        if "://" not in storage:  # nobody else drives this sweep, so its journal may be mended
            mend_journal(Path(storage))
        first, held = first_trials(sweep), load_study(sweep, storage) if resume else None
        # Both are made before a study is: what they refuse leaves nothing behind.
        sampler, pruner = make_sampler(search, search.seed), make_pruner(search, self.space.longest)
        self._study = create_study(sweep, storage) if held is None else held
        self._study.sampler, self._study.pruner = sampler, pruner
        self.record = Record(self._study)
        self._asked: dict[int, optuna.Trial] = {}
        self._continued: dict[int, Wish] = {}
        searched = [result for result in self.record.results() if result.trial.searched]
        self._pruning = Pruning(search, self._study, self.space.longest, searched)
        self._promotion: Promotion | None = None
        if search.pruner == "asha":
            told = self._study.get_trials(deepcopy=False)
            self._promotion = Promotion.of(told, self.space.longest, metric(search.objective))
        self._seconds_before = self.record.seconds
        self._began: float | None = None  # the clock starts with the first trial
        for trial in first[_count(self._study) :]:  # those that a driver that died has not added yet
            self._study.add_trial(trial)
        asked = [each.user_attrs for each in self._study.get_trials(deepcopy=False) if TRIAL in each.user_attrs]
        self._draws = sum(FIRST not in attributes for attributes in asked)  # one that is tried again counts once
        self._release()

    def ask(self, *, fresh: bool = True) -> Trial | None:
        """What to do next: a finished trial that is wanted longer or again, a paused one that has earned to go on, or a
        new configuration, if it may be a `fresh` one.

        None where there is none: nobody has earned it, or a grid has been gone through.

        The chance in an ask follows from the sweep's seed and the number of asks before it, and a trial that is tried
        again keeps its own. So a search by one worker that was interrupted goes on as if it had not been (but for
        CMA-ES, which does not know a trial again).
        """
        now = time.monotonic()
        with together(self._study._storage):
            trial = self._asked_for(fresh)
        if trial is not None and self._began is None:
            self._began = now
        return trial

    def _asked_for(self, fresh: bool) -> Trial | None:
        wanted = [wish for wish in self.record.unmet() if wish not in self._continued.values()]
        if wanted:
            return self._continue(wanted[0])
        if (paused := self._promoted(fresh)) is not None:
            return self._go_on(paused)
        if not fresh:
            return None
        if self._grid is not None and not self._waiting():
            point = self._untried(self._grid)
            if point is None:
                return None
            self._study.enqueue_trial(point)
        search, draw = self._sweep.search, self._draws + 1
        if search.sampler not in SEQUENCES:
            self._study.sampler = reseeded(self._study.sampler, search, _seed(search.seed, draw))
        asked = self._study.ask()
        config, noted = self.space.suggest(lambda name, domain: suggest(asked, name, domain)), asked.user_attrs
        seed, first = noted.get(SEED, _seed(search.seed, draw)), noted.get(FIRST)
        parts, lost = noted.get(ACCUMULATE, 1), noted.get(LOST, 0)
        trial = Trial(asked.number, config, seed, first, self._until(noted, config), parts, lost)
        asked.set_user_attr(TRIAL, trial_to_json(trial))
        self._asked[trial.number] = asked
        self._draws += first is None
        return trial

    def started(self, trial: Trial) -> None:
        """Notes that a worker has a trial, for those who watch."""
        self._asked[trial.number].set_user_attr(STARTED, True)

    def again(self, trial: Trial) -> None:
        """Notes that a trial is handed out again, in another way than before."""
        self._asked[trial.number].set_user_attr(TRIAL, trial_to_json(trial))

    def keep_going(self, report: Report) -> bool:
        """The pruner's verdict on a trial that runs. One that somebody wanted is trained to its end."""
        return report.number in self._continued or self._pruning.keep_going(report, self._asked[report.number])

    def tell(self, result: Result) -> None:
        """Records what came of a trial and what was spent so far, and teaches the sampler what it has to know."""
        with together(self._study._storage):
            self.spend()
            self._tell(result)

    def _tell(self, result: Result) -> None:
        asked = self._asked.pop(result.trial.number)
        asked.set_user_attr(RESULT, result_to_json(result))
        if not result.trial.searched:  # no sampler and no pruner learns from trials of another length, or seed
            self._continued.pop(result.trial.number, None)
            self._end(asked, TrialState.FAIL)
            return
        self._pruning.ended(result)
        if self._promotion is not None and result.state is State.PAUSED:
            self._promotion.stands(result)
        if result.state is State.INTERRUPTED and not self._waits(result.trial.origin):
            self._study.enqueue_trial(asked.params, user_attrs=same_again(result.trial))
        if result.state is State.COMPLETE:
            self._end(asked, TrialState.COMPLETE, values_of(self._sweep.search.objectives, result))
        elif result.failure is not None and result.failure.cause in TEACHES:
            for name, violation in self._broken(result, result.failure.cause).items():
                if name not in asked.constraints:  # a driver that died while it was telling has told it
                    asked.set_constraint(name, violation)
            self._end(asked, TrialState.PRUNED)
        else:
            stopped = result.state in (State.PRUNED, State.PAUSED)
            self._end(asked, TrialState.PRUNED if stopped else TrialState.FAIL)

    def _end(self, asked: optuna.Trial, state: TrialState, values: Sequence[float] | None = None) -> None:
        """Optuna's `Study.tell`, but for the copy of the whole trial that it makes and returns."""
        _tell_with_warning(self._study, asked, values, state)

    def wish(self, wishes: Sequence[Wish]) -> None:
        """Notes which finished trials shall be trained longer or again."""
        self.record.wish(wishes)

    def record_baseline(self, result: Result) -> None:
        """Keeps the baseline's result as that of trial 0."""
        self._study.set_user_attr(BASELINE, result_to_json(result))

    def spend(self) -> float:
        """Seconds of search so far, over all resumes, each from its first trial on; writes them down."""
        if self._began is None:
            return self._seconds_before
        seconds = self._seconds_before + time.monotonic() - self._began
        self._study.set_user_attr(SECONDS, seconds)
        return seconds

    def _broken(self, result: Result, cause: Cause) -> dict[str, float]:
        """The constraints that a trial has broken, and how much: 1, or by how many doublings it is over a limit."""
        if cause is not Cause.LIMIT:
            return {cause: 1.0}
        over = excess(self._sweep.limits.asked(), costs_of(result))
        return {f"limits.{name}": doublings for name, doublings in over.items()}

    def _until(self, noted: Mapping[str, Any], config: Config) -> int | None:
        """The epoch after which a trial that was asked for is paused."""
        if self._promotion is None:
            return None
        if FIRST in noted:  # it goes on with what it had begun
            return cast("int | None", noted.get(UNTIL))
        return self._promotion.first_rung(config)

    def _promoted(self, fresh: bool) -> Result | None:
        """Who goes on. At the very end somebody does, so that at least one configuration is trained to its end."""
        if self._promotion is None:
            return None
        paused = self._promotion.next()
        if paused is not None or fresh or self._asked:
            return paused
        trained = any(result.state is State.COMPLETE for result in self.record.results())
        return None if trained else self._promotion.best()

    def _go_on(self, paused: Result) -> Trial:
        """A paused trial as a trial of its own, with its values, its seed and its checkpoint."""
        if self._promotion is None:
            raise ValueError("no trial is ever paused in this study")
        trials = self._study.get_trials(deepcopy=False)
        origin, until, values = paused.trial.origin, self._promotion.next_rung(paused), trials[paused.trial.number]
        trial = replace(paused.trial, number=len(trials), first=origin, until=until)
        self._begin(trial, values.params, values.distributions)
        self._promotion.goes_on(origin, until)
        return trial

    def _continue(self, wish: Wish) -> Trial:
        """A finished trial as a trial of its own, longer or again; it has no values, so no sampler sees it."""
        trial = continued(wish, _count(self._study), self.record.results())
        self._begin(trial, {}, {})
        self._continued[trial.number] = wish
        return trial

    def _begin(self, trial: Trial, params: dict[str, Any], distributions: dict[str, BaseDistribution]) -> None:
        """Adds a trial whose configuration is known, and which no sampler draws."""
        attributes = {TRIAL: trial_to_json(trial), **same_again(trial)}
        self._study.add_trial(
            optuna.create_trial(
                state=TrialState.RUNNING, params=params, distributions=distributions, user_attrs=attributes
            )
        )
        added = self._study.get_trials(deepcopy=False)[trial.number]
        self._asked[trial.number] = optuna.Trial(self._study, added._trial_id)

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
                    again = {name: frozen.user_attrs[name] for name in KEPT if name in frozen.user_attrs}
                    self._study.enqueue_trial(frozen.system_attrs[POINT], user_attrs=again)
                self._study.tell(frozen.number, state=TrialState.FAIL)
                continue
            self._asked[frozen.number] = optuna.Trial(self._study, frozen._trial_id)
            if RESULT in frozen.user_attrs:  # it died while it was telling
                self.tell(result_from_json(frozen.user_attrs[RESULT]))
                continue
            self.tell(Result(trial_from_json(frozen.user_attrs[TRIAL]), State.INTERRUPTED))

    def _waiting(self) -> list[FrozenTrial]:
        return self._study.get_trials(deepcopy=False, states=(TrialState.WAITING,))

    def _waits(self, origin: int) -> bool:
        """Whether a trial is to be tried again already: a driver that died while it was telling has queued it."""
        return any(waiting.user_attrs.get(FIRST) == origin for waiting in self._waiting())


def _count(study: optuna.Study) -> int:
    return len(study.get_trials(deepcopy=False))


def _seed(sweep_seed: int, draw: int) -> int:
    """The chance of one ask and its trial: the same whatever ran before it."""
    return random.Random(f"{sweep_seed}/{draw}").getrandbits(31)
