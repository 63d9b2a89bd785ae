"""A whole sweep: prepare, search, rank, open the test part once, hand over the winner."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sinesweep import report
from sinesweep.errors import SweepError, SweepFailed
from sinesweep.files import write_atomically
from sinesweep.leaderboard import Leaderboard, Row
from sinesweep.record import Record
from sinesweep.safety import unsafe_augmentations
from sinesweep.study import Study
from sinesweep.sweep import Sweep, Workers
from sinesweep.sweepfile import complete, dump, override
from sinesweep.trial import Result, Trial
from sinesweep_runner import backend, finishing
from sinesweep_runner.executors import Executor
from sinesweep_runner.executors.serial import SerialExecutor
from sinesweep_runner.orchestrator import Orchestrator
from sinesweep_runner.outcome import board_of
from sinesweep_runner.placement import Plan, plan_workers, this_machine
from sinesweep_runner.preparing import Prepared, Table, look, material_of, read_table, record_split
from sinesweep_runner.signals import stop_on_interrupt
from sinesweep_runner.sound.audit import duplicate_flags, duplicates_across
from sinesweep_runner.sound.waveforms import default_store
from sinesweep_runner.sweepfolder import SweepFolder
from sinesweep_runner.training import assembly
from sinesweep_runner.training.failures import failure_of
from sinesweep_runner.training.material import Material
from sinesweep_runner.trialzero import TrialZero
from sinesweep_runner.watch import Watch, watching

RESUMABLE = ("budget.", "workers.")
"""What may change when a sweep goes on: how long and where, not what is searched."""


@dataclass(frozen=True)
class Outcome:
    """What a sweep came to; `stopped` where somebody ended it before its time."""

    folder: Path
    board: Leaderboard
    why: str
    stopped: bool = False


def run(sweep: Sweep, folder: Path | None = None, *, finalize: bool = True) -> Outcome:
    """Runs a sweep from its beginning.

    Args:
        sweep: what to search; a relative `data.path` is taken from the working folder.
        folder: where; default `sweeps/NAME`.
        finalize: open the sealed test part for the winner at the end, and write `best/`.

    Raises:
        UserError: the sweep, its data or its folder cannot be used; nothing was trained.
        SweepFailed: it began and had to stop, or no trial has a score.
    """
    sweep = complete(sweep, Path.cwd())
    place = SweepFolder(folder or Path("sweeps") / sweep.name)
    place.check_free(sweep)  # before anything is written into a folder that is somebody else's
    plan, table = _plan(sweep.workers), read_table(sweep)
    sweep = table.sweep
    with place.claimed():
        place.begin(sweep)
        return _carry_on(sweep, place, plan, table, resume=False, finalize=finalize)


def resume(folder: Path, overrides: Sequence[str] = (), *, finalize: bool = True) -> Outcome:
    """Goes on with a sweep that was stopped; `overrides` may change its budget and its workers.

    Raises:
        SweepError: there is no sweep, its data have changed, or an override changes what is searched.
        SweepFailed: it went on and had to stop, or no trial has a score.
    """
    place = SweepFolder(folder)
    sweep = place.sweep()
    wrong = [each for each in overrides if not each.startswith(RESUMABLE)]
    if wrong:
        raise SweepError(f"--set {wrong[0]}: only budget.… and workers.… may change on resume; begin a new sweep")
    if overrides:
        sweep = override(sweep, overrides)
    plan, table = _plan(sweep.workers), read_table(sweep)
    sweep = table.sweep
    with place.claimed():
        write_atomically(place.sweep_file, dump(sweep))
        return _carry_on(sweep, place, plan, table, resume=place.has_begun(sweep), finalize=finalize)


def _carry_on(sweep: Sweep, place: SweepFolder, plan: Plan, table: Table, *, resume: bool, finalize: bool) -> Outcome:
    with watching(sweep, plan.count) as watch, _way_back("resume", place, watch):
        with _loading_keras() as loaded, _executor(sweep, plan) as executor:
            prepared, material = _prepare(sweep, place, table, watch)
            study = _study(sweep, place.storage(sweep), prepared.fingerprint(), resume)
            if study.record.baseline is None and sweep.baseline is not None:
                study.record_baseline(TrialZero(sweep, material, default_store().folder).result(place.path))
            loaded()
            executor.open(material, place.path)
            why, stopped = _search(sweep, place, study, executor, material, watch)
        watch.say(f"The search has ended: {why}.")
        board = _write_report(place)
        if board.best is None and not stopped:
            raise SweepFailed(_without_a_score(board))
        if board.test is not None:
            watch.say(f"The test part was opened before, for trial {board.test.trial}; best/ stays as it is.")
        elif finalize and not stopped:
            board = _finish(place, sweep, study.record, prepared, material, watch, finishing.winner_of(place, board))
    return Outcome(place.path, board, why, stopped)


@contextmanager
def _way_back(command: str, place: SweepFolder, watch: Watch) -> Iterator[None]:
    """Says how to go on where Ctrl-C ends at once: nothing is searched yet, or not any more."""
    try:
        yield
    except KeyboardInterrupt:
        watch.say(f"Stopped. Go on with: sinesweep {command} {shlex.quote(str(place.path))}")
        raise


def _plan(workers: Workers) -> Plan:
    """Shares out this machine, or the cluster that is to be joined."""
    if workers.address is None:
        return plan_workers(this_machine(), workers)
    from sinesweep_runner.executors.ray import cluster

    return plan_workers(cluster(workers.address), workers)


def _study(sweep: Sweep, storage: str, split: str, resume: bool) -> Study:
    """The sweep's study, tied to its split."""
    if resume:
        Record.of(sweep, storage).check_split(split)  # before a trial of what may be another sweep is touched
    study = Study(sweep, storage, resume=resume)
    study.record.bind(split)
    return study


