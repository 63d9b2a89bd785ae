"""Progress: how far a trial has come, and the checkpoints from which it, or one that continues it, goes on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from sinesweep.trial import TRAIN_LOSS, VALID_LOSS, FoldScore, Result, Trial
from sinesweep_runner.training.archive import Damaged, read_archive, write_archive
from sinesweep_runner.training.failures import StateGone

CHECKPOINTS = "checkpoints"
"""The folder of a sweep in which they lie."""


@dataclass
class Progress:
    """What a trial has brought.

    Attributes:
        folds: the scores of the folds that have ended.
        answers: their validation clips' probabilities or values, float32 `(clips, outputs)` each.
        history: the metrics of every epoch of the fold under way, and its losses.
        best_epoch: the one of them that counts: the last, or with patience the one whose watched loss was least.
        best_loss: its watched loss.
        best_answers: its answers.
        since: the epoch from which patience counts anew, in a trial that continues one whose patience had run out.
        seconds: the time that the trial took before it was interrupted.
        costs: of the network, by the names of `sinesweep.objectives.COSTS`; none as long as none was built.
    """

    folds: list[FoldScore] = field(default_factory=list)
    answers: list[np.ndarray] = field(default_factory=list)
    history: list[Mapping[str, float]] = field(default_factory=list)
    best_epoch: int = 0
    best_loss: float = float("inf")
    best_answers: np.ndarray = field(default_factory=lambda: np.empty(0, np.float32))
    since: int = 0
    seconds: float = 0.0
    costs: dict[str, float] = field(default_factory=dict)

    def ends(self, loss: float, answers: np.ndarray, patience: int) -> bool:
        """Takes note of the epoch that was added to the history last; True where training should stop."""
        epoch = len(self.history)
        if loss < self.best_loss:
            self.best_loss, self.best_epoch, self.best_answers = loss, epoch, answers
        return self._out_of_patience(patience)

    def begin_at(self, end: Progress, patience: int) -> None:
        """Begins a fold where that of another trial has ended; patience that had run out there counts anew."""
        self.history, self.best_epoch, self.best_loss = [*end.history], end.best_epoch, end.best_loss
        self.best_answers, self.since = end.best_answers, end.since
        if self._out_of_patience(patience):
            self.since = len(self.history)

    def end_fold(self) -> None:
        """Scores the fold under way by its best epoch; the next one begins."""
        best = of_validation(self.history[self.best_epoch - 1])
        self.folds.append(FoldScore(best, tuple(self.history), self.best_epoch))
        self.answers.append(self.best_answers)
        self.history, self.best_epoch, self.best_loss, self.since = [], 0, float("inf"), 0

    def _out_of_patience(self, patience: int) -> bool:
        return patience > 0 and len(self.history) - max(self.best_epoch, self.since) >= patience


class Checkpoint:
    """One trial's checkpoints: NumPy archives, each written whole or not at all.

    One says how far the trial has come; one a fold says how that fold ended, for trials that continue this one. Whoever
    drives the search removes them (`sinesweep_runner.keeping`).
    """

    def __init__(self, folder: Path, trial: Trial) -> None:
        """Nothing is read or written yet; `folder` is the sweep's."""
        self._folder, self._trial = folder / CHECKPOINTS, trial
        self._path = self._folder / _name(trial.origin)
        self._identity = json.loads(json.dumps([dict(trial.config), trial.seed, trial.accumulate]))

    def save(self, progress: Progress, weights: Sequence[np.ndarray]) -> None:
        """Keeps the progress, and the weights of the fold under way.

        Raises:
            OSError: the file cannot be written.
        """
        facts = _of_fold(progress) | {
            "trial": self._identity,
            "folds": [asdict(each) for each in progress.folds],
            "seconds": progress.seconds,
            "costs": progress.costs,
        }
        write_archive(self._path, facts, _arrays(progress, weights))

    def save_end(self, fold: int, progress: Progress, weights: Sequence[np.ndarray]) -> None:
        """Keeps how the fold under way has ended; raises OSError as `save` does."""
        facts = _of_fold(progress) | {"trial": self._lasting()}
        write_archive(self._end_of(self._trial.origin, fold), facts, _arrays(replace(progress, answers=[]), weights))

    def load(self) -> tuple[Progress, list[np.ndarray]] | None:
        """What was saved last; None where nothing was, where it is damaged, or where it is another trial's."""
        try:
            facts, arrays = read_archive(self._path)
        except (FileNotFoundError, Damaged):
            return None
        if facts["trial"] != self._identity:
            return None
        progress = _progress(facts, arrays)
        progress.folds = [FoldScore(each["metrics"], tuple(each["history"]), each["epochs"]) for each in facts["folds"]]
        progress.answers = [arrays[f"answers{place}"] for place in range(len(progress.folds))]
        progress.seconds, progress.costs = facts["seconds"], facts["costs"]
        return progress, _weights(arrays)

    def load_end(self, fold: int) -> tuple[Progress, list[np.ndarray]]:
        """How this fold of the trial that this one continues has ended.

        Raises:
            StateGone: nobody has kept it, or it is damaged.
        """
        before = self._trial.continues
        if before is None:
            raise ValueError(f"trial {self._trial.number} continues none")
        gone = f"the final state of trial {before}, which this one continues, is not there any more"
        try:
            facts, arrays = read_archive(self._end_of(before, fold))
        except FileNotFoundError:
            raise StateGone(gone) from None
        except Damaged as reason:
            raise StateGone(f"this one continues trial {before}, but its final state {reason}") from None
        if facts["trial"] != self._lasting():
            raise StateGone(gone)
        return _progress(facts, arrays), _weights(arrays)

    def _lasting(self) -> list[Any]:
        """What a trial and one that continues it have in common: everything but the number of epochs."""
        config, *rest = self._identity
        fit = {name: value for name, value in config["fit"].items() if name != "epochs"}
        return [config | {"fit": fit}, *rest]

    def _end_of(self, origin: int, fold: int) -> Path:
        return self._folder / _end_name(origin, fold)


