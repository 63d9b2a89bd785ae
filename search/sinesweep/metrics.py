"""Metrics: what can be best, by name, with its direction and the tasks that it is for.

A metric is computed by a formula (`sinesweep.formulas`), which also knows how to read resamples of the clips.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sinesweep import ranks, sums
from sinesweep.dataset import Task, listed
from sinesweep.elsewhere import hint
from sinesweep.errors import SweepError
from sinesweep.formulas import Answers as Answers
from sinesweep.formulas import Formula, Numbers, Ranks, Sums
from sinesweep.formulas import Targets as Targets

Thresholds: TypeAlias = NDArray[np.floating] | None
"""From which probability on each label counts as told `(labels,)`; None for 0.5."""


@dataclass(frozen=True)
class Metric:
    """One figure of merit.

    Attributes:
        direction: whether more or less is better.
        tasks: what it can judge.
        formula: how it is computed.
        proportion: it is a share of clips, each right or wrong by itself; exact tests exist for such.
        percent: people read it as a percentage.
        decides: of labels it needs a yes or a no, so it depends on thresholds.
        scale_free: its numbers mean the same whatever the unit of the values is.
        classes: of fewer classes every answer would have the same score.
    """

    name: str
    direction: Literal["maximize", "minimize"]
    tasks: frozenset[Task]
    formula: Formula
    proportion: bool = False
    percent: bool = True
    decides: bool = False
    scale_free: bool = True
    classes: int = 2

    @property
    def ranks(self) -> bool:
        """Whether it ranks all clips, so that each interval takes a while."""
        return isinstance(self.formula, Ranks)

    @property
    def perfect(self) -> float:
        """What no answers exceed: a full share, no error at all."""
        return 1.0 if self.direction == "maximize" else 0.0

    def score(self, targets: Targets, answers: Answers, thresholds: Thresholds = None) -> float:
        """The metric of targets and answers, see `sinesweep.formulas`.

        Raises:
            ValueError: shapes that do not fit, no clips, class indices without a column, probabilities that are not
                finite or not in 0 … 1, or a task that this metric cannot judge.
        """
        check(targets, answers)
        if task_of(targets) not in self.tasks:
            raise ValueError(f"{self.name} is for {listed(self.tasks)}; these are targets of {task_of(targets)}")
        return self.formula.score(targets, self.decided(targets, answers, thresholds))

    def tells(self, classes: int) -> bool:
        """Whether answers can differ in it where there are so many classes; of fewer than two that is not asked."""
        return not 2 <= classes < self.classes

    def decided(self, targets: Targets, answers: Answers, thresholds: Thresholds) -> Answers:
        """The answers as this metric takes them: yes or no, 1 or 0, where it decides labels by thresholds."""
        if thresholds is None or not self.decides or targets.ndim != 2:
            return answers
        return (answers >= thresholds).astype(np.float64)

    def goodness(self, value: float) -> float:
        """`value` turned so that more is better."""
        return value if self.direction == "maximize" else -value

    def show(self, value: float) -> str:
        """`value` as people read it: `68.8 %`, or `0.412` where it is no percentage."""
        if self.percent:
            return f"{100 * value:.1f} %"
        return f"{value:.3f}" if self.scale_free else f"{value:.4g}"


TOP = re.compile(r"top_([1-9]\d*)_accuracy")
"""How the metrics are named that ask whether the right class is among the likeliest so many."""


def metric(name: str) -> Metric:
    """The metric of that name; raises SweepError with the nearest name."""
    if not is_metric(name):
        raise SweepError(f"no metric named '{name}'.{hint('metrics', name, METRICS)}")
    top = TOP.fullmatch(name)
    return _top_accuracy(int(top[1])) if top else METRICS[name]


def is_metric(name: str) -> bool:
    """Whether there is a metric of that name."""
    return name in METRICS or TOP.fullmatch(name) is not None


def metrics_for(task: Task) -> dict[str, Metric]:
    """The metrics that judge every model of a task, by name."""
    return {name: each for name, each in METRICS.items() if task in each.tasks}


def measure(
    targets: Targets, answers: Answers, thresholds: Thresholds = None, also: Iterable[str] = ()
) -> dict[str, float]:
    """Every metric of the task that these targets are of, by name; raises ValueError as `Metric.score` does.

    Args:
        also: metrics that are asked for by name, whether they are among these or not.
    """
    wanted = metrics_for(task_of(targets)) | {name: metric(name) for name in also}
    return {name: each.score(targets, answers, thresholds) for name, each in wanted.items()}


def task_of(targets: Targets) -> Task:
    """What targets are of, by their form: class indices `(n,)`, labels `(n, labels)`, or values `(n,)`."""
    if targets.ndim == 2:
        return Task.MULTI_LABEL
    return Task.REGRESSION if np.issubdtype(targets.dtype, np.floating) else Task.CLASSIFICATION


def check(targets: Targets, answers: Answers) -> None:
    """Raises ValueError where targets and answers do not fit together, or are not what their task says."""
    if answers.ndim != 2 or targets.ndim not in (1, 2) or len(targets) != len(answers) or not len(targets):
        raise ValueError(
            "expected targets (n,) and probabilities (n, classes) of one or more clips,"
            f" got {targets.shape} and {answers.shape}"
        )
    if not np.isfinite(answers).all():
        bad = int((~np.isfinite(answers).all(axis=1)).sum())
        raise ValueError(f"the probabilities of {bad} of {len(targets)} clips are not finite")
    if task_of(targets) is Task.REGRESSION:
        if answers.shape[1] != 1:
            raise ValueError(f"expected one value a clip, (n, 1), got {answers.shape}")
        return
    _check_classes(targets, answers)
    if answers.min() < 0 or answers.max() > 1.001:  # half precision rounds a little over 1
        raise ValueError(f"expected probabilities in 0 … 1, got {answers.min():g} … {answers.max():g}")


def _check_classes(targets: Targets, answers: Answers) -> None:
    if targets.ndim == 2:
        if targets.shape != answers.shape or not np.isin(targets, (0, 1)).all():
            raise ValueError(f"expected a 1 or 0 for each label, {answers.shape}, got {targets.shape}")
    elif targets.min() < 0 or targets.max() >= answers.shape[1]:
        raise ValueError(f"expected class indices 0 … {answers.shape[1] - 1}, got {targets.min()} … {targets.max()}")


_CLASSES, _LABELS, _VALUES = (frozenset({task}) for task in Task)
_EITHER = _CLASSES | _LABELS


@cache
def _top_accuracy(most: int) -> Metric:
    formula = Sums(sums.hits_among(most), sums.mean)
    return Metric(f"top_{most}_accuracy", "maximize", _CLASSES, formula, proportion=True, classes=most + 1)


def _counted(name: str, of_sums: Callable[[Numbers], Numbers]) -> Metric:
    """A metric of what was told rightly, told, and is there."""
    return Metric(name, "maximize", _EITHER, Sums(sums.confusion, of_sums), decides=True)


METRICS: dict[str, Metric] = {
    each.name: each
    for each in (
        Metric("accuracy", "maximize", _EITHER, Sums(sums.hits, sums.mean), proportion=True, decides=True),
        Metric("balanced_accuracy", "maximize", _CLASSES, Sums(sums.confusion, sums.mean_recall)),
        _counted("macro_f1", sums.macro(sums.f1)),
        _counted("micro_f1", sums.micro(sums.f1)),
        _counted("weighted_f1", sums.weighted(sums.f1)),
        _counted("macro_precision", sums.macro(sums.precision)),
        _counted("micro_precision", sums.micro(sums.precision)),
        _counted("weighted_precision", sums.weighted(sums.precision)),
        _counted("macro_recall", sums.macro(sums.recall)),
        _counted("micro_recall", sums.micro(sums.recall)),
        _counted("weighted_recall", sums.weighted(sums.recall)),
        _top_accuracy(3),
        _top_accuracy(5),
        Metric("auc", "maximize", _EITHER, Ranks(ranks.area_under_curve, without=0.5)),
        Metric("average_precision", "maximize", _EITHER, Ranks(ranks.average_precision, without=0.0)),
        Metric("lrap", "maximize", _LABELS, Sums(sums.ranking_precision, sums.mean)),
        Metric("loss", "minimize", _EITHER, Sums(sums.surprise, sums.mean), percent=False),
        Metric(
            "root_mean_squared_error",
            "minimize",
            _VALUES,
            Sums(sums.errors, sums.root_mean_square),
            percent=False,
            scale_free=False,
        ),
        Metric(
            "mean_squared_error",
            "minimize",
            _VALUES,
            Sums(sums.errors, sums.mean_square),
            percent=False,
            scale_free=False,
        ),
        Metric(
            "mean_absolute_error",
            "minimize",
            _VALUES,
            Sums(sums.errors, sums.mean_absolute),
            percent=False,
            scale_free=False,
        ),
        Metric("r2", "maximize", _VALUES, Sums(sums.errors, sums.determination), percent=False),
    )
}
"""The metrics that judge every model, by name. Of one name there is one direction; where it judges two tasks, the
formula asks the targets."""

DEFAULT_OBJECTIVES: Mapping[Task, str] = {
    Task.CLASSIFICATION: "accuracy",
    Task.MULTI_LABEL: "average_precision",
    Task.REGRESSION: "root_mean_squared_error",
}
"""What is to be best where a sweep does not say."""

WATCHED: Mapping[Task, str] = {
    Task.CLASSIFICATION: "loss",
    Task.MULTI_LABEL: "loss",
    Task.REGRESSION: "mean_squared_error",
}
"""What early stopping watches; less is better."""
