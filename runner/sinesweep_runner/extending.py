"""Giving a sweep more: wider ranges and further plugins for its search, or more epochs for its best trials."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from sinesweep.begun import HOW, RESUMABLE, SEARCHED, settled
from sinesweep.errors import SweepError
from sinesweep.extending import extend_study
from sinesweep.record import Record
from sinesweep.recording import note, note_resume, told
from sinesweep.storage import study_name
from sinesweep.sweep import Sweep
from sinesweep.sweepfile import key_of, override
from sinesweep.wording import many
from sinesweep_runner.continuing import wishes_for
from sinesweep_runner.outcome import board_of
from sinesweep_runner.searching import Outcome
from sinesweep_runner.sweepfolder import SweepFolder
from sinesweep_runner.sweeping import go_on


def extend(
    folder: Path,
    overrides: Sequence[str] = (),
    *,
    trials: str | None = None,
    hours: str | None = None,
    finalize: bool = True,
) -> Outcome:
    """Goes on with a sweep that is given more: a larger budget, other ranges, choices or plugins.

    Every trial that has ended keeps its place. Those that lie in the new space teach the sampler; so ranges may become
    narrower too.

    Args:
        overrides: `key=value`, as on the command line.
        trials, hours: the budget in all, or by how much it grows: `120`, `+50`.

    Raises:
        SweepError: as `resume`; or what is asked for would make old and new scores incomparable.
        SweepFailed: as `resume`.
    """
    place = SweepFolder(folder)
    old = place.sweep()
    more = [*_grown("trials", trials, old.budget.trials), *_grown("hours", hours, old.budget.hours), *overrides]
    if not more:
        raise SweepError(f"{folder}: nothing to extend by; give --trials +50, --hours +2 or --set key=value")
    for option, asked in (("trials", trials), ("hours", hours)):
        if asked is not None and f"budget.{option}" in map(key_of, overrides):
            raise SweepError(f"--{option} {asked} and --set budget.{option}=…: expected one of them")
    for each in more:
        _check_comparable(each)
    new = override(old, more)
    if place.has_begun(old):
        _check_not_spent(place, new, Record.of(old, place.storage(old)))

    def ready(sweep: Sweep) -> Sweep:
        if not place.has_begun(old) or settled(sweep) == settled(old):
            return sweep
        note_resume(old, place.storage(old), place.events_file)
        extension = extend_study(old, sweep, place.storage(old))
        note(place.events_file, {"extend": told(sweep), "study": study_name(extension.sweep)})
        _say(f"{many(extension.known, 'trial')} of before lie in the new space, and teach the sampler.")
        if extension.aside:
            _say(f"{many(extension.aside, 'other')} stay on the leaderboard, but the sampler does not see them.")
        return extension.sweep

    return go_on(place, new, finalize=finalize, ready=ready)


def continue_(folder: Path, top: int, epochs: int, *, address: str | None = None, finalize: bool = True) -> Outcome:
    """Trains the best `top` trials of a sweep up to `epochs`, each as a trial of its own, and nothing else.

    Args:
        address: of a Ray cluster, if it is not that of the sweep.

    Raises:
        SweepError: as `resume`; or a trial cannot be continued.
        SweepFailed: as `resume`.
    """
    place = SweepFolder(folder)
    sweep = override(place.begun(), [] if address is None else [f"workers.address={address}"])
    with place.claimed():  # while it runs, more of its trials may have scores than now
        record = Record.of(sweep, place.storage(sweep))
    wishes = wishes_for(folder, board_of(folder), record, top, epochs, _say)
    return go_on(place, sweep, finalize=finalize, wishes=wishes)


def _grown(name: str, asked: str | None, before: float | None) -> list[str]:
    """`+50` and `120` as `budget.trials=…`."""
    if asked is None:
        return []
    if not asked.startswith("+"):
        return [f"budget.{name}={asked}"]
    if before is None:
        raise SweepError(f"--{name} {asked}: this sweep has no limit of {name} that could grow")
    try:
        more = int(asked) if name == "trials" else float(asked)
    except ValueError:
        raise SweepError(f"--{name} {asked}: expected a number, such as 120, or by how much it grows, +50") from None
    return [f"budget.{name}={before + more:g}"]


def _check_not_spent(place: SweepFolder, sweep: Sweep, record: Record) -> None:
    done, trials = len(record.spent()), sweep.budget.trials
    if trials <= done:
        raise SweepError(
            f"{place.path}: {many(done, 'trial')} of this sweep are done, and its budget is {trials}, so nothing would"
            " be trained; expected more, such as --trials +50"
        )


def _check_comparable(override: str) -> None:
    key = key_of(override)
    if key.partition(".")[0] in SEARCHED or key in HOW or key.startswith(RESUMABLE):
        return
    raise SweepError(
        f"--set {override}: scores of before and after could not be compared, or a trial not be repeated; only"
        f" {', '.join((*SEARCHED, *(each.rstrip('.') for each in RESUMABLE), *HOW))} may change. Begin a new sweep"
    )


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)
