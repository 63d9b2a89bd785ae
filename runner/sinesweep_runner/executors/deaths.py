"""Deaths: how often a trial took the process with it that drives the sweep.

Every trial is built on shapes in the driver's own process, and with one worker it is trained there too. A library that
crashes ends the whole sweep then, and nobody is left to tell. So a mark is set beside a trial's checkpoint when it
begins, and taken away when it ends. Whoever finds one knows that the trial died; and where its checkpoint has not come
further since, that it would do so for ever. Of one for which a process had to be ended, because it hung, the mark says
so.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeVar

from sinesweep.files import write_atomically
from sinesweep.trial import Cause, Failure, Result, State, Trial
from sinesweep_runner.training.drybuild import DryBuild
from sinesweep_runner.training.progress import CHECKPOINTS, Checkpoint

T = TypeVar("T")


class Deaths:
    """The mark of one trial, in one of the two things that may kill.

    Attributes:
        hung: why a process was ended for it, where one was; known once it begins.
    """

    def __init__(self, folder: Path, trial: Trial, doing: Literal["building", "training"]) -> None:
        """Nothing is read or written yet; `folder` is the sweep's."""
        self._path = folder / CHECKPOINTS / f"{trial.origin:05d}.{doing}"
        self._checkpoint = Checkpoint(folder, trial)
        self._facts: dict[str, int | str] = {}
        self.hung = ""

    def begin(self) -> int:
        """Marks that the trial begins; how often it has died since its checkpoint came further."""
        deaths, epochs = 0, 0
        if self._path.exists():
            before, epochs = json.loads(self._path.read_text(encoding="utf-8")), self._epochs()
            deaths = before["deaths"] + 1 if epochs <= before["epochs"] else 0
            self.hung = before.get("hung", "")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._write({"deaths": deaths, "epochs": epochs})
        return deaths

    def hangs(self, why: str) -> None:
        """Marks that the trial hangs, for the process is about to be ended."""
        self._write(self._facts | {"hung": why})

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


def outlived(deaths: Deaths, trial: Trial, retries: int, work: Callable[[Trial], T]) -> T | Result:
    """What the work on a trial comes to, marked meanwhile; a failure where a process was ended for the trial, or it has
    ended more than `retries` by itself."""
    died = deaths.begin()
    try:
        if deaths.hung:
            return Result(trial, State.FAILED, failure=Failure(Cause.HUNG, deaths.hung))
        return _deadly(trial, died) if died > retries else work(replace(trial, lost=trial.lost + died))
    finally:
        deaths.end()


def careful(dry_build: DryBuild, folder: Path, retries: int) -> DryBuild:
    """The same dry build, but that it gives up a trial after more than `retries` deaths in it."""
    return lambda trial: outlived(Deaths(folder, trial, "building"), trial, retries, dry_build)


def _deadly(trial: Trial, died: int) -> Result:
    """The end of a trial that is not tried any more."""
    why = (
        f"it ended the process of the sweep {died} times in a row before an epoch was done; a library that it computes"
        " with may have crashed, or the system ran out of memory"
    )
    return Result(replace(trial, lost=trial.lost + died), State.FAILED, failure=Failure(Cause.LOST, why))
