"""Replaying: a fresh study is asked, told and reported to as a recorded one was, and has to ask for the same trials."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from optuna.trial import FrozenTrial, TrialState

from sinesweep.continuing import Wish
from sinesweep.errors import SweepError
from sinesweep.extending import extend_study
from sinesweep.record import RESULT, TRIAL, result_from_json, trial_from_json
from sinesweep.recording import WITHOUT_EVENTS, Event
from sinesweep.report.short import flat
from sinesweep.samplers import make_sampler
from sinesweep.storage import load_study
from sinesweep.study import Study
from sinesweep.sweep import Sweep
from sinesweep.trial import Report, Result, State, Trial
from sinesweep.waiting import POINT


@dataclass(frozen=True)
class Replayed:
    """What a replay came to: how many asks were the same, and a sentence on the first that was not, if there is one."""

    asks: int
    difference: str = ""


class _Differs(Exception):
    """An ask gave another trial than it had given before."""


def replay(events: Sequence[Event], trials: Sequence[FrozenTrial], folder: Path) -> Replayed:
    """Goes through the events of a study again.

    Args:
        events: what happened, from the sweep's beginning on.
        trials: the recorded study's, by number, as they stand now.
        folder: an empty one, for the study of the replay.

    Raises:
        SweepError: a plugin of the sweep is missing, or events are.
    """
    play = _Replay(trials, folder)
    try:
        for event in events:
            play.go(event)
    except _Differs as difference:
        return Replayed(play.asks, str(difference))
    return Replayed(play.asks)


class _Replay:
    """A replay under way."""

    def __init__(self, trials: Sequence[FrozenTrial], folder: Path) -> None:
        self._trials, self._folder = trials, folder
        self._studies = 0
        self._running: dict[int, Trial] = {}
        self._wider: Sweep | None = None
        self._wider_name = ""
        self.asks = 0

    def go(self, event: Event) -> None:
        """Repeats an event."""
        if "begin" in event:
            self._begin(event)
        elif "ask" in event:
            self._ask(event["ask"], event.get("fresh", True))
        elif "report" in event:
            self._report(event)
        elif "again" in event:
            trial = replace(self._asked(event["again"]), accumulate=event["accumulate"], lost=event["lost"])
            self._running[event["again"]] = trial
            self._study.again(trial)
        elif "tell" in event:
            self._tell(event["tell"])
        elif "wish" in event:
            self._study.wish([Wish(*each) for each in event["wish"]])
        elif "extend" in event:
            self._wider, self._wider_name = Sweep.model_validate(event["extend"]), event["study"]
        elif "resume" in event:
            self._resume(event)
        elif "threads" not in event:
            raise SweepError(f"events.jsonl: {json.dumps(event)[:60]} is no event that this version of Sinesweep knows")

    def _asked(self, number: int) -> Trial:
        """A trial that is running."""
        if number not in self._running:
            raise SweepError(
                f"events.jsonl tells of trial {number} while it was not running: a line is missing, so nothing can be"
                f" replayed. {WITHOUT_EVENTS}"
            )
        return self._running[number]

    def _begin(self, event: Event) -> None:
        self._studies += 1
        self._sweep, self._running, self.asks = Sweep.model_validate(event["begin"]), {}, 0
        self._storage = str(self._folder / f"{self._studies}.journal")
        self._study = Study(self._sweep, self._storage)

    def _ask(self, number: int, fresh: bool = True) -> None:
        trial, before = self._study.ask(fresh=fresh), trial_from_json(self._trials[number].user_attrs[TRIAL])
        if trial is None:
            raise _Differs(f"trial {number} was asked for, and the replay has none to give")
        if found := _difference(before, trial):
            raise _Differs(f"trial {number}: {found}")
        self._running[number] = trial
        self.asks += 1

    def _report(self, event: Event) -> None:
        """Reports an epoch; the end of a fold teaches nobody anything."""
        self._asked(event["report"])
        if not event["end"]:
            metrics = {self._sweep.search.objective: event["value"]}
            self._study.keep_going(Report(event["report"], event["fold"], event["epoch"], metrics))

    def _tell(self, number: int) -> None:
        if self._running.pop(number, None) is not None:
            self._study.tell(self._result(number))

    def _resume(self, event: Event) -> None:
        """Repeats what a driver did last before it died, and what the next one made of it."""
        for number in event["asked"]:
            if number not in self._running:
                self._ask(number)
        for number in [*self._running]:  # it died between telling and writing so
            if self._result(number).state is not State.INTERRUPTED:
                self._tell(number)
        for number in event["lost"]:
            self._lose(self._trials[number])
        if self._wider is not None and event["resume"] == self._wider_name:
            self._sweep = extend_study(self._sweep, self._wider, self._storage).sweep
        self._wider, self._running = None, {}
        self._study = Study(self._sweep, self._storage, resume=True)

    def _lose(self, before: FrozenTrial) -> None:
        """A trial that was being asked for when the driver died: only its place is left."""
        study = load_study(self._sweep, self._storage)
        study.sampler = make_sampler(self._sweep.search, self._sweep.search.seed)
        waiting = study.get_trials(deepcopy=False, states=(TrialState.WAITING,))
        if POINT in before.system_attrs and not waiting:
            study.enqueue_trial(before.system_attrs[POINT])
        study.ask()

    def _result(self, number: int) -> Result:
        return result_from_json(self._trials[number].user_attrs[RESULT])


def _difference(before: Trial, now: Trial) -> str:
    """What is not the same, in words; empty where all is."""
    if before.number != now.number:
        return f"the replay numbers it {now.number}"
    for what in ("seed", "first", "until", "continues", "repeats"):
        if getattr(before, what) != getattr(now, what):
            return f"{what} was {getattr(before, what)}, and is {getattr(now, what)}"
    one, other = (flat(json.loads(json.dumps(dict(trial.config)))) for trial in (before, now))
    changed = [name for name in {**one, **other} if one.get(name) != other.get(name)]
    return "; ".join(f"{name} was {one.get(name)}, and is {other.get(name)}" for name in changed)
