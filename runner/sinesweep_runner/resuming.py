"""Resuming: going on with a sweep that was stopped, and what may be otherwise from then on."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from sinesweep.begun import HOW, RESUMABLE, SEARCHED
from sinesweep.errors import SweepError, nearest
from sinesweep.record import Record
from sinesweep.sweep import Sweep
from sinesweep.sweepfile import key_of, override
from sinesweep.wording import many
from sinesweep_runner.searching import Outcome
from sinesweep_runner.sweepfolder import SweepFolder
from sinesweep_runner.sweeping import go_on


def resume(folder: Path, overrides: Sequence[str] = (), *, finalize: bool = True) -> Outcome:
    """Goes on with a sweep that was stopped.

    Args:
        folder: of the sweep.
        overrides: `key=value`; they may change its budget, its finalists, its workers, and where its sounds lie.
        finalize: as in `run`.

    Raises:
        SweepError: there is no sweep, its data have changed, or an override changes what is searched.
        SweepFailed: it went on and had to stop, or no trial has a score.
    """
    place = SweepFolder(folder)
    sweep = place.sweep()
    wrong = [each for each in overrides if not key_of(each).startswith(RESUMABLE)]
    if wrong:
        raise SweepError(
            f"--set {wrong[0]}: only {', '.join(_resumable())} may change on resume.{_way_out(folder, wrong[0])}"
        )
    if overrides:
        sweep = override(sweep, overrides)
        _check_not_overspent(place, sweep)
    return go_on(place, sweep, finalize=finalize)


def _resumable() -> list[str]:
    """The keys that may change on resume, as a person reads them: `budget.…`."""
    return [f"{key}…" if key.endswith(".") else key for key in RESUMABLE]


def _way_out(folder: Path, override: str) -> str:
    """What to do instead of setting a key that may not change on resume."""
    section = key_of(override).partition(".")[0]
    if section in SEARCHED or key_of(override) in HOW:
        return f" `sinesweep extend {shlex.quote(str(folder))} --set {shlex.quote(override)}` changes what is searched"
    return nearest(section, [key.partition(".")[0] for key in RESUMABLE]) or " Begin a new sweep"


def _check_not_overspent(place: SweepFolder, sweep: Sweep) -> None:
    done = len(Record.of(sweep, place.storage(sweep)).spent()) if place.has_begun(sweep) else 0
    if sweep.budget.trials < done:
        raise SweepError(f"budget.trials: {many(done, 'trial')} of this sweep are done; got {sweep.budget.trials}")
