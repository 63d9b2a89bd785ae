"""Deaths: how often a trial took the process with it that drives the sweep.

Every trial is built on shapes in the driver's own process, and with one worker it is trained there too. A library that
crashes ends the whole sweep then, and nobody is left to tell. So a mark is set beside a trial's checkpoint when it
begins, and taken away when it ends. Whoever finds one knows that the trial died; and where its checkpoint has not come
further since, that it would do so for ever.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from sinesweep.files import write_atomically
from sinesweep.trial import Cause, Failure, Result, State, Trial
from sinesweep_runner.training.drybuild import DryBuild
from sinesweep_runner.training.progress import CHECKPOINTS, Checkpoint


class Deaths:
    """The mark of one trial, in one of the two things that may kill."""

    def __init__(self, folder: Path, trial: Trial, doing: Literal["building", "training"]) -> None:
        """Nothing is read or written yet; `folder` is the sweep's."""
        self._path = folder / CHECKPOINTS / f"{trial.origin:05d}.{doing}"
        self._checkpoint = Checkpoint(folder, trial)

    def begin(self) -> int:
        """Marks that the trial begins; how often it has died since its checkpoint came further."""
        deaths, epochs = 0, 0
        if self._path.exists():
            before, epochs = json.loads(self._path.read_text(encoding="utf-8")), self._epochs()
            deaths = before["deaths"] + 1 if epochs <= before["epochs"] else 0
        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self._path, json.dumps({"deaths": deaths, "epochs": epochs}))
        return deaths

    def end(self) -> None:
        """Takes the mark away: the process has outlived the trial."""
        self._path.unlink(missing_ok=True)

    def _epochs(self) -> int:
        """The epochs in the checkpoint, over all folds."""
        kept = self._checkpoint.load()
        if kept is None:
            return 0
        progress, _ = kept
        return sum(len(fold.history) for fold in progress.folds) + len(progress.history)


def deadly(trial: Trial, died: int) -> Result:
    """The end of a trial that is not tried any more."""
    why = (
        f"it ended the process of the sweep {died} times in a row before an epoch was done; a library that it computes"
        " with may have crashed, or the system ran out of memory"
    )
    return Result(trial, State.FAILED, failure=Failure(Cause.LOST, why))


def careful(dry_build: DryBuild, folder: Path, retries: int) -> DryBuild:
    """The same dry build, but that it gives up a trial after more than `retries` deaths in it."""

    def judge(trial: Trial) -> Result | None:
        deaths = Deaths(folder, trial, "building")
        died = deaths.begin()
        try:
            return deadly(trial, died) if died > retries else dry_build(trial)
        finally:
            deaths.end()

    return judge