def _search(
    sweep: Sweep, place: SweepFolder, study: Study, executor: Executor, material: Material, watch: Watch
) -> tuple[str, bool]:
    """Runs the trials; returns why it ended, and whether somebody asked for it.

    A search that fails leaves its leaderboard too.
    """
    watch.remember(study.record.results())
    try:
        with watch.shown(), stop_on_interrupt(watch.say) as stop:
            why = Orchestrator(study, executor, sweep.budget, dry_build_on(material), watch, stop).run()
            return why, stop.asked
    except SweepFailed:
        _write_report(place)
        raise


def _without_a_score(board: Leaderboard) -> str:
    ends = ", ".join(f"{count} {state}" for state, count in board.counts.items()) or "none has ended"
    first = next(iter(board.failures), None)
    example = f"; trial {first.trial}, for one: {first.example}" if first else ""
    return f"no trial has a score, so there is no winner ({ends}{example})"


def finalize(folder: Path) -> Outcome:
    """Opens the sealed test part for the winner, once, and writes `best/`. One that was cut off is completed.

    Raises:
        SweepError: there is no sweep, no winner, or the test part has been opened before.
    """
    place = SweepFolder(folder)
    sweep = place.sweep()
    with place.claimed(), watching(sweep, 1) as watch, _way_back("finalize", place, watch):
        best = finishing.winner_of(place, board_of(place.path))  # who may not open the test part learns so at once
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
    finishing.finish(place, sweep, record, prepared, material, best)
    return _write_report(place)


def _write_report(place: SweepFolder) -> Leaderboard:
    board = board_of(place.path)
    report.write(board, place.path)
    return board


def _prepare(sweep: Sweep, place: SweepFolder, table: Table, watch: Watch) -> tuple[Prepared, Material]:
    store = default_store()
    prepared = look(table, sweep, store, watch.progress)
    for warning in (*prepared.dataset.notes, *prepared.scan.warnings()):
        watch.say(warning)
    watch.say(prepared.split.how)
    for sentence in unsafe_augmentations(sweep):
        watch.say(f"WARNING: {sentence}")
    record_split(prepared, place)
    material = material_of(prepared, sweep, store, watch.progress)
    for flag in duplicate_flags(duplicates_across(prepared.dataset, prepared.split, material.waveforms)):
        watch.say(f"WARNING: {flag}")
    return prepared, material


@contextmanager
def _executor(sweep: Sweep, plan: Plan) -> Iterator[Executor]:
    """The executor for a plan, closed at the end. Its workers start while the data are prepared."""
    executor: Executor
    if plan.count == 1 and sweep.workers.address is None:
        executor = SerialExecutor()
    else:
        from sinesweep_runner.executors.ray import RayExecutor

        executor = RayExecutor(plan, sweep.workers.address)
    try:
        yield executor
    finally:
        executor.close()


@contextmanager
def _loading_keras() -> Iterator[Callable[[], None]]:
    """Loads Keras while the data are prepared; gives a function that waits for it and raises what went wrong.

    Standard error is held back meanwhile, so nobody leaves before the end: a message would be lost.
    """
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(backend.limit_threads, this_machine().cpus).result


def dry_build_on(material: Material) -> Callable[[Trial], Result | None]:
    """Tries a configuration on the shapes of this material: what is sure to go wrong with it, or None."""

    def dry_build(trial: Trial) -> Result | None:
        try:
            assembly.dry_build(trial.config, material.length, material.task, material.outputs)
        except Exception as error:  # a plugin may raise anything; it is the trial's result
            state, failure = failure_of(error)
            return Result(trial, state, failure=failure)
        return None

    return dry_build
