"""Training: one trial, from its configuration to its result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from sinesweep import predictions
from sinesweep.metrics import WATCHED, measure, metric
from sinesweep.split import Fold, hold_out
from sinesweep.trial import Failure, FoldScore, Report, Result, State, Trial
from sinesweep_runner import backend
from sinesweep_runner.training.failures import failure_of
from sinesweep_runner.training.inputs import Inputs
from sinesweep_runner.training.learner import Learner
from sinesweep_runner.training.material import Material
from sinesweep_runner.training.stopwatch import Stopwatch

HELD_SHARE = 0.15
"""The share of the training clips that early stopping watches."""

PREDICTIONS = "predictions"


def train(trial: Trial, material: Material, keep_going: Callable[[Report], bool], folder: Path | None = None) -> Result:
    """Trains and scores one configuration on every fold; whatever is wrong with the trial becomes part of the result.

    Args:
        keep_going: is told of every epoch; where it says False the trial ends as pruned.
        folder: where the probabilities of the validation clips are kept; None to keep none.
    """
    import keras

    try:
        return Run(trial, material, keep_going, folder).result()
    finally:
        keras.backend.clear_session()


class Run:
    """One trial under way."""

    def __init__(
        self, trial: Trial, material: Material, keep_going: Callable[[Report], bool], folder: Path | None
    ) -> None:
        self._trial, self._material, self._keep_going, self._folder = trial, material, keep_going, folder
        self._watch = Stopwatch()
        self._targets = material.right()
        self._folds: list[FoldScore] = []
        self._answers: list[tuple[Sequence[int], np.ndarray]] = []
        self._parameters = 0
        self._last: Mapping[str, float] = {}
        self._stored: str | None = None

    def result(self) -> Result:
        """Trains, and says what came of it."""
        state, failure = State.COMPLETE, None
        try:
            if not self._all_folds():
                state = State.PRUNED
            else:
                self._store()
        except Exception as error:  # a trial's own faults are its result
            state, failure = failure_of(error)
        return self._conclude(state, failure)

    def _all_folds(self) -> bool:
        clips = sorted({clip for fold in self._material.folds for clip in (*fold.train, *fold.valid)})
        inputs = Inputs(self._trial.config, self._material, clips, self._watch)
        return all(self._one_fold(number, fold, inputs) for number, fold in enumerate(self._material.folds))

    def _one_fold(self, number: int, fold: Fold, inputs: Inputs) -> bool:
        """Trains on a fold; False where the search ends the trial."""
        seed, fit = self._trial.seed + number, inputs.parts.fit
        train, held = self._part(fold, fit.patience, seed)
        learner = Learner(inputs, train, seed)
        self._parameters = int(learner.network.count_params())
        history: list[Mapping[str, float]] = []
        best = Best(fit.patience)
        for epoch in range(1, fit.epochs + 1):
            learner.train_epoch(epoch)
            probabilities = learner.answer(fold.valid)
            self._last = measure(self._targets[list(fold.valid)], probabilities)
            history.append(self._last)
            if not self._keep_going(Report(self._trial.number, number, epoch, self._last)):
                return False
            watched = self._watched(held, learner) if held else -epoch
            if best.ends(epoch, watched, probabilities):
                break
        # Early stopping chose this epoch on clips that are no part of the score.
        self._folds.append(FoldScore(history[best.epoch - 1], tuple(history), best.epoch))
        self._answers.append((fold.valid, best.probabilities))
        return True

    def _watched(self, held: Sequence[int], learner: Learner) -> float:
        """What early stopping looks at, on the clips that were held out for it."""
        return metric(WATCHED[self._material.task]).score(self._targets[list(held)], learner.answer(held))

    def _part(self, fold: Fold, patience: int, seed: int) -> tuple[Sequence[int], Sequence[int]]:
        """The clips to learn from, and those that early stopping watches."""
        if patience == 0:
            return fold.train, ()
        return hold_out(fold.train, self._material.targets, self._material.groups, HELD_SHARE, seed)

    def _store(self) -> None:
        if self._folder is None:
            return
        name = f"{PREDICTIONS}/{self._trial.number:05d}.npz"
        (self._folder / PREDICTIONS).mkdir(parents=True, exist_ok=True)
        clips = np.concatenate([np.asarray(valid) for valid, _ in self._answers])
        probabilities = np.concatenate([given for _, given in self._answers])
        predictions.save(self._folder / name, clips, self._targets[clips], probabilities)
        self._stored = name

    def _conclude(self, state: State, failure: Failure | None) -> Result:
        metrics = _mean([fold.metrics for fold in self._folds]) if state is State.COMPLETE else dict(self._last)
        scored = state in (State.COMPLETE, State.PRUNED)
        return Result(
            trial=self._trial,
            state=state,
            value=metrics.get(self._material.objective) if scored else None,
            metrics=metrics if scored else {},
            folds=tuple(self._folds),
            parameters=self._parameters,
            seconds=self._watch.seconds(),
            phases=self._watch.phases(),
            device=backend.device_name(),
            versions=backend.versions(),
            failure=failure,
            predictions=self._stored,
        )


class Best:
    """The epoch that counts: the last one, or with patience the one whose watched loss was least."""

    def __init__(self, patience: int) -> None:
        self._patience, self._loss = patience, float("inf")
        self.epoch, self.probabilities = 0, np.empty(0)

    def ends(self, epoch: int, loss: float, probabilities: np.ndarray) -> bool:
        """Takes note of an epoch; True where training should stop."""
        if loss < self._loss:
            self._loss, self.epoch, self.probabilities = loss, epoch, probabilities
        return self._patience > 0 and epoch - self.epoch >= self._patience


def _mean(metrics: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: float(np.mean([each[name] for each in metrics])) for name in metrics[0]}