def of_validation(epoch: Mapping[str, float]) -> dict[str, float]:
    """The metrics of an epoch of a history: all but the losses that are trained with."""
    return {name: value for name, value in epoch.items() if name not in (TRAIN_LOSS, VALID_LOSS)}


def has_final_state(folder: Path, result: Result) -> bool:
    """Whether a sweep's folder holds how the folds of a finished trial have ended; every file is read.

    Raises:
        Damaged: one of them cannot be read.
    """
    for fold in range(len(result.folds)):
        try:
            read_archive(folder / CHECKPOINTS / _end_name(result.trial.origin, fold))
        except FileNotFoundError:
            return False
    return True


def read_by(trial: Trial, folds: int) -> list[str]:
    """The files, by their names in the sweep's folder, that a trial goes on from if they are there."""
    before = [] if trial.continues is None else [_end_name(trial.continues, fold) for fold in range(folds)]
    return [f"{CHECKPOINTS}/{name}" for name in (_name(trial.origin), *before)]


def _name(origin: int) -> str:
    return f"{origin:05d}.npz"


def _end_name(origin: int, fold: int) -> str:
    return f"{origin:05d}.fold{fold}.npz"


def _of_fold(progress: Progress) -> dict[str, Any]:
    """The facts of the fold under way."""
    return {
        "history": list(progress.history),
        "best": [progress.best_epoch, progress.best_loss],
        "since": progress.since,
    }


def _arrays(progress: Progress, weights: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """The arrays of an archive."""
    answers = {f"answers{place}": each for place, each in enumerate(progress.answers)}
    return {"best": progress.best_answers, **answers, **{f"weights{place}": each for place, each in enumerate(weights)}}


def _progress(facts: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Progress:
    """The progress of the fold that facts and arrays tell of."""
    best_epoch, best_loss = facts["best"]
    return Progress([], [], facts["history"], best_epoch, best_loss, arrays["best"], facts["since"])


def _weights(arrays: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    count = sum(name.startswith("weights") for name in arrays)
    return [arrays[f"weights{place}"] for place in range(count)]
