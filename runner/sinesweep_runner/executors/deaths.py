"""Deaths: how often a trial took the process with it that drives the sweep.

Every trial is built on shapes in the driver's own process, and with one worker it is trained there too. A library that
crashes ends the whole sweep then, and nobody is left to tell. So a mark is set beside a trial's checkpoint when it
begins, and taken away when it ends. Whoever finds one knows that the trial died; and where its checkpoint has not come
further since, that it would do so for ever. Of one for which a process had to be ended, because it hung, the mark says
so; and of one that was built on shapes, whose code was at work.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeVar

from sinesweep.blame import telling
from sinesweep.files import write_atomically
from sinesweep.trial import Cause, Failure, Result, State, Trial
from sinesweep.wording import many
from sinesweep_runner.training.drybuild import DryBuild
from sinesweep_runner.training.progress import CHECKPOINTS, Checkpoint

T = TypeVar("T")


class Deaths:
    """The mark of one trial, in one of the two things that may kill.

    Attributes:
        hung: why a process was ended for it, where one was; known once it begins.
        plugin: whose code was at work when it died last, where that is known; likewise.
    """

    def __init__(self, folder: Path, trial: Trial, doing: Literal["building", "training"]) -> None:
        """Nothing is read or written yet; `folder` is the sweep's."""
        self._path = folder / CHECKPOINTS / f"{trial.origin:05d}.{doing}"
        self._checkpoint = Checkpoint(folder, trial)
        self._facts: dict[str, int | str] = {}
        self.hung = self.plugin = ""

    def begin(self) -> int:
        """Marks that the trial begins; how often it has died since its checkpoint came further."""
        deaths, epochs = 0, 0
        if self._path.exists():
            before, epochs = json.loads(self._path.read_text(encoding="utf-8")), self._epochs()
            deaths = before["deaths"] + 1 if epochs <= before["epochs"] else 0
            self.hung, self.plugin = before.get("hung", ""), before.get("plugin", "")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._write({"deaths": deaths, "epochs": epochs})
        return deaths

    def hangs(self, why: str) -> None:
        """Marks that the trial hangs, for the process is about to be ended."""
        self._write(self._facts | {"hung": why})

    def at_work(self, plugin: str) -> None:
        """Marks whose code runs now; empty where no plugin's does."""
        self._write(self._facts | {"plugin": plugin})

    def end(self) -> None:
        """Takes the mark away: the process has outlived the trial."""
        self._path.unlink(missing_ok=True)

    def _write(self, facts: dict[str, int | str]) -> None:
        self._facts = facts
        write_atomically(self._path, json.dumps(facts))

    def _epochs(self) -> int:
        """The epochs in the checkpoint, over all folds."""
        kept = self._checkpoint.load()
        if kept is None:
            return 0
        progress, _ = kept
        return sum(len(fold.history) for fold in progress.folds) + len(progress.history)


def outlived(
    deaths: Deaths, trial: Trial, retries: int, work: Callable[[Trial], T], say: Callable[[str], None]
) -> T | Result:
    """What the work on a trial comes to, marked meanwhile; a failure where a process was ended for the trial, or it has
    ended more than `retries` by itself. `say` is told of one that has, and is tried again."""
    died = deaths.begin()
    try:
        if deaths.hung:
            return Result(trial, State.FAILED, failure=Failure(Cause.HUNG, deaths.hung))
        if died > retries:
            return _deadly(trial, died, deaths.plugin)
        if died:
            say(f"Trial {trial.number} {_ended(died, deaths.plugin)}. It is tried again ({died} of {retries} times).")
        return work(replace(trial, lost=trial.lost + died))
    finally:
        deaths.end()


def marked(dry_build: DryBuild, folder: Path) -> DryBuild:
    """The same dry build, but that a trial leaves a mark which ends the process in it."""

    def judge(trial: Trial) -> Result | None:
        deaths = Deaths(folder, trial, "building")
        deaths.begin()
        try:
            with telling(deaths.at_work):
                return dry_build(trial)
        finally:
            deaths.end()

    return judge


def died_in_building(folder: Path) -> dict[int, str]:
    """The trials that have ended a process while they were built on shapes, by their first numbers, each with the
    plugin that was at work; empty where none was."""
    marks = sorted((folder / CHECKPOINTS).glob("*.building"))
    return {int(mark.stem): json.loads(mark.read_text(encoding="utf-8")).get("plugin", "") for mark in marks}


def _deadly(trial: Trial, died: int, plugin: str) -> Result:
    """The end of a trial that is not tried any more."""
    why = (
        f"it {_ended(died, plugin)}; a library that it computes with may have crashed, or the system ran out of memory"
    )
    failure = Failure(Cause.LOST, why, plugin=plugin)
    return Result(replace(trial, lost=trial.lost + died), State.FAILED, failure=failure)


def _ended(died: int, plugin: str) -> str:
    when = f", the last time while {plugin} was at work" if plugin else " before an epoch was done"
    times = f"{many(died, 'time')} in a row" if died > 1 else "once"
    return f"has ended the process of the sweep {times}{when}"
