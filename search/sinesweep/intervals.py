"""How far a score may be trusted: intervals, paired tests, and what luck alone would give.

All speak of the validation clips and of clips like them. A resample draws whole groups (speakers, recordings), because
the clips of one group rise and fall together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sinesweep.metrics import Metric, Probabilities, Targets, Terms, metric

RESAMPLES = 1000
SIGNIFICANCE = 0.05

Interval: TypeAlias = tuple[float, float]
Groups: TypeAlias = Sequence[str] | NDArray[Any]


def interval(
    metric_name: str,
    targets: Targets,
    probabilities: Probabilities,
    groups: Groups,
    confidence: float = 0.95,
    seed: int = 0,
) -> Interval:
    """`(low, high)` around the metric of all clips taken together.

    Wilson's interval where the metric is a share of clips, else the percentiles of a bootstrap by group.

    Args:
        targets: class indices `(n,)`.
        probabilities: `(n, classes)`.
        groups: the group of each clip `(n,)`. Where all clips are of one group the clips themselves are drawn.
    """
    judged = metric(metric_name)
    if judged.proportion:
        return wilson(judged.score(targets, probabilities), len(targets), confidence)
    scores = _resampled(judged, judged.terms(targets, probabilities), groups, seed)
    low, high = np.quantile(scores, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def wilson(share: float, n: int, confidence: float = 0.95) -> Interval:
    """The score interval of a share of `n` clips (Wilson 1927, J. Am. Stat. Assoc. 22, 209)."""
    if n < 1 or not 0 <= share <= 1:
        raise ValueError(f"expected a share in 0 … 1 of one or more clips, got {share} of {n}")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    # Rounding must not leave the ends: 0 of n begins at 0, n of n ends at 1.
    return max(0.0, centre - half) if share > 0 else 0.0, min(1.0, centre + half) if share < 1 else 1.0


def p_value(
    metric_name: str,
    targets: Targets,
    first: Probabilities,
    second: Probabilities,
    groups: Groups,
    seed: int = 0,
) -> float:
    """How easily chance alone makes two models differ as much on the same clips (two-sided).

    McNemar's exact test where the metric is a share of clips, else a paired bootstrap by group: both models are read
    on the same resamples, and the difference is held against its standard error there (Efron and Tibshirani 1993,
    chapter 12). Counting resamples instead could not go below 2 in `RESAMPLES`: too coarse to be corrected.
    """
    judged = metric(metric_name)
    terms = judged.terms(targets, first), judged.terms(targets, second)
    if judged.proportion:
        hits, other_hits = (each[:, 0] > 0 for each in terms)
        return mcnemar(int((hits & ~other_hits).sum()), int((other_hits & ~hits).sum()))
    differences = _resampled(judged, terms[0], groups, seed) - _resampled(judged, terms[1], groups, seed)
    difference = judged.score(targets, first) - judged.score(targets, second)
    error = float(differences.std(ddof=1))
    return math.erfc(abs(difference) / error / math.sqrt(2)) if error > 0 else float(difference == 0)


def mcnemar(only_first: int, only_second: int) -> float:
    """The exact two-sided test of two counts: clips that only the first model has right, and only the second.

    The binomial form of McNemar 1947, Psychometrika 12, 153.
    """
    n = only_first + only_second
    term = tail = 1  # whole numbers of any size: nothing is rounded before the division
    for k in range(1, min(only_first, only_second) + 1):
        term = term * (n - k + 1) // k
        tail += term
    return float(min(1.0, 2 * tail / 2**n))


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values corrected for their number, in the order given (Holm 1979, Scand. J. Stat. 6, 65)."""
    corrected, largest = [0.0] * len(p_values), 0.0
    for rank, i in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[i]))
        corrected[i] = largest
    return corrected


def tied_with_best(
    metric_name: str,
    targets: Targets,
    best: Probabilities,
    others: Sequence[Probabilities],
    groups: Groups,
    seed: int = 0,
) -> list[bool]:
    """For each of `others`: the data cannot tell it from the best (p ≥ 0.05 after Holm's correction)."""
    p_values = [p_value(metric_name, targets, best, other, groups, seed) for other in others]
    return [p >= SIGNIFICANCE for p in holm(p_values)]


def expected_best_of(n_trials: int, value: float, n_clips: int) -> float:
    """What the best of `n_trials` models reads on `n_clips` clips if each is right with probability `value`.

    The winner's curse: the mean of the largest of independent binomial shares. Trials that share clips are not quite
    independent, so this is the most that luck is expected to give.
    """
    if n_trials < 1 or n_clips < 1 or not 0 <= value <= 1:
        raise ValueError(f"expected trials, clips and a share in 0 … 1, got {n_trials}, {n_clips} and {value}")
    if value in (0.0, 1.0):
        return value
    k = np.arange(1, n_clips + 1)
    log_ratios = np.log((n_clips - k + 1) / k) + math.log(value) - math.log1p(-value)
    log_pmf = n_clips * math.log1p(-value) + np.concatenate([[0.0], np.cumsum(log_ratios)])
    cdf = np.cumsum(np.exp(log_pmf)).clip(0.0, 1.0)
    return float((1 - cdf[:-1] ** n_trials).sum() / n_clips)


def _resampled(judged: Metric, terms: Terms, groups: Groups, seed: int) -> Terms:
    """The metric of `RESAMPLES` sets of groups drawn with replacement; the same sets for the same groups and seed."""
    names, member = np.unique(np.asarray(groups), return_inverse=True)
    if len(names) == 1:
        member = np.arange(len(terms))
    sums = np.zeros((int(member.max()) + 1, terms.shape[1]))
    np.add.at(sums, member, terms)
    rng = np.random.default_rng(seed)
    drawn = np.empty((RESAMPLES, terms.shape[1]))
    for i in range(RESAMPLES):
        times = np.bincount(rng.integers(len(sums), size=len(sums)), minlength=len(sums))
        drawn[i] = times.astype(np.float64) @ sums
    return judged.of_sums(drawn)
