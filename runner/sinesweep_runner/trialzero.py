"""Trial 0: the classical baseline that every search has to beat, scored on the very same clips."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinesweep import predictions
from sinesweep.configuration import make_baseline
from sinesweep.dataset import Task
from sinesweep.intervals import Interval, interval
from sinesweep.metrics import measure, metric
from sinesweep.settings import values
from sinesweep.sweep import Sweep
from sinesweep.thresholds import fit_thresholds
from sinesweep.trial import FoldScore, Result, State, Trial
from sinesweep_runner.sound.baselines import features_of, score_baseline
from sinesweep_runner.training.material import Material

FILE = "predictions/00000.npz"
TEST_FILE = "predictions/test-baseline.npz"


class TrialZero:
    """A sweep's baseline, on its material. The features of all clips are computed once, and kept in `cache`."""

    def __init__(self, sweep: Sweep, material: Material, cache: Path) -> None:
        asked = sweep.baseline or {}
        [self._name] = asked
        self._baseline, self._seed = make_baseline(asked), sweep.search.seed
        self._material = material
        self._features = features_of(
            self._baseline, material.waveforms, material.length.rate_hz, cache, material.columns
        )

    def result(self, folder: Path) -> Result:
        """Its score on every fold, as the result of trial 0; the predictions are kept in the sweep's folder."""
        began = time.monotonic()
        folds = self._material.folds
        answers = [self._answers(fold.train, fold.valid) for fold in folds]
        scores = [
            measure(self._right(fold.valid), told, also=self._material.asked)
            for fold, told in zip(folds, answers, strict=True)
        ]
        clips = np.concatenate([np.asarray(fold.valid) for fold in folds])
        (folder / FILE).parent.mkdir(exist_ok=True)
        predictions.save(folder / FILE, clips, self._material.right()[clips], np.concatenate(answers))
        metrics = {name: float(np.mean([score[name] for score in scores])) for name in scores[0]}
        return Result(
            trial=Trial(0, {"baseline": {"name": self._name, **self._settings()}}, self._seed),
            state=State.COMPLETE,
            value=metrics[self._material.objective],
            metrics=metrics,
            folds=tuple(FoldScore(score, (), 0) for score in scores),
            seconds=time.monotonic() - began,
            device="cpu",
            predictions=FILE,
        )

    def score(self, train: Sequence[int], test: Sequence[int], folder: Path) -> tuple[float, Interval]:
        """Its objective on the test part with the 95 % interval, when it has learnt from all other clips; the
        predictions are kept too."""
        told, right, objective = self._answers(train, test), self._right(test), self._material.objective
        predictions.save(folder / TEST_FILE, np.asarray(test), right, told)
        thresholds = thresholds_in(folder) if self._material.task is Task.MULTI_LABEL else None
        groups = [self._material.groups[clip] for clip in test]
        around = interval(objective, right, told, groups, thresholds=thresholds)
        return metric(objective).score(right, told, thresholds), around

    def _settings(self) -> dict[str, Any]:
        """Those that count for these data."""
        idle = self._baseline.describing if self._material.columns else ()
        return {name: value for name, value in values(self._baseline).items() if name not in idle}

    def _answers(self, train: Sequence[int], asked: Sequence[int]) -> np.ndarray:
        return score_baseline(self._features, self._material.targets, train, asked, self._baseline, self._seed)

    def _right(self, clips: Sequence[int]) -> np.ndarray:
        return self._material.right()[list(clips)]


def thresholds_in(folder: Path) -> NDArray[np.float64]:
    """Those that it decides labels by, as the winner does by its own: fitted on its validation answers."""
    validated = predictions.load(folder / FILE)
    return fit_thresholds(validated.targets, validated.probabilities)
