"""Metrics: what can be best, by name, with its direction.

Every metric here is a formula of sums over clips. That makes the mean over a resampled set of clips one matrix product
(see `sinesweep.intervals`), and it is the whole of what a new metric has to state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sinesweep.errors import SweepError, did_you_mean

Targets: TypeAlias = NDArray[np.integer[Any]]
Probabilities: TypeAlias = NDArray[np.floating[Any]]
Terms: TypeAlias = NDArray[np.float64]

LEAST_PROBABILITY = float(np.finfo(np.float32).eps)
"""Log loss takes no probability for smaller than what a float32 softmax can tell from 0 beside 1."""


@dataclass(frozen=True)
class Metric:
    """One figure of merit.

    Attributes:
        direction: whether more or less is better.
        proportion: it is a share of clips, each right or wrong by itself; exact tests exist for such.
        percent: people read it as a percentage.
        terms: targets `(n,)` and probabilities `(n, classes)` → what every clip adds to the sums, `(n, k)`.
        of_sums: sums `(…, k)` → the metric `(…)`.
    """

    name: str
    direction: Literal["maximize", "minimize"]
    terms: Callable[[Targets, Probabilities], Terms]
    of_sums: Callable[[Terms], Terms]
    proportion: bool = False
    percent: bool = True

    def score(self, targets: Targets, probabilities: Probabilities) -> float:
        """The metric of class indices `(n,)` and probabilities `(n, classes)`.

        Raises:
            ValueError: shapes that do not fit, no clips, class indices without a column, or probabilities that are
                not finite or not in 0 … 1.
        """
        _check(targets, probabilities)
        return float(self.of_sums(self.terms(targets, probabilities).sum(axis=0)))

    def goodness(self, value: float) -> float:
        """`value` turned so that more is better."""
        return value if self.direction == "maximize" else -value

    def show(self, value: float) -> str:
        """`value` as people read it: `68.8 %`, or `0.412` where it is no percentage."""
        return f"{100 * value:.1f} %" if self.percent else f"{value:.3f}"


def metric(name: str) -> Metric:
    """The metric of that name; raises SweepError with the nearest name."""
    if name not in METRICS:
        raise SweepError(f"no metric named '{name}'.{did_you_mean(name, METRICS)}")
    return METRICS[name]


def measure(targets: Targets, probabilities: Probabilities) -> dict[str, float]:
    """Every metric by name; raises ValueError as `Metric.score` does."""
    return {name: each.score(targets, probabilities) for name, each in METRICS.items()}


def _hits(targets: Targets, probabilities: Probabilities) -> Terms:
    return _counted(probabilities.argmax(axis=1) == targets)


def _hits_among_three(targets: Targets, probabilities: Probabilities) -> Terms:
    # A stable order: of equally probable classes the first counts as the likelier one, as in argmax.
    three = np.argsort(-probabilities, axis=1, kind="stable")[:, :3]
    return _counted((three == targets[:, None]).any(axis=1))


def _surprise(targets: Targets, probabilities: Probabilities) -> Terms:
    right = probabilities[np.arange(len(targets)), targets].astype(np.float64)
    return _counted(-np.log(right.clip(LEAST_PROBABILITY, 1.0)))


def _confusion(targets: Targets, probabilities: Probabilities) -> Terms:
    """Per class, beside one another: told rightly, told, and there."""
    classes = np.eye(probabilities.shape[1])
    told, there = classes[probabilities.argmax(axis=1)], classes[targets]
    return np.concatenate([told * there, told, there], axis=1)


def _counted(values: NDArray[Any]) -> Terms:
    return np.stack([values.astype(np.float64), np.ones(len(values))], axis=1)


def _mean(sums: Terms) -> Terms:
    return np.asarray(sums[..., 0] / sums[..., 1])


def _mean_recall(sums: Terms) -> Terms:
    hits, _, there = np.split(sums, 3, axis=-1)
    return _mean_of_ratios(hits, there)


def _mean_f1(sums: Terms) -> Terms:
    hits, told, there = np.split(sums, 3, axis=-1)
    return _mean_of_ratios(2 * hits, told + there)


def _mean_of_ratios(numerators: Terms, denominators: Terms) -> Terms:
    """The mean over the classes that occur: a class that does not has no ratio, as in scikit-learn."""
    ratios = np.divide(numerators, denominators, out=np.zeros_like(numerators), where=denominators > 0)
    return np.asarray(ratios.sum(axis=-1) / (denominators > 0).sum(axis=-1))


def _check(targets: Targets, probabilities: Probabilities) -> None:
    if targets.ndim != 1 or probabilities.ndim != 2 or len(targets) != len(probabilities) or not len(targets):
        raise ValueError(
            "expected targets (n,) and probabilities (n, classes) of one or more clips,"
            f" got {targets.shape} and {probabilities.shape}"
        )
    if targets.min() < 0 or targets.max() >= probabilities.shape[1]:
        raise ValueError(
            f"expected class indices 0 … {probabilities.shape[1] - 1}, got {targets.min()} … {targets.max()}"
        )
    if not np.isfinite(probabilities).all():
        bad = int((~np.isfinite(probabilities).all(axis=1)).sum())
        raise ValueError(f"the probabilities of {bad} of {len(targets)} clips are not finite")
    if probabilities.min() < 0 or probabilities.max() > 1.001:  # half precision rounds a little over 1
        raise ValueError(f"expected probabilities in 0 … 1, got {probabilities.min():g} … {probabilities.max():g}")


METRICS: dict[str, Metric] = {
    each.name: each
    for each in (
        Metric("accuracy", "maximize", _hits, _mean, proportion=True),
        Metric("balanced_accuracy", "maximize", _confusion, _mean_recall),
        Metric("macro_f1", "maximize", _confusion, _mean_f1),
        Metric("top_3_accuracy", "maximize", _hits_among_three, _mean, proportion=True),
        Metric("loss", "minimize", _surprise, _mean, percent=False),
    )
}
