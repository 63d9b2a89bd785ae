"""Training: one trial, from its configuration to its result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from sinesweep import limits, predictions
from sinesweep.blame import nobodys
from sinesweep.metrics import WATCHED, measure, metric
from sinesweep.objectives import LATENCY, PARAMETERS
from sinesweep.split import Fold, hold_out
from sinesweep.trial import FEWEST_FOLDS, TRAIN_LOSS, VALID_LOSS, Failure, Report, Result, State, Trial
from sinesweep_runner import backend
from sinesweep_runner.training.costs import costs, latency_ms
from sinesweep_runner.training.failures import failure_of
from sinesweep_runner.training.inputs import Inputs
from sinesweep_runner.training.learner import Learner
from sinesweep_runner.training.material import Material
from sinesweep_runner.training.progress import Checkpoint, Progress, of_validation
from sinesweep_runner.training.stopwatch import Stopwatch

HELD_SHARE = 0.15
"""The share of the training clips that early stopping watches."""

PREDICTIONS = "predictions"


def train(trial: Trial, material: Material, keep_going: Callable[[Report], bool], folder: Path | None = None) -> Result:
    """Trains and scores one configuration on every fold; whatever is wrong with the trial becomes part of the result.

    Args:
        keep_going: is told of every epoch; where it says False the trial ends as pruned.
        folder: where the probabilities of the validation clips are kept, a checkpoint of every epoch, from which a
            trial that was interrupted goes on, and the end of every fold, from which one that continues it does;
            None to keep none.
    """
    from sinesweep_runner.training.shelf import forget

    result = Run(trial, material, keep_going, folder).result()
    if result.failure is not None:  # it may have been the lack of memory
        forget()
    return result


class Run:
    """One trial under way."""

    def __init__(
        self, trial: Trial, material: Material, keep_going: Callable[[Report], bool], folder: Path | None
    ) -> None:
        self._trial, self._material, self._keep_going, self._folder = trial, material, keep_going, folder
        self._targets = material.right()
        self._checkpoint = None if folder is None else Checkpoint(folder, trial)
        kept = self._checkpoint.load() if self._checkpoint else None
        self._progress, self._state = kept or (Progress(), [])
        self._watch = Stopwatch(self._progress.seconds)
        self._last: Mapping[str, float] = {}
        self._stored: str | None = None

    def result(self) -> Result:
        """Trains, and says what came of it."""
        state, failure = State.COMPLETE, None
        try:
            state = self._all_folds()
            if state is State.COMPLETE:
                self._store()
        except nobodys():
            raise
        except BaseException as error:  # a trial's own faults are its result
            state, failure = failure_of(error)
        return self._conclude(state, failure)

    def _all_folds(self) -> State:
        """Trains on what is left; how that ended."""
        inputs = Inputs(self._trial.config, self._material, self._material.clips(), self._watch)
        left = list(enumerate(self._material.folds))[len(self._progress.folds) :]
        states = (self._one_fold(number, fold, inputs) for number, fold in left)
        return next((state for state in states if state is not State.COMPLETE), State.COMPLETE)

    def _one_fold(self, number: int, fold: Fold, inputs: Inputs) -> State:
        """Trains on a fold; not COMPLETE where the search ends or pauses the trial."""
        seed, fit, progress = self._trial.seed + number, inputs.parts.fit, self._progress
        train, held = self._part(fold, fit.patience, seed)
        learner = Learner(inputs, train, seed, accumulate=self._trial.accumulate)
        self._weigh(learner)
        if self._checkpoint and self._trial.continues is not None and not progress.history:
            end, self._state = self._checkpoint.load_end(number)
            progress.begin_at(end, fit.patience)
        if self._state:
            learner.restore(self._state)
            self._state = []
        for epoch in range(len(progress.history) + 1, fit.epochs + 1):
            if number == 0 and self._trial.until is not None and epoch > self._trial.until:
                self._last = of_validation(progress.history[-1])
                return State.PAUSED
            learned = learner.train_epoch(epoch)
            answers = learner.answer(fold.valid)
            self._last = measure(self._targets[list(fold.valid)], answers, also=self._material.asked)
            told = learner.loss_of(fold.valid, answers)
            progress.history.append({**self._last, TRAIN_LOSS: learned, VALID_LOSS: told})
            if not self._keep_going(Report(self._trial.number, number, epoch, self._last)):
                return State.PRUNED
            # Early stopping chooses the epoch on clips that are no part of the score.
            watched = self._watched(held, learner) if held else -epoch
            if progress.ends(watched, answers, fit.patience):
                break
            if epoch < fit.epochs:
                self._keep(learner)
        self._end_fold(number, learner)
        return State.COMPLETE if self._earns_next_fold(number) else State.PRUNED

    def _earns_next_fold(self, number: int) -> bool:
        """The verdict on the folds that have ended, where there are enough of them to be judged."""
        ended, count = self._progress.folds, len(self._material.folds)
        if count < FEWEST_FOLDS or len(ended) == count:
            return True
        scores = tuple(fold.metrics for fold in ended)
        return self._keep_going(Report(self._trial.number, number, len(ended[-1].history), self._last, scores))

    def _weigh(self, learner: Learner) -> None:
        """Notes what the network costs; raises OverLimit where that is more than the sweep allows."""
        if not self._progress.costs:
            self._progress.costs = costs(learner.network)
            if self._material.timed:
                with self._watch.phase("latency"):
                    self._progress.costs[LATENCY] = latency_ms(learner.predictor())
        limits.check(self._material.limits, self._progress.costs)

    def _keep(self, learner: Learner) -> None:
        if self._checkpoint is None:
            return
        with self._watch.phase("checkpoint"):
            self._progress.seconds = self._watch.seconds()
            self._checkpoint.save(self._progress, learner.state())

    def _end_fold(self, number: int, learner: Learner) -> None:
        """Scores the fold under way, and keeps its end."""
        if self._checkpoint is None:
            self._progress.end_fold()
            return
        with self._watch.phase("checkpoint"):
            if self._material.kept:
                self._checkpoint.save_end(number, self._progress, learner.state())
            self._progress.end_fold()
            self._progress.seconds = self._watch.seconds()
            self._checkpoint.save(self._progress, ())

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
        clips = np.concatenate([np.asarray(fold.valid) for fold in self._material.folds])
        probabilities = np.concatenate(self._progress.answers)
        predictions.save(self._folder / name, clips, self._targets[clips], probabilities)
        self._stored = name

    def _conclude(self, state: State, failure: Failure | None) -> Result:
        folds = tuple(self._progress.folds)
        metrics = _mean([fold.metrics for fold in folds]) if state is State.COMPLETE else dict(self._last)
        scored = state in (State.COMPLETE, State.PRUNED, State.PAUSED)
        return Result(
            trial=self._trial,
            state=state,
            value=metrics.get(self._material.objective) if scored else None,
            metrics=metrics if scored else {},
            folds=folds,
            parameters=int(self._progress.costs.get(PARAMETERS, 0)),
            costs=self._progress.costs,
            seconds=self._watch.seconds(),
            phases=self._watch.phases(),
            device=backend.device_name(),
            versions=backend.versions(),
            failure=failure,
            predictions=self._stored,
            unfinished=tuple(self._progress.history),
        )


def _mean(metrics: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: float(np.mean([each[name] for each in metrics])) for name in metrics[0]}
