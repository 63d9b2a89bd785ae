"""Trial 0: the classical baseline that every search has to beat, scored on the very same clips."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sinesweep import predictions
from sinesweep.dataset import Task
from sinesweep.metrics import measure, metric
from sinesweep.settings import values
from sinesweep.sweep import Sweep
from sinesweep.thresholds import fit_thresholds
from sinesweep.trial import FoldScore, Result, State, Trial
from sinesweep_runner.sound.baselines import features_of, make_baseline, score_baseline
from sinesweep_runner.training.material import Material

FILE = "predictions/00000.npz"


class TrialZero:
    """One baseline on one sweep's material. The features of all clips are computed once, and kept in `cache`."""

    def __init__(self, sweep: Sweep, material: Material, cache: Path) -> None:
        self._name, self._seed = str(sweep.baseline), sweep.search.seed
        self._baseline = make_baseline(self._name)
        self._material = material
        self._features = features_of(
            self._baseline, material.waveforms, material.length.rate_hz, cache, material.columns
        )

    def result(self, folder: Path) -> Result:
        """Its score on every fold, as the result of trial 0; the predictions are kept in the sweep's folder."""
        began = time.monotonic()
        folds = self._material.folds
        answers = [self._answers(fold.train, fold.valid) for fold in folds]
        scores = [measure(self._right(fold.valid), told) for fold, told in zip(folds, answers, strict=True)]
        clips = np.concatenate([np.asarray(fold.valid) for fold in folds])
        (folder / FILE).parent.mkdir(exist_ok=True)
        predictions.save(folder / FILE, clips, self._material.right()[clips], np.concatenate(answers))
        metrics = {name: float(np.mean([score[name] for score in scores])) for name in scores[0]}
        config = {"baseline": {"name": self._name, **values(self._baseline)}}
        return Result(
            trial=Trial(0, config, self._seed),
            state=State.COMPLETE,
            value=metrics[self._material.objective],
            metrics=metrics,
            folds=tuple(FoldScore(score, (), 0) for score in scores),
            seconds=time.monotonic() - began,
            device="cpu",
            predictions=FILE,
        )

    def score(self, train: Sequence[int], test: Sequence[int], folder: Path) -> float:
        """Its objective on the test part, when it has learnt from all other clips.

        Its labels are decided as the winner's are, by thresholds that were fitted on its own validation answers.
        """
        thresholds = None
        if self._material.task is Task.MULTI_LABEL:
            before = predictions.load(folder / FILE)
            thresholds = fit_thresholds(before.targets, before.probabilities)
        judged = metric(self._material.objective)
        return judged.score(self._right(test), self._answers(train, test), thresholds)

    def _answers(self, train: Sequence[int], asked: Sequence[int]) -> np.ndarray:
        return score_baseline(self._features, self._material.targets, train, asked, self._baseline, self._seed)

    def _right(self, clips: Sequence[int]) -> np.ndarray:
        return self._material.right()[list(clips)]
