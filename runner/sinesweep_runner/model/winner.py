"""The winner: it is trained once more, on all clips that are not test, and then meets the test part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sinesweep.dataset import Clip, Dataset
from sinesweep.intervals import Interval, interval
from sinesweep.metrics import measure
from sinesweep.predictions import Predictions
from sinesweep.trial import FoldScore, Trial
from sinesweep_runner.model.artifact import Artifact
from sinesweep_runner.model.limits import worst_groups
from sinesweep_runner.model.prediction import score_clips
from sinesweep_runner.model.saving import record_scores, save
from sinesweep_runner.training.inputs import Inputs
from sinesweep_runner.training.learner import Learner
from sinesweep_runner.training.material import Material
from sinesweep_runner.training.stopwatch import Stopwatch


@dataclass(frozen=True)
class FinalScore:
    """What the test part said.

    Attributes:
        intervals: 95 % `(low, high)` of the objective, by its name.
        targets: what is right, see `sinesweep.formulas`.
        probabilities: the answers, `(clips, outputs)`.
    """

    metrics: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]
    targets: np.ndarray
    probabilities: np.ndarray


def epochs_for(folds: Sequence[FoldScore]) -> int:
    """The epochs of the last training: the median over folds."""
    return max(1, round(float(np.median([fold.epochs for fold in folds]))))


def refit(
    trial: Trial, material: Material, clips: Sequence[int], epochs: int, folder: Path, facts: Mapping[str, Any]
) -> None:
    """Trains the trial's configuration on `clips` for `epochs`, without early stopping, and saves it to `folder`.

    Args:
        clips: all that are not test.
        epochs: the schedule of the learning rate is stretched over them.
        facts: what `model.json` shall say of the split, of the validation's scores, and how labels are decided.

    Raises:
        ArtifactError: the folder cannot be written.
        Infeasible, PluginFault, NotANumber: as in any training.
    """
    from sinesweep_runner.training.shelf import forget

    forget()  # a model that is used again would state settings of another trial
    try:
        inputs = Inputs(trial.config, material, clips, Stopwatch())
        learner = Learner(inputs, clips, trial.seed, epochs, trial.accumulate)
        for epoch in range(1, epochs + 1):
            learner.train_epoch(epoch)
        model = learner.predictor()
        save(folder, model, trial.config, material.classes, material.task, material.length, facts)
    finally:
        forget()


def open_test(
    folder: Path,
    clips: Sequence[Clip],
    groups: Sequence[str],
    objective: str,
    baseline: tuple[float, Interval] | None = None,
) -> FinalScore:
    """Measures the saved model on the sealed clips, from their original files, in the way of `sinesweep predict`.

    The scores are added to `model.json` and to the README beside it.

    Args:
        baseline: the baseline's objective on these clips with its 95 % interval, to be told beside it.

    Raises:
        ArtifactError: the model cannot be read, or its folder cannot be written.
        AudioError: a clip cannot be read.
    """
    loaded = Artifact.load(folder, trust=True)
    probabilities = score_clips(loaded, clips)
    table = Dataset("test", tuple(clips), loaded.classes, loaded.task, loaded.columns)
    targets = np.asarray(table.targets())
    metrics = measure(targets, probabilities, loaded.thresholds, also=[objective])
    intervals = {objective: interval(objective, targets, probabilities, groups, thresholds=loaded.thresholds)}
    known = Predictions(np.arange(len(clips), dtype=np.int32), targets, probabilities.astype(np.float32))
    judged = {"clips": len(clips), "groups": worst_groups(known, loaded.task, groups, loaded.thresholds)}
    judged |= {} if baseline is None else {"baseline": baseline[0], "baseline_interval": baseline[1]}
    record_scores(folder, "test", {"metrics": metrics, "intervals": intervals, **judged})
    return FinalScore(metrics, intervals, targets, probabilities)
