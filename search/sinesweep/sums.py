"""Metrics that are formulas of sums over clips: what every clip adds, and what is made of the sums."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sinesweep.formulas import Answers, Numbers, Targets, indicators

LEAST_PROBABILITY = float(np.finfo(np.float32).eps)
"""Log loss takes no probability for smaller than what a float32 softmax can tell from 0 beside 1."""

THRESHOLD = 0.5
"""From this probability on a label counts as told, where no other threshold was fitted."""

Share: TypeAlias = Callable[[Numbers, Numbers, Numbers], Numbers]
"""What of a class or label was told rightly, told, and is there → a share, 0 where there is nothing to divide by."""

PAIRS = 4_000_000
"""So many pairs of labels are compared at once."""


def hits(targets: Targets, answers: Answers) -> Numbers:
    """Whether the likeliest class is right; of labels, whether every one is."""
    if targets.ndim == 2:
        return _counted(((answers >= THRESHOLD) == (targets > 0)).all(axis=1))
    return _counted(answers.argmax(axis=1) == targets)


def hits_among(most: int) -> Callable[[Targets, Answers], Numbers]:
    """Whether the right class is among the `most` likeliest."""

    def terms(targets: Targets, answers: Answers) -> Numbers:
        # A stable order: of equally probable classes the first counts as the likelier one, as in argmax.
        first = np.argsort(-answers, axis=1, kind="stable")[:, :most]
        return _counted((first == targets[:, None]).any(axis=1))

    return terms


def surprise(targets: Targets, answers: Answers) -> Numbers:
    """Minus the logarithm of the probability of what is right; of labels the mean over them."""
    given = answers.astype(np.float64)
    if targets.ndim == 2:
        right = np.where(targets > 0, given, 1 - given)
        return _counted(-np.log(right.clip(LEAST_PROBABILITY, 1.0)).mean(axis=1))
    right = given[np.arange(len(targets)), targets]
    return _counted(-np.log(right.clip(LEAST_PROBABILITY, 1.0)))


def confusion(targets: Targets, answers: Answers) -> Numbers:
    """Per class or label, beside one another: told rightly, told, and there."""
    there = indicators(targets, answers.shape[1])
    told = (answers >= THRESHOLD).astype(np.float64) if targets.ndim == 2 else np.eye(there.shape[1])[answers.argmax(1)]
    return np.concatenate([told * there, told, there], axis=1)


def ranking_precision(targets: Targets, answers: Answers) -> Numbers:
    """Over the labels of a clip the mean share of right ones among all that are told as surely (LRAP).

    A clip with no label, or with all, counts 1: no ranking of them is wrong.
    """
    there = targets > 0
    clips, labels = np.nonzero(there)
    step = max(1, PAIRS // answers.shape[1])
    shares = [_shares(answers, there, clips[i : i + step], labels[i : i + step]) for i in range(0, len(clips), step)]
    total = np.bincount(clips, weights=np.concatenate([*shares, []]), minlength=len(there))
    count = there.sum(axis=1)
    return _counted(np.where((count == 0) | (count == there.shape[1]), 1.0, total / np.maximum(count, 1)))


def errors(targets: Targets, answers: Answers) -> Numbers:
    """Beside one another: the squared error, its absolute, the value and its square, and 1."""
    value = targets.astype(np.float64)
    error = answers.reshape(len(targets)).astype(np.float64) - value
    # About their mean, or the sums would lose the digits in which values far from 0 differ.
    value = value - value.mean()
    return np.stack([error**2, np.abs(error), value, value**2, np.ones(len(value))], axis=1)


def mean(sums: Numbers) -> Numbers:
    """The mean of what was counted."""
    return np.asarray(sums[..., 0] / sums[..., 1])


def mean_recall(sums: Numbers) -> Numbers:
    """The mean over the classes that are there of the share that was found."""
    right, _, there = np.split(sums, 3, axis=-1)
    return _mean_where(_ratio(right, there), there > 0)


def precision(right: Numbers, told: Numbers, there: Numbers) -> Numbers:
    """The share of what was told that is right."""
    return _ratio(right, told)


def recall(right: Numbers, told: Numbers, there: Numbers) -> Numbers:
    """The share of what is there that was told."""
    return _ratio(right, there)


def f1(right: Numbers, told: Numbers, there: Numbers) -> Numbers:
    """The harmonic mean of both."""
    return _ratio(2 * right, told + there)


def macro(share: Share) -> Callable[[Numbers], Numbers]:
    """The mean over the classes that are there or told."""

    def of_sums(sums: Numbers) -> Numbers:
        right, told, there = np.split(sums, 3, axis=-1)
        return _mean_where(share(right, told, there), told + there > 0)

    return of_sums


def weighted(share: Share) -> Callable[[Numbers], Numbers]:
    """The mean, each class as often as it is there."""

    def of_sums(sums: Numbers) -> Numbers:
        right, told, there = np.split(sums, 3, axis=-1)
        return _ratio((there * share(right, told, there)).sum(axis=-1), there.sum(axis=-1))

    return of_sums


def micro(share: Share) -> Callable[[Numbers], Numbers]:
    """The share of all classes' counts together."""

    def of_sums(sums: Numbers) -> Numbers:
        right, told, there = (part.sum(axis=-1) for part in np.split(sums, 3, axis=-1))
        return share(right, told, there)

    return of_sums


def mean_square(sums: Numbers) -> Numbers:
    """The mean squared error."""
    return np.asarray(sums[..., 0] / sums[..., 4])


def root_mean_square(sums: Numbers) -> Numbers:
    """The root of the mean squared error."""
    return np.sqrt(mean_square(sums))


def mean_absolute(sums: Numbers) -> Numbers:
    """The mean absolute error."""
    return np.asarray(sums[..., 1] / sums[..., 4])


def determination(sums: Numbers) -> Numbers:
    """R²: 1 minus the squared errors over those of the mean; of values that are all the same 1 if met, else 0."""
    spread = np.maximum(sums[..., 3] - sums[..., 2] ** 2 / sums[..., 4], 0.0)
    flat = spread <= 1e-12 * sums[..., 3]
    told = 1 - sums[..., 0] / np.where(flat, 1.0, spread)
    return np.where(flat, (sums[..., 0] == 0).astype(np.float64), told)


def _shares(answers: Answers, there: NDArray[np.bool_], clips: NDArray[np.intp], labels: NDArray[np.intp]) -> Numbers:
    """Of each pair of a clip and a label that it has: the share of right ones among those told as surely."""
    as_sure = answers[clips] >= answers[clips, labels][:, None]
    return np.asarray((as_sure & there[clips]).sum(axis=1) / as_sure.sum(axis=1))


def _counted(values: NDArray[Any]) -> Numbers:
    return np.stack([values.astype(np.float64), np.ones(len(values))], axis=1)


def _ratio(numerators: Numbers, denominators: Numbers) -> Numbers:
    """0 where there is nothing to divide by."""
    return np.divide(numerators, denominators, out=np.zeros_like(numerators), where=denominators > 0)


def _mean_where(ratios: Numbers, counts: NDArray[np.bool_]) -> Numbers:
    """The mean over the classes that count; the others have no ratio, as in scikit-learn."""
    return np.asarray(np.where(counts, ratios, 0.0).sum(axis=-1) / np.maximum(counts.sum(axis=-1), 1))
