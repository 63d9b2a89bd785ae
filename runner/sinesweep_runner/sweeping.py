"""A whole sweep: prepare, search, rank, open the test part once, hand over the winner."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sinesweep.aside import Aside
from sinesweep.continuing import Wish
from sinesweep.errors import DatasetError, Infeasible, PluginFault, SweepError, SweepFailed, UserError
from sinesweep.leaderboard import Leaderboard
from sinesweep.record import Record
from sinesweep.recording import note
from sinesweep.rows import Row
from sinesweep.safety import unsafe_augmentations
from sinesweep.sweep import Sweep
from sinesweep.sweepfile import complete, write_sweep
from sinesweep.wording import many
from sinesweep_runner import finishing
from sinesweep_runner.continuing import is_unfinished, with_budget_spent
from sinesweep_runner.outcome import board_of
from sinesweep_runner.placement import Plan
from sinesweep_runner.preparing import Prepared, Table, look, material_of, read_table, record_split
from sinesweep_runner.reporting import write_report
from sinesweep_runner.searching import Outcome, bound_study, finals, run_baseline, search
from sinesweep_runner.sound.audit import duplicate_flags, duplicates_across
from sinesweep_runner.sound.waveforms import WaveformStore, default_store
from sinesweep_runner.starting import executor_for, loading_keras, plan_for
from sinesweep_runner.sweepfolder import SweepFolder
from sinesweep_runner.training.failures import NotANumber
from sinesweep_runner.training.material import Material
from sinesweep_runner.watch import Watch, watching


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
            return _carry_on(table, place, plan, finalize=finalize)
        except UserError:
            if new:
                place.withdraw(sweep)
            raise


def go_on(
    place: SweepFolder,
    sweep: Sweep,
    *,
    finalize: bool,
    ready: Callable[[Sweep], Sweep] = lambda sweep: sweep,
    wishes: Sequence[Wish] = (),
) -> Outcome:
    """Goes on with the sweep in a folder, as it is from now on; raises as `resuming.resume` does.

    Args:
        ready: what is to be done to the sweep when nobody else can run it, before it is written down.
        wishes: finished trials that are to be trained longer; then nothing else is.
    """
    plan, table = plan_for(sweep), _table(place, sweep)
    with place.claimed():
        place.check_study(table.sweep)
        return _carry_on(table, place, plan, finalize=finalize, ready=ready, wishes=wishes)


def _carry_on(
    table: Table,
    place: SweepFolder,
    plan: Plan,
    *,
    finalize: bool,
    ready: Callable[[Sweep], Sweep] = lambda sweep: sweep,
    wishes: Sequence[Wish] = (),
) -> Outcome:
    sweep = table.sweep
    if not finalize:
        place.keep_sealed()
    with watching(sweep, plan.count) as watch, _way_back("resume", place, watch):
        with loading_keras(sweep, plan) as loaded, executor_for(sweep, plan, watch, place) as executor:
            prepared, material = _prepare(sweep, place, table, watch)
            sweep = ready(sweep)
            write_sweep(place.sweep_file, sweep)  # not before: one that is refused stays what it was
            study = bound_study(sweep, place, prepared.fingerprint())
            note(place.events_file, {"threads": plan.threads})  # scores depend on it in their last digits
            for sentence in Aside(study.space, study.record).revise():
                watch.say(sentence)
            if study.record.baseline is None and sweep.baseline is not None:
                run_baseline(sweep, place, study, material, watch)
            study.wish(wishes)  # from here on `resume` knows what is wanted
            watch.say(f"Getting {many(plan.count, 'worker')} ready.")
            loaded()
            executor.open(material, place.path)
            watch.say("Ready: trials begin.")
            asked = with_budget_spent(sweep, study.record) if wishes else sweep
            goes_on = bool(wishes) and is_unfinished(sweep, study.record)
            watch.remember(study.record)
            why, stopped = search(asked, place, study, executor, material, watch)
            ends = "The trials that were to be trained longer have ended." if wishes and not stopped else ""
            watch.say(ends or f"The search has ended: {why}.")
            if not stopped and not goes_on and place.recall(place.test_file) is None:
                stopped = finals(sweep, place, study, executor, material, watch)
        board = write_report(place.path)[0].board
        if board.best is None and not stopped:
            raise SweepFailed(_without_a_score(board))
        if reason := _why_none_is_crowned(place, board, prepared, goes_on=goes_on):
            watch.say(reason)
        elif not stopped:
            board = _finish(place, sweep, study.record, prepared, material, watch, finishing.winner_of(place, board))
    return Outcome(place.path, board, why, stopped)


def _why_none_is_crowned(place: SweepFolder, board: Leaderboard, prepared: Prepared, *, goes_on: bool) -> str:
    """Why the test part is not opened now, and `best/` not written; empty where they may be."""
    here, sealed = shlex.quote(str(place.path)), bool(prepared.split.test)
    if board.test is not None:
        return f"The test part was opened before, for trial {board.test.trial}; best/ stays as it is."
    if place.stays_sealed and sealed:
        return f"The test part stays sealed, as was asked; `sinesweep finalize {here}` opens it, once."
    if place.stays_sealed:
        return f"No best/ is written, as was asked; `sinesweep finalize {here}` does it."
    if goes_on:
        stays = "the test part stays sealed" if sealed else "no best/ is written"
        return f"The search itself has not ended, so {stays}. Go on with: sinesweep resume {here}"
    return ""


def _table(place: SweepFolder, sweep: Sweep) -> Table:
    """The data of a sweep that was begun; its reader would not know that they may have moved."""
    try:
        return read_table(sweep)
    except UserError as reason:
        path = sweep.data.settings().get("path")
        if not isinstance(path, str) or Path(path).exists():
            raise
        resume = f"sinesweep resume {shlex.quote(str(place.path))} --set data.path=…"
        raise SweepError(f"{str(reason).rstrip('.')}. Where the data have moved, go on with: {resume}") from None


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
        prepared, material = _prepare(sweep, place, _table(place, sweep), watch)
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
    prepared = _looked(table, sweep, place, store, watch)
    record_split(prepared, place)
    for warning in (*prepared.dataset.notes, *prepared.scan.warnings()):
        watch.say(warning)
    watch.say(prepared.split.how)
    for remark in sweep.space().notes():
        watch.say(remark)
    for sentence in unsafe_augmentations(sweep):
        watch.say(f"WARNING: {sentence}")
    material = material_of(prepared, sweep, store, watch.progress)
    for flag in duplicate_flags(duplicates_across(prepared.dataset, prepared.split, material.waveforms)):
        watch.say(f"WARNING: {flag}")
    return prepared, material


def _looked(table: Table, sweep: Sweep, place: SweepFolder, store: WaveformStore, watch: Watch) -> Prepared:
    try:
        return look(table, sweep, store, watch.progress, place.problems_file)
    except DatasetError as reason:
        if not place.split_file.exists():
            raise
        raise DatasetError(
            f"{reason}\nThis sweep has begun with all of its clips, so bringing back what they were is what helps it;"
            " a new one may go on without."
        ) from None
