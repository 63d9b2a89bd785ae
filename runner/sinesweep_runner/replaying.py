"""`sinesweep replay`: a recorded sweep once more, its asks alone or its trainings too."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from sinesweep.record import Record
from sinesweep.recording import Event, held, read_order
from sinesweep.replaying import replay
from sinesweep.storage import load_study
from sinesweep.sweep import Sweep
from sinesweep.trial import Report, Result, State
from sinesweep.wording import many
from sinesweep_runner import backend
from sinesweep_runner.executors import KeepGoing
from sinesweep_runner.executors.serial import SerialExecutor
from sinesweep_runner.preparing import look, material_of, read_table
from sinesweep_runner.sound.waveforms import default_store
from sinesweep_runner.sweepfolder import SweepFolder
from sinesweep_runner.training.material import Material

SAME = 1e-5
"""Scores that differ by less are the same: threads add up the same numbers in another order."""

Say = Callable[[str], None]


def replay_asks(folder: Path, say: Say) -> bool:
    """Drives a fresh study as that of a sweep was driven; whether every ask gave the same trial.

    Raises:
        SweepError: there is no sweep in the folder, its order of events is not known, or a plugin of it is missing.
    """
    place = SweepFolder(folder)
    sweep = place.begun()
    events = read_order(place.events_file)  # first: a sweep that runs goes on meanwhile
    trials = load_study(sweep, place.storage(sweep)).get_trials(deepcopy=False)
    with tempfile.TemporaryDirectory() as empty:
        replayed = replay(held(events, trials), trials, Path(empty))
    if not replayed.asks and not replayed.difference:
        say("No trial was asked for yet, so there is nothing to replay.")
        return True
    say(f"{many(replayed.asks, 'ask')} gave the same trial again.")
    if replayed.difference:
        say(f"The next one did not: {replayed.difference}.")
    return not replayed.difference


def replay_trainings(folder: Path, say: Say) -> bool:
    """Trains every trial that has a score again, one after another in this process, stopped where it was stopped;
    whether every one comes to the same score.

    Raises:
        SweepError: there is no sweep in the folder, its order of events is not known, or its data have changed.
    """
    place = SweepFolder(folder)
    sweep = place.sweep()
    record = Record.of(sweep, place.storage(sweep))
    results = [each for each in record.results() if each.state in (State.COMPLETE, State.PRUNED)]
    events = read_order(place.events_file)
    if not results:
        say("No trial has a score yet, so there is nothing to train again.")
        return True
    backend.limit(_threads(events, say), sweep.workers.gpus_per_trial)
    material = _material(sweep, record)
    with tempfile.TemporaryDirectory() as empty:
        unlimited = sweep.workers.model_copy(update={"trial_minutes": None})
        executor = SerialExecutor(unlimited, lambda why: say(f"A trial hangs: {why}. Ctrl-C ends the replay."))
        executor.open(material, Path(empty))
        pairs = _trained(executor, results, events)
        different = sum(not _told(before, again, sweep, say) for before, again in pairs)
    say(f"{many(len(results), 'trial')} trained again, {different} with another score.")
    return different == 0


def _trained(
    executor: SerialExecutor, results: Sequence[Result], events: Sequence[Event]
) -> Iterator[tuple[Result, Result]]:
    for result in results:
        executor.submit(result.trial)
        yield result, executor.next_result(_answers(result.trial.number, events))


def _answers(number: int, events: Sequence[Event]) -> KeepGoing:
    """What the search said to a trial's reports."""
    stops = {
        (event["fold"], event["epoch"], event["end"])
        for event in events
        if event.get("report") == number and not event["goes_on"]
    }

    def answer(report: Report) -> bool:
        return (report.fold, report.epoch, bool(report.folds)) not in stops

    return answer


def _told(before: Result, again: Result, sweep: Sweep, say: Say) -> bool:
    """Says what a trial came to; whether it is the same as before."""
    one, other = (math.nan if each.value is None else each.value for each in (before, again))
    same = before.state is again.state and bool(np.isclose(one, other, rtol=SAME, atol=SAME, equal_nan=True))
    was = "as before" if same else f"before it was {before.state} with {one:.6f}"
    say(f"trial {before.trial.number:>4} {again.state} {sweep.search.objective} {other:.6f}, {was}")
    return same


def _threads(events: Sequence[Event], say: Say) -> int:
    """As many as the trials computed with, those that were trained last."""
    told = [event["threads"] for event in events if "threads" in event]
    if len(set(told)) > 1:
        say(
            f"Trials were trained with {told[0]} threads at first, and with {told[-1]} at last; all are trained again"
            f" with {told[-1]}, so the last digits of scores may differ."
        )
    return told[-1] if told else 1


def _material(sweep: Sweep, record: Record) -> Material:
    table, store = read_table(sweep), default_store()
    prepared = look(table, sweep, store, lambda what: lambda done, total: None)
    record.check_split(prepared.fingerprint())
    # What one trial continues was trained here before.
    return replace(material_of(prepared, sweep, store, lambda what: lambda done, total: None), kept=True)
