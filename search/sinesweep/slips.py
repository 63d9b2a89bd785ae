"""Slips: the clips that a trial got most wrong, the surest of its mistakes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sinesweep.dataset import Task
from sinesweep.metrics import Thresholds
from sinesweep.predictions import Predictions
from sinesweep.sums import THRESHOLD

MOST = 100
"""So many are listed."""


@dataclass(frozen=True)
class Slip:
    """One clip that a trial got wrong.

    Attributes:
        clip: its index in the data set.
        truth, told: the class; of labels all of them, separated by commas, `none` where there is none; the value.
        probability: what the trial gave to what it told. Of labels that of its surest wrong yes or no. In regression
            the error: the answer minus the truth.
    """

    clip: int
    truth: str
    told: str
    probability: float


def slips(known: Predictions, classes: Sequence[str], task: Task, thresholds: Thresholds = None) -> tuple[Slip, ...]:
    """The worst mistakes, at most `MOST`: those that it was surest of; in regression the largest errors."""
    if task is Task.REGRESSION:
        return _values(known)
    return _labels(known, classes, thresholds) if task is Task.MULTI_LABEL else _classes(known, classes)


def _classes(known: Predictions, classes: Sequence[str]) -> tuple[Slip, ...]:
    told, sure = known.probabilities.argmax(axis=1), known.probabilities.max(axis=1)
    wrong = np.flatnonzero(told != known.targets)
    return tuple(
        Slip(int(known.clips[i]), classes[known.targets[i]], classes[told[i]], float(sure[i]))
        for i in wrong[np.argsort(-sure[wrong], kind="stable")][:MOST]
    )


def _labels(known: Predictions, classes: Sequence[str], thresholds: Thresholds) -> tuple[Slip, ...]:
    there = known.targets > 0
    told = known.probabilities >= (THRESHOLD if thresholds is None else thresholds)
    sure = np.where(told, known.probabilities, 1 - known.probabilities)
    worst = np.where(told != there, sure, -1.0).max(axis=1)
    wrong = np.flatnonzero((told != there).any(axis=1))
    return tuple(
        Slip(int(known.clips[i]), _joined(classes, there[i]), _joined(classes, told[i]), float(worst[i]))
        for i in wrong[np.argsort(-worst[wrong], kind="stable")][:MOST]
    )


def _joined(classes: Sequence[str], marks: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> str:
    return ", ".join(name for name, mark in zip(classes, marks, strict=True) if mark) or "none"


def _values(known: Predictions) -> tuple[Slip, ...]:
    told = known.probabilities[:, 0].astype(np.float64)
    off = told - known.targets
    order = np.argsort(-np.abs(off), kind="stable")[:MOST]
    return tuple(
        Slip(int(known.clips[i]), f"{known.targets[i]:.4g}", f"{told[i]:.4g}", float(off[i])) for i in order if off[i]
    )
