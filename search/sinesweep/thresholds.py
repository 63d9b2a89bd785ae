"""Thresholds: from which probability on a label is told. Fitted on validation clips, never on those of the test."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sinesweep.formulas import Answers, Numbers, Targets
from sinesweep.sums import THRESHOLD


def fit_thresholds(targets: Targets, probabilities: Answers) -> Numbers:
    """For every label the threshold with the highest F1 on these clips, `(labels,)`.

    Halfway between two neighbouring probabilities; of equally good ones that nearest to 0.5. A label that no clip
    has keeps 0.5.

    Args:
        targets: a 1 or 0 for each label, `(n, labels)`.
        probabilities: by models that were not trained on these clips, `(n, labels)`.
    """
    pairs = zip(np.asarray(targets).T, np.asarray(probabilities, np.float64).T, strict=True)
    return np.array([_fit_one(there > 0, given) for there, given in pairs])


def told(classes: Sequence[str], probabilities: Answers, thresholds: Numbers) -> tuple[str, ...]:
    """The labels of one clip whose probabilities reach their thresholds, the surest first."""
    order = np.argsort(-probabilities, kind="stable")
    return tuple(classes[i] for i in order if probabilities[i] >= thresholds[i])


def _fit_one(there: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], given: Numbers) -> float:
    if not there.any():
        return THRESHOLD
    values, inverse = np.unique(given, return_inverse=True)
    # Told from each distinct value up: the clips and the right ones among them.
    clips = np.bincount(inverse)[::-1].cumsum()[::-1]
    right = np.bincount(inverse, weights=there)[::-1].cumsum()[::-1]
    scores = 2 * right / (clips + there.sum())
    cuts = np.concatenate([[values[0] / 2], (values[1:] + values[:-1]) / 2])
    best = np.flatnonzero(scores >= scores.max() - 1e-12)
    return float(cuts[best[np.abs(cuts[best] - THRESHOLD).argmin()]])
