"""A whole sweep: prepare, search, rank, open the test part once, hand over the winner."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sinesweep.aside import Aside
from sinesweep.continuing import Wish
from sinesweep.errors import Infeasible, PluginFault, SweepError, SweepFailed, UserError, nearest
from sinesweep.files import write_lastingly
from sinesweep.leaderboard import Leaderboard
from sinesweep.record import Record
from sinesweep.recording import note
from sinesweep.rows import Row
from sinesweep.safety import unsafe_augmentations
from sinesweep.sweep import Sweep
from sinesweep.sweepfile import complete, dump, key_of, override
from sinesweep.wording import many
from sinesweep_runner import finishing
from sinesweep_runner.continuing import with_budget_spent
from sinesweep_runner.outcome import board_of
from sinesweep_runner.placement import Plan
from sinesweep_runner.preparing import Prepared, Table, look, material_of, read_table, record_split
from sinesweep_runner.reporting import write_report
from sinesweep_runner.searching import Outcome, bound_study, finals, run_baseline, search
from sinesweep_runner.sound.audit import duplicate_flags, duplicates_across
from sinesweep_runner.sound.waveforms import default_store
from sinesweep_runner.starting import executor_for, loading_keras, plan_for
from sinesweep_runner.sweepfolder import SweepFolder
from sinesweep_runner.training.failures import NotANumber
from sinesweep_runner.training.material import Material
from sinesweep_runner.watch import Watch, watching

RESUMABLE = ("budget.", "finalists.", "workers.")
"""What may change when a sweep goes on: how long and where, not what is searched."""


def run(sweep: Sweep, folder: Path | None = None, *, finalize: bool = True) -> Outcome:
    """Runs a sweep from its beginning.

    Args:
        sweep: what to search; a relative `data.path` is taken from the working folder.
        folder: where; default `sweeps/NAME`.
        finalize: open the sealed test part for the winner at the end, and write `best/`; where it is False, this holds
            for whatever goes on with the sweep too, until `finalize` is called.

    Raises:
        UserError: the sweep, its data or its folder cannot be used; nothing was trained.
        SearchFailed: it began and had to stop; its trials so far are ranked.
        SweepFailed: no trial has a score, or what stopped it was not the search.
    """
    sweep = complete(sweep, Path.cwd())
    place = SweepFolder(folder or Path("sweeps") / sweep.name)
    place.check_free(sweep)  # before anything is written into a folder that is somebody else's
    plan, table = plan_for(sweep), read_table(sweep)
    sweep, new = table.sweep, not place.path.exists()
    with place.claimed():
        try:
            place.begin(sweep)
            return _carry_on(sweep, place, plan, table, resume=False, finalize=finalize)
        except UserError:
            if new:
                place.withdraw(sweep)
            raise


def resume(folder: Path, overrides: Sequence[str] = (), *, finalize: bool = True) -> Outcome:
    """Goes on with a sweep that was stopped; `overrides` may change its budget, its finalists and its workers.

    Raises:
        SweepError: there is no sweep, its data have changed, or an override changes what is searched.
        SweepFailed: it went on and had to stop, or no trial has a score.
    """
    place = SweepFolder(folder)
    sweep = place.sweep()
    wrong = [each for each in overrides if not key_of(each).startswith(RESUMABLE)]
    if wrong:
        allowed = ", ".join(f"{section}…" for section in RESUMABLE)
        meant = nearest(key_of(wrong[0]).partition(".")[0], [section.rstrip(".") for section in RESUMABLE])
        raise SweepError(f"--set {wrong[0]}: only {allowed} may change on resume.{meant or ' Begin a new sweep'}")
    if overrides:
        sweep = override(sweep, overrides)
        _check_not_overspent(place, sweep)
    return go_on(place, sweep, finalize=finalize)


def go_on(
    place: SweepFolder,
    sweep: Sweep,
    *,
    finalize: bool,
    ready: Callable[[Sweep], Sweep] = lambda sweep: sweep,
    wishes: Sequence[Wish] = (),
) -> Outcome:
    """Goes on with the sweep in a folder, as it is from now on; raises as `resume` does.

    Args:
        ready: what is to be done to the sweep when nobody else can run it, before it is written down.
        wishes: finished trials that are to be trained longer; then nothing else is.
    """
    plan, table = plan_for(sweep), read_table(sweep)
    with place.claimed():
        place.check_study(table.sweep)
        sweep = ready(table.sweep)
        write_lastingly(place.sweep_file, dump(sweep))
        begun = place.has_begun(sweep)
        return _carry_on(sweep, place, plan, table, resume=begun, finalize=finalize, wishes=wishes)


def _carry_on(
    sweep: Sweep,
    place: SweepFolder,
    plan: Plan,
    table: Table,
    *,
    resume: bool,
    finalize: bool,
    wishes: Sequence[Wish] = (),
) -> Outcome:
    if not finalize:
        place.keep_sealed()
    with watching(sweep, plan.count) as watch, _way_back("resume", place, watch):
        with loading_keras(sweep, plan) as loaded, executor_for(sweep, plan, watch, place) as executor:
            prepared, material = _prepare(sweep, place, table, watch)
            study = bound_study(sweep, place, prepared.fingerprint(), resume)
            note(place.events_file, {"threads": plan.threads})  # scores depend on it in their last digits
            for sentence in Aside(study.space, study.record).revise():
                watch.say(sentence)
            if study.record.baseline is None and sweep.baseline is not None:
                run_baseline(sweep, place, study, material, watch)
            study.wish(wishes)  # from here on `resume` knows what is wanted
            watch.say(f"Getting {many(plan.count, 'worker')} ready.")
            loaded()
            executor.open(material, place.path)
            asked = with_budget_spent(sweep, study.record) if wishes else sweep
            watch.remember(study.record)
            why, stopped = search(asked, place, study, executor, material, watch)
            watch.say(f"The search has ended: {why}.")
            if not stopped and place.recall(place.test_file) is None:
                stopped = finals(sweep, place, study, executor, material, watch)
        board = write_report(place.path)[0].board
        if board.best is None and not stopped:
            raise SweepFailed(_without_a_score(board))
        if board.test is not None:
            watch.say(f"The test part was opened before, for trial {board.test.trial}; best/ stays as it is.")
        elif place.stays_sealed:
            opener = f"sinesweep finalize {shlex.quote(str(place.path))}"
            watch.say(f"The test part stays sealed, as was asked; `{opener}` opens it, once.")
        elif not stopped:
            board = _finish(place, sweep, study.record, prepared, material, watch, finishing.winner_of(place, board))
    return Outcome(place.path, board, why, stopped)


def _check_not_overspent(place: SweepFolder, sweep: Sweep) -> None:
    done = len(Record.of(sweep, place.storage(sweep)).spent()) if place.has_begun(sweep) else 0
    if sweep.budget.trials < done:
        raise SweepError(f"budget.trials: {many(done, 'trial')} of this sweep are done; got {sweep.budget.trials}")


@contextmanager
def _way_back(command: str, place: SweepFolder, watch: Watch) -> Iterator[None]:
    """Says how to go on where Ctrl-C ends at once: nothing is searched yet, or not any more."""
    try:
        yield
    except KeyboardInterrupt:
        watch.say(f"Stopped. Go on with: sinesweep {command} {shlex.quote(str(place.path))}")
        raise


def _without_a_score(board: Leaderboard) -> str:
    ends = ", ".join(f"{count} {state}" for state, count in board.counts.items()) or "none has ended"
    first = next(iter(board.failures), None)
    example = f"; trial {first.trial}, for one: {first.example}" if first else ""
    return f"no trial has a score, so there is no winner ({ends}{example})"


def finalize(folder: Path, trial: int | None = None) -> Outcome:
    """Opens the sealed test part for the winner, once, and writes `best/`. One that was cut off is completed.

    Args:
        folder: of the sweep.
        trial: the winner; None for the best in the first objective.

    Raises:
        SweepError: there is no sweep, no winner, or the test part has been opened before.
    """
    place = SweepFolder(folder)
    sweep = place.sweep()
    with place.claimed(), watching(sweep, 1) as watch, _way_back("finalize", place, watch):
        best = finishing.winner_of(place, board_of(place.path), trial)  # who may not open it learns so at once
        prepared, material = _prepare(sweep, place, read_table(sweep), watch)
        board = _finish(place, sweep, Record.of(sweep, place.storage(sweep)), prepared, material, watch, best)
    return Outcome(folder, board, "finalized")


def _finish(
    place: SweepFolder,
    sweep: Sweep,
    record: Record,
    prepared: Prepared,
    material: Material,
    watch: Watch,
    best: Row,
) -> Leaderboard:
    sealed = "; then the test part is opened, once" if prepared.split.test else ""
    watch.say(f"Training the winner on training and validation clips{sealed}.")
    try:
        finishing.finish(place, sweep, record, prepared, material, best)
    except (NotANumber, Infeasible, PluginFault) as reason:
        told = finishing.without_winner(place, best, board_of(place.path), reason)
        raise (SweepError if isinstance(reason, PluginFault) else SweepFailed)(told) from reason
    return write_report(place.path)[0].board


def _prepare(sweep: Sweep, place: SweepFolder, table: Table, watch: Watch) -> tuple[Prepared, Material]:
    store = default_store()
    prepared = look(table, sweep, store, watch.progress, place.problems_file)
    for warning in (*prepared.dataset.notes, *prepared.scan.warnings()):
        watch.say(warning)
    watch.say(prepared.split.how)
    for remark in sweep.space().notes():
        watch.say(remark)
    for sentence in unsafe_augmentations(sweep):
        watch.say(f"WARNING: {sentence}")
    record_split(prepared, place)
    material = material_of(prepared, sweep, store, watch.progress)
    for flag in duplicate_flags(duplicates_across(prepared.dataset, prepared.split, material.waveforms)):
        watch.say(f"WARNING: {flag}")
    return prepared, material
