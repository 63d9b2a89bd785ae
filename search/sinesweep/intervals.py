"""How far a score may be trusted: intervals and paired tests.

All speak of the validation clips and of clips like them. A resample draws whole groups (speakers, recordings), because
the clips of one group rise and fall together.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from statistics import NormalDist
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sinesweep.formulas import Answers, Formula, Numbers, Sums, Targets
from sinesweep.metrics import Thresholds, metric

AT_ONCE = 50
SIGNIFICANCE = 0.05

Interval: TypeAlias = tuple[float, float]
Groups: TypeAlias = Sequence[str] | NDArray[Any]


def interval(
    metric_name: str,
    targets: Targets,
    probabilities: Answers,
    groups: Groups,
    confidence: float = 0.95,
    seed: int = 0,
    thresholds: Thresholds = None,
) -> Interval:
    """`(low, high)` around the metric of all clips taken together.

    Wilson's interval where the metric is a share of clips, else the percentiles of a bootstrap by group.

    Args:
        targets: what is right, see `sinesweep.formulas`.
        probabilities: the answers, `(n, outputs)`.
        groups: the group of each clip `(n,)`. Where all clips are of one group the clips themselves are drawn.
        confidence: how sure the interval is to hold what the metric would be on very many clips.
        seed: of the resamples.
        thresholds: from which probability on each label counts as told.
    """
    judged = metric(metric_name)
    if judged.proportion:
        return wilson(judged.score(targets, probabilities, thresholds), len(targets), confidence)
    answers = judged.decided(targets, probabilities, thresholds)
    scores = _scores(Drawing.of(judged.formula, targets, answers, groups, seed))
    low, high = np.quantile(scores, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def interval_over_runs(
    metric_name: str,
    targets: Targets,
    runs: Sequence[Answers],
    groups: Groups,
    confidence: float = 0.95,
    seed: int = 0,
) -> Interval:
    """`(low, high)` around the mean metric of several trainings of one configuration.

    Each resample draws both groups and trainings (the pigeonhole bootstrap, Owen 2007, Ann. Appl. Stat. 1, 386). Where
    the metric is a share of clips, it is no narrower than Wilson's interval: few trainings hide what more would show.
    """
    judged = metric(metric_name)
    scores = np.stack([_scores(Drawing.of(judged.formula, targets, each, groups, seed)) for each in runs])
    drawn = np.random.default_rng(seed).integers(len(runs), size=scores.shape)
    means = np.take_along_axis(scores, drawn, axis=0).mean(axis=0)
    low, high = (float(end) for end in np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2]))
    if not judged.proportion:
        return low, high
    least, most = wilson(float(np.mean([judged.score(targets, each) for each in runs])), len(targets), confidence)
    return min(low, least), max(high, most)


def wilson(share: float, n: int, confidence: float = 0.95) -> Interval:
    """The score interval of a share of `n` clips (Wilson 1927, J. Am. Stat. Assoc. 22, 209)."""
    if n < 1 or not 0 <= share <= 1:
        raise ValueError(f"expected a share in 0 … 1 of one or more clips, got {share} of {n}")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    # Rounding must not leave the ends: 0 of n begins at 0, n of n ends at 1.
    return max(0.0, centre - half) if share > 0 else 0.0, min(1.0, centre + half) if share < 1 else 1.0


def standard_error(metric_name: str, targets: Targets, answers: Answers, groups: Groups, seed: int = 0) -> float:
    """How far the metric of all clips is usually off: the standard deviation of a bootstrap by group."""
    return float(_scores(Drawing.of(metric(metric_name).formula, targets, answers, groups, seed)).std(ddof=1))


def p_value(
    metric_name: str,
    targets: Targets,
    first: Answers,
    second: Answers,
    groups: Groups,
    seed: int = 0,
) -> float:
    """How easily chance alone makes two models differ as much on the same clips (two-sided).

    McNemar's exact test where the metric is a share of clips, else a paired bootstrap by group: both models are read
    on the same resamples, and the difference is held against its standard error there (Efron and Tibshirani 1993,
    chapter 12). Counting resamples instead could not go below 2 of them: too coarse to be corrected.
    """
    judged = metric(metric_name)
    formula = judged.formula
    if judged.proportion and isinstance(formula, Sums):
        hits, other_hits = (formula.terms(targets, each)[:, 0] > 0 for each in (first, second))
        return mcnemar(int((hits & ~other_hits).sum()), int((other_hits & ~hits).sum()))
    scores = [_scores(Drawing.of(formula, targets, each, groups, seed)) for each in (first, second)]
    differences = scores[0] - scores[1]
    difference = judged.score(targets, first) - judged.score(targets, second)
    error = float(differences.std(ddof=1))
    return math.erfc(abs(difference) / error / math.sqrt(2)) if error > 0 else float(difference == 0)


def p_value_over_runs(
    metric_name: str,
    targets: Targets,
    pairs: Sequence[tuple[Answers, Answers]],
    groups: Groups,
    seed: int = 0,
) -> float:
    """How easily chance alone makes two configurations differ as much, each of them trained several times (two-sided).

    The largest p-value of the pairs of trainings, because every one has to say it (the intersection-union test, Berger
    1982, Technometrics 24, 295); 1 where they do not all say that the same one is ahead.
    """
    judged = metric(metric_name)
    ahead = {np.sign(judged.score(targets, first) - judged.score(targets, second)) for first, second in pairs}
    if len(ahead) > 1:
        return 1.0
    return max(p_value(metric_name, targets, first, second, groups, seed) for first, second in pairs)


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


@dataclass(frozen=True)
class Drawing:
    """Answers and the groups that resamples of them draw; equal where all of it is equal."""

    digest: str
    formula: Formula = field(compare=False)
    targets: Targets = field(compare=False)
    answers: Answers = field(compare=False)
    groups: Groups = field(compare=False)
    seed: int = field(compare=False)

    @classmethod
    def of(cls, formula: Formula, targets: Targets, answers: Answers, groups: Groups, seed: int) -> Drawing:
        """Names all of it by its content."""
        digest = hashlib.sha256(f"{formula} {seed} {[*map(str, groups)]} {targets.shape} {answers.shape}".encode())
        for array in (targets, answers):
            digest.update(np.ascontiguousarray(array).tobytes())
        return cls(digest.hexdigest(), formula, targets, answers, groups, seed)


@lru_cache(maxsize=64)
def _scores(drawing: Drawing) -> Numbers:
    """The metric of many sets of groups drawn with replacement; the same sets for the same groups and seed.

    Kept, because the interval of one trial and its comparisons with others ask for the same.
    """
    names, member = np.unique(np.asarray(drawing.groups), return_inverse=True)
    if len(names) == 1:
        member = np.arange(len(drawing.targets))
    count = int(member.max()) + 1
    of, rng = drawing.formula.resampled(drawing.targets, drawing.answers, member), np.random.default_rng(drawing.seed)
    scores = []
    for _ in range(drawing.formula.resamples(drawing.answers) // AT_ONCE):
        drawn = [np.bincount(rng.integers(count, size=count), minlength=count) for _ in range(AT_ONCE)]
        scores.append(of(np.asarray(drawn, np.float64)))
    return np.concatenate(scores)
