"""Recording: a study that writes down in which order it was asked, told and reported to.

Each event is a line of JSON in one file, whatever storage holds the study:

    {"begin": {…}}                      a study is made, for this sweep
    {"threads": 2}                      every trial from here on computes with so many threads
    {"ask": 7}                          trial 7 was asked for; with "fresh": false no new one was wanted
    {"report": 7, "fold": 0, …}         an epoch, or where "end" is true a fold, and whether the trial "goes_on"
    {"again": 7, …}                     it was handed out again, in another way than before
    {"tell": 7}                         it has ended; the study knows how
    {"wish": [[7, 200, null]]}          trials, by their origins, are wanted up to so many epochs, or with a new seed
    {"resume": "digits", "asked": [8], "lost": [9]}   a driver had died; what it was running, or just asking for
    {"extend": {…}, "study": "digits/2"}              another study takes over, if the next resume names it

A line is written when what it says has happened, and a process that is killed loses none that was written. What a
driver did last may be missing: `asked` and `lost` of the next `resume` tell it.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

from optuna.trial import FrozenTrial, TrialState

from sinesweep.continuing import Wish
from sinesweep.database import shown
from sinesweep.errors import SweepError
from sinesweep.files import write_lastingly
from sinesweep.journal import mend_journal
from sinesweep.record import TRIAL
from sinesweep.storage import load_study, study_name
from sinesweep.study import Study
from sinesweep.sweep import Sweep
from sinesweep.sweepfile import plain
from sinesweep.trial import Report, Result, Trial

Event = Mapping[str, Any]

WITHOUT_EVENTS = "Put back a copy of the file; resume, extend and continue go on without it"
"""The way out where they cannot be replayed."""


class RecordedStudy(Study):
    """A study and the file of its events."""

    def __init__(self, sweep: Sweep, storage: str, events: Path, *, resume: bool = False) -> None:
        """As `Study`; the file may be new."""
        self._events = events
        if resume:
            note_resume(sweep, storage, events)
        else:
            # A driver that died at its beginning left half of it.
            write_lastingly(events, _line({"begin": told(sweep)}))
        super().__init__(sweep, storage, resume=resume)

    def ask(self, *, fresh: bool = True) -> Trial | None:
        """As `Study.ask`."""
        trial = super().ask(fresh=fresh)
        if trial is not None:
            note(self._events, {"ask": trial.number} | ({} if fresh else {"fresh": False}))
        return trial

    def again(self, trial: Trial) -> None:
        """As `Study.again`."""
        super().again(trial)
        note(self._events, {"again": trial.number, "accumulate": trial.accumulate, "lost": trial.lost})

    def keep_going(self, report: Report) -> bool:
        """As `Study.keep_going`."""
        goes_on = super().keep_going(report)
        told = {"report": report.number, "fold": report.fold, "epoch": report.epoch, "goes_on": goes_on}
        value = report.metrics[self._sweep.search.objective]
        note(self._events, told | {"value": value, "end": bool(report.folds)})
        return goes_on

    def tell(self, result: Result) -> None:
        """As `Study.tell`."""
        super().tell(result)
        note(self._events, {"tell": result.trial.number})

    def wish(self, wishes: Sequence[Wish]) -> None:
        """As `Study.wish`."""
        super().wish(wishes)
        if wishes:
            note(self._events, {"wish": [list(astuple(each)) for each in wishes]})


def told(sweep: Sweep) -> dict[str, Any]:
    """A sweep as an event tells it: without the password of its storage, which no replay needs."""
    return plain(sweep) | ({} if sweep.storage is None else {"storage": shown(sweep.storage)})


def note(events: Path, event: Event) -> None:
    """Adds an event."""
    with events.open("a", encoding="utf-8") as file:
        file.write(_line(event))


def _line(event: Event) -> str:
    return json.dumps(event, separators=(",", ":")) + "\n"


def read_events(events: Path) -> list[Event]:
    """All events, in their order; a half-written last line is none.

    Raises:
        SweepError: a line is no event.
    """
    lines = events.read_bytes().split(b"\n")[:-1] if events.exists() else []
    return [_event(events, number, line) for number, line in enumerate(lines, start=1)]


def _event(events: Path, number: int, line: bytes) -> Event:
    """What a line says, counted from 1."""
    try:
        event = json.loads(line)
    except ValueError as reason:
        raise SweepError(_damaged(events, number, str(reason))) from None
    if not isinstance(event, dict):
        raise SweepError(_damaged(events, number, f"it is {line[:40]!r}"))
    return event


def _damaged(events: Path, number: int, why: str) -> str:
    return (
        f"{events}, line {number}: expected an event of the sweep ({why}). Put back a copy of the file, or remove it:"
        f" rm {shlex.quote(str(events))}. Without it the sweep goes on as before, and can only not be replayed"
    )


def read_order(events: Path) -> list[Event]:
    """All events from the sweep's beginning on, as a replay needs them.

    Raises:
        SweepError: a line is no event, or the beginning is not there.
    """
    happened = read_events(events)
    if happened and "begin" in happened[0]:
        return happened
    what = "does not tell of the sweep's beginning" if happened else "is missing or empty"
    raise SweepError(
        f"{events} {what}, so the order is not known in which trials were asked for and ended, and nothing can be"
        f" replayed. {WITHOUT_EVENTS}"
    )


def note_resume(sweep: Sweep, storage: str, events: Path) -> None:
    """Takes note of what a dead driver was doing, and forgets events that the storage lost when the power failed."""
    mend_journal(events)
    trials = load_study(sweep, storage).get_trials(deepcopy=False)
    happened = read_events(events)
    known = held(happened, trials)
    if len(known) < len(happened):
        lines = events.read_text(encoding="utf-8").splitlines(keepends=True)
        write_lastingly(events, "".join(lines[: len(known)]))
    running = [trial for trial in trials if trial.state is TrialState.RUNNING]
    asked = [trial.number for trial in running if TRIAL in trial.user_attrs]
    half = [trial.number for trial in running if TRIAL not in trial.user_attrs]
    note(events, {"resume": study_name(sweep), "asked": asked, "lost": half})


def held(events: Sequence[Event], trials: Sequence[FrozenTrial]) -> Sequence[Event]:
    """The events up to the first that the storage does not know of: it had lost what came after."""
    lost = next((place for place, event in enumerate(events) if not _holds(event, trials)), len(events))
    return events[:lost]


def _holds(event: Event, trials: Sequence[FrozenTrial]) -> bool:
    """Whether a storage still knows of an event."""
    if "ask" in event:
        return event["ask"] < len(trials) and TRIAL in trials[event["ask"]].user_attrs
    if "tell" in event:
        return event["tell"] < len(trials) and trials[event["tell"]].state.is_finished()
    return True
