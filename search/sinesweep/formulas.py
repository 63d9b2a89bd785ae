"""Formulas: how a metric is computed from targets and answers, once and on a thousand resamples.

Most metrics are formulas of sums over clips (`Sums`): a resample of the clips is then one matrix product. Those that
rank all clips by an answer are not (`Ranks`): they take the clips with weights, which are how often each was drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Targets: TypeAlias = NDArray[Any]
"""Class indices `(n,)`, a 1 or 0 for each label `(n, labels)`, or values `(n,)`."""

Answers: TypeAlias = NDArray[np.floating[Any]]
"""Probabilities `(n, classes)`, or values `(n, 1)`."""

Numbers: TypeAlias = NDArray[np.float64]

Resampled: TypeAlias = Callable[[Numbers], Numbers]
"""How often each group was drawn, `(resamples, groups)` → the metric of each resample, `(resamples,)`."""


class Formula(Protocol):
    """What a metric has to be able to do."""

    def score(self, targets: Targets, answers: Answers) -> float:
        """The metric of all clips."""

    def resampled(self, targets: Targets, answers: Answers, groups: NDArray[np.intp]) -> Resampled:
        """The metric of clips whose groups, numbered from 0, are drawn more or less often."""

    def resamples(self, answers: Answers) -> int:
        """How many resamples of so many answers can be read in a second or so."""


RESAMPLES, LEAST_RESAMPLES = 1000, 200

RANKED = 20_000_000
"""So many answers are ranked for one interval: about a second's work."""


@dataclass(frozen=True)
class Sums:
    """A formula of sums over clips.

    Attributes:
        terms: targets and answers → what every clip adds to the sums, `(n, k)`.
        of_sums: sums `(…, k)` → the metric `(…)`.
    """

    terms: Callable[[Targets, Answers], Numbers]
    of_sums: Callable[[Numbers], Numbers]

    def score(self, targets: Targets, answers: Answers) -> float:
        """The metric of all clips."""
        return float(self.of_sums(self.terms(targets, answers).sum(axis=0)))

    def resampled(self, targets: Targets, answers: Answers, groups: NDArray[np.intp]) -> Resampled:
        """The metric of clips whose groups, numbered from 0, are drawn more or less often."""
        terms = self.terms(targets, answers)
        sums = np.zeros((int(groups.max()) + 1, terms.shape[1]))
        np.add.at(sums, groups, terms)
        return lambda drawn: self.of_sums(drawn @ sums)

    def resamples(self, answers: Answers) -> int:
        """As many as anybody wants."""
        return RESAMPLES


@dataclass(frozen=True)
class Ranks:
    """The mean over classes or labels of what comes of ranking the clips by their answers.

    A class that has no figure, because no clip is of it or none is not, does not count.

    Attributes:
        of_curve: hits and false alarms among the clips that are ranked first, counted after every distinct answer,
            both `(resamples, answers)` → the figure `(resamples,)`; NaN where there is none.
        without: the metric where no class has a figure.
    """

    of_curve: Callable[[Numbers, Numbers], Numbers]
    without: float

    def score(self, targets: Targets, answers: Answers) -> float:
        """The metric of all clips."""
        return float(self.resampled(targets, answers, np.arange(len(targets)))(np.ones((1, len(targets))))[0])

    def resampled(self, targets: Targets, answers: Answers, groups: NDArray[np.intp]) -> Resampled:
        """The metric of clips whose groups, numbered from 0, are drawn more or less often."""
        there = indicators(targets, answers.shape[1])
        ranked = [_ranked(answers[:, i], there[:, i]) for i in range(answers.shape[1])]

        def of(drawn: Numbers) -> Numbers:
            figures = np.stack([self._figure(drawn[:, groups[order]], hit, ends) for order, hit, ends in ranked])
            counted = np.isfinite(figures)
            total = np.where(counted, figures, 0.0).sum(axis=0)
            return np.where(counted.any(axis=0), total / np.maximum(counted.sum(axis=0), 1), self.without)

        return of

    def resamples(self, answers: Answers) -> int:
        """Fewer where there are many answers to rank."""
        return int(np.clip(RANKED // answers.size, LEAST_RESAMPLES, RESAMPLES))

    def _figure(self, weights: Numbers, hit: NDArray[np.bool_], ends: NDArray[np.intp]) -> Numbers:
        hits, clips = np.cumsum(weights * hit, axis=1), np.cumsum(weights, axis=1)
        if len(ends) < len(hit):
            hits, clips = hits[:, ends], clips[:, ends]
        return self.of_curve(hits, clips - hits)


def indicators(targets: Targets, classes: int) -> Numbers:
    """A 1 where a clip is of a class, else 0, float64 `(n, classes)`; of class indices or of labels."""
    return np.asarray(targets, np.float64) if targets.ndim == 2 else np.eye(classes)[targets]


def _ranked(answers: Answers, there: Numbers) -> tuple[NDArray[np.intp], NDArray[np.bool_], NDArray[np.intp]]:
    """The clips from the largest answer down, which of them are of the class, and where equal answers end."""
    order = np.argsort(-answers, kind="stable")
    ordered = answers[order]
    ends = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
    return order, there[order] > 0, ends
