"""Luck: what the best of many equally good models reads, only because it is the best of many (the winner's curse)."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from sinesweep.judge import Judge
from sinesweep.trial import Result


def best_by_luck(judge: Judge, ranked: Sequence[Result]) -> float | None:
    """What the best of as many trials would be expected to read if each were as good as the median one of these.

    Exact where the metric is a share of clips, see `best_of_shares`; else scores err as much as resamples of the median
    trial spread, see `best_of_scores`. None of fewer than two trials, and without the predictions of the median one.

    Args:
        ranked: the trials of the search, by the scores that they were chosen by.
    """
    middle = ranked[len(ranked) // 2] if len(ranked) > 1 else None
    known = judge.predictions(middle) if middle else None
    if middle is None or known is None:
        return None
    median = statistics.median(map(judge.score, ranked))
    if judge.metric.proportion:
        return best_of_shares(len(ranked), median, len(known.clips))
    good, perfect = judge.metric.goodness(median), judge.metric.goodness(judge.metric.perfect)
    return judge.metric.goodness(min(best_of_scores(len(ranked), good, judge.error(known)), perfect))


def best_of_shares(n_trials: int, value: float, n_clips: int) -> float:
    """What the best of `n_trials` models reads on `n_clips` clips if each is right with probability `value`.

    The mean of the largest of independent binomial shares. Trials that share clips are not quite independent, so this
    is the most that luck is expected to give.
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


def best_of_scores(n_trials: int, value: float, error: float) -> float:
    """What the largest of `n_trials` scores reads if each is normal around `value` with the standard error `error`.

    Blom's approximation of the largest of normal numbers (Blom 1958, Statistical Estimates and Transformed
    Beta-Variables), within 0.03 standard errors of it. Independent, as in `best_of_shares`.
    """
    if n_trials < 1 or not error >= 0:
        raise ValueError(f"expected trials and an error of 0 or more, got {n_trials} and {error}")
    return value + error * NormalDist().inv_cdf((n_trials - 0.375) / (n_trials + 0.25))
