"""Searching: what happens between a sweep that is prepared and its leaderboard: baseline, trials, finalists."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sinesweep.errors import StorageLost, SweepFailed
from sinesweep.leaderboard import Leaderboard
from sinesweep.record import Record
from sinesweep.recording import RecordedStudy
from sinesweep.study import Study
from sinesweep.sweep import Sweep
from sinesweep.wording import many
from sinesweep_runner.continuing import with_budget_spent
from sinesweep_runner.executors import Executor
from sinesweep_runner.finals import finals_of
from sinesweep_runner.keeping import Keeper
from sinesweep_runner.orchestrator import Orchestrator
from sinesweep_runner.reporting import write_report
from sinesweep_runner.signals import stop_on_interrupt
from sinesweep_runner.sound.waveforms import default_store
from sinesweep_runner.sweepfolder import SweepFolder
from sinesweep_runner.training.drybuild import dry_build_on
from sinesweep_runner.training.material import Material
from sinesweep_runner.trialzero import TrialZero
from sinesweep_runner.watch import Watch


@dataclass(frozen=True)
class Outcome:
    """What a sweep came to; `stopped` where somebody ended it before its time."""

    folder: Path
    board: Leaderboard
    why: str
    stopped: bool = False


class SearchFailed(SweepFailed):
    """A search that had to stop.

    Attributes:
        outcome: what it had come to by then, ranked.
    """

    def __init__(self, why: str, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__(why)


def bound_study(sweep: Sweep, place: SweepFolder, split: str) -> Study:
    """The sweep's study, new or as it stands, tied to its split."""
    storage, resume = place.storage(sweep), place.has_begun(sweep)
    if resume:
        Record.of(sweep, storage).check_split(split)  # before a trial of what may be another sweep is touched
    study = RecordedStudy(sweep, storage, place.events_file, resume=resume)
    study.record.bind(split)
    return study


def run_baseline(sweep: Sweep, place: SweepFolder, study: Study, material: Material, watch: Watch) -> None:
    """Trial 0."""
    [name] = sweep.baseline or {}
    sizes = sorted({len(fold.train) for fold in material.folds})
    clips = many(sizes[-1], "clip") if len(sizes) == 1 else f"{sizes[0]:,} to {many(sizes[-1], 'clip')}"
    folds = f" in each of {len(material.folds)} folds" if len(material.folds) > 1 else ""
    watch.say(f"Trial 0 comes first: the baseline, {name}, learns from {clips}{folds}.")
    result = TrialZero(sweep, material, default_store().folder).result(place.path)
    study.record_baseline(result)
    watch.say(watch.line(result))


def search(
    sweep: Sweep, place: SweepFolder, study: Study, executor: Executor, material: Material, watch: Watch
) -> tuple[str, bool]:
    """Runs the trials; returns why it ended, and whether somebody asked for it.

    Raises:
        SearchFailed: it had to stop; it leaves its leaderboard too.
        StorageLost: the database of its study does not answer any more, so that there is none.
    """
    try:
        with watch.shown(), stop_on_interrupt(watch.say) as stop:
            keeper = Keeper(place.path, sweep, study.record, watch.say)
            build = executor.guard(dry_build_on(material, executor.expect))
            why = Orchestrator(study, executor, sweep, build, watch, stop, keeper.ended).run()
            return why, stop.asked
    except StorageLost:  # nothing can be ranked then
        raise
    except SweepFailed as failure:
        raise SearchFailed(
            str(failure), Outcome(place.path, write_report(place.path)[0].board, str(failure))
        ) from failure


def finals(
    sweep: Sweep, place: SweepFolder, study: Study, executor: Executor, material: Material, watch: Watch
) -> bool:
    """Trains the finalists again, if there are any; whether somebody asked to stop."""
    wishes, why = finals_of(sweep, study.record, executor.slots)
    if why:
        watch.say(why)
    study.wish(wishes)
    if not study.record.unmet():
        return False
    _, stopped = search(with_budget_spent(sweep, study.record), place, study, executor, material, watch)
    return stopped
