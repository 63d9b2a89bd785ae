"""The sentences and figures that every form of the report shares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sinesweep.dataset import Task
from sinesweep.report.short import flat, short
from sinesweep.trial import State
from sinesweep.wording import duration, many
from sinesweep.wording import number as number

if TYPE_CHECKING:  # a check has no leaderboard, and says some of these words
    from sinesweep.intervals import Interval
    from sinesweep.leaderboard import Leaderboard
    from sinesweep.metrics import Metric
    from sinesweep.rows import Row

WORDS = {
    "auc": "AUC",
    "lrap": "LRAP",
    "r2": "R²",
    "root_mean_squared_error": "RMSE",
    "mean_squared_error": "MSE",
    "mean_absolute_error": "MAE",
    "multiply_adds": "multiply-adds",
    "model_bytes": "bytes",
    "latency_ms": "latency",
}


def asked(board: Leaderboard) -> str:
    """What was asked, of which data, and with what budget."""
    head = board.header
    ended = sum(n for state, n in board.counts.items() if State(state).spent) - len(board.longer)
    goal = {"maximize": "Highest", "minimize": "Lowest"}[board.metric.direction]
    limit = f" (at most {head.budget_hours:g} h)" if head.budget_hours else ""
    groups = f", {many(head.groups, 'group')}" if head.groups < head.clips else ""
    return (
        f"{goal} {title(board.metric.name)} on {head.dataset}: {many(head.clips, 'clip')},"
        f" {asked_of(head.task, head.classes)}{groups}. {ended} of {many(head.budget_trials, 'trial')}"
        f" in {duration(head.hours * 3600)}{limit}; seed {head.seed}."
    )


def asked_of(task: Task, classes: Sequence[str]) -> str:
    """`10 classes`, `80 labels`, or `a value each`."""
    if task is Task.REGRESSION:
        return "a value each"
    return f"{len(classes)} {label_word(task)}{'es' if task is Task.CLASSIFICATION else 's'}"


def label_word(task: Task) -> str:
    """What the names that a model answers with are called."""
    return "label" if task is Task.MULTI_LABEL else "class"


def verdict(board: Leaderboard) -> str:
    """The winner against the baseline."""
    best, base = board.best, board.baseline
    if best is None:
        return f"No trial has a score yet{f': {counts(board)}' if board.counts else ''}."
    measured = f"Trial {best.number} is best with {scored(board.metric, best)}{_by_luck(board, best)}"
    if base is None or board.lead is None:
        return f"{measured}. There is no baseline to compare it with."
    return f"{measured}; the baseline ({baseline_name(base)}) has {scored(board.metric, base)}. {_lead(board)}"


def equals(board: Leaderboard) -> str:
    """`best of 40 equal models`: whose score luck alone explains."""
    return f"best of {len(board.rows)} equal models"


def _by_luck(board: Leaderboard, best: Row) -> str:
    """What luck would read, beside the score that was chosen: that of fresh seeds was not."""
    if board.luck is None:
        return ""
    chosen = "" if best.trainings == (best.number,) else f"; the search had read {board.metric.show(best.score)}"
    return f"{chosen}, where the {equals(board)} would read {board.metric.show(board.luck)} by luck"


def _lead(board: Leaderboard) -> str:
    if board.lead is None:
        return ""
    difference, p = board.lead.difference, board.lead.p_value
    ahead = points(board.metric, abs(difference))
    if board.metric.goodness(difference) <= 0:
        return "It does not beat the baseline."
    if p is None:
        return f"It beats the baseline by {ahead}; whether that is chance cannot be said without predictions."
    luck = f"{chance(p)}, corrected for {many(len(board.rows), 'trial')}"
    if board.lead.distinguishable:
        return f"It beats the baseline by {ahead} ({luck})."
    return f"It is {ahead} ahead of the baseline, which the data cannot tell from chance ({luck})."


def final(board: Leaderboard) -> str:
    """The test score, or that the test part is sealed."""
    if board.test is None:
        return "Sealed. The test part has not been opened."
    test, base = board.test, ""
    if test.baseline is not None:
        base = f"; the baseline {_around(board.metric, test.baseline, test.baseline_interval)}"
    return (
        f"{_around(board.metric, test.score, test.interval)} for trial {test.trial} on {test.clips:,} clips that no"
        f" trial had seen{base}. Opened once, {test.opened[:16].replace('T', ' ')} UTC."
    )


def _around(metric: Metric, score: float, interval: Interval | None) -> str:
    """`84.3 % (80.1–87.8 %)`."""
    return f"{metric.show(score)} ({spread(metric, interval)})" if interval else metric.show(score)


def counts(board: Leaderboard) -> str:
    """`38 complete, 8 pruned, 2 failed`."""
    return ", ".join(f"{n} {state}" for state, n in board.counts.items()) or "none ended yet"


def scored(metric: Metric, row: Row) -> str:
    """`84.3 % accuracy (80.1–87.8 %)`, or `loss 0.412 (0.380–0.450), the mean of 3 fresh seeds`."""
    score, interval = row.honest
    around = f" ({spread(metric, interval)})" if interval else ""
    parts = (metric.show(score), title(metric.name))
    told = " ".join(parts if metric.percent else reversed(parts))
    seeds = len(row.trainings)
    mean = f", the mean of {seeds} fresh seeds" if seeds > 1 else ", of a fresh seed"
    fresh = "" if row.trainings == (row.number,) else mean
    return f"{told}{around}{fresh}"


def fresh(metric: Metric, row: Row) -> str:
    """What fresh seeds have given: `84.3 % ± 0.8`, their mean and their standard deviation."""
    if row.finalist is None or row.finalist.score is None:
        return ""
    around = f" ± {amount(metric, row.finalist.spread)}" if row.finalist.spread is not None else ""
    missing = len(row.finalist.scores) < row.finalist.wanted
    some = f" ({len(row.finalist.scores)} of {row.finalist.wanted} seeds)" if missing else ""
    return f"{metric.show(row.finalist.score)}{around}{some}"


def spread(metric: Metric, around: Interval | None) -> str:
    """`80.1–87.8 %`."""
    if around is None:
        return ""
    low, high = (metric.show(end) for end in around)
    return f"{low.removesuffix(' %')}–{high}"


def folds(metric: Metric, row: Row) -> str:
    """`82 86 85`, in per cent, or `0.41 0.38`."""
    form = f"{{:.{2 if metric.scale_free else 3}{'f' if metric.scale_free else 'g'}}}"
    return " ".join(f"{100 * score:.0f}" if metric.percent else form.format(score) for score in row.folds)


def title(name: str) -> str:
    """A metric's name as words."""
    if name in WORDS:
        return WORDS[name]
    return name.replace("_", " ").replace(" f1", "-F1").replace("top ", "top-")


def baseline(row: Row, most: int | None = None) -> str:
    """`baseline: svm C 10`: the baseline with its settings, at most `most`."""
    return f"baseline: {short(row.config, set(flat(row.config)), most)}"


def baseline_name(row: Row) -> str:
    """What the baseline is called."""
    names = [str(value) for key, value in flat(row.config).items() if "." not in key]
    return names[0] if names else "baseline"


def amount(metric: Metric, difference: float) -> str:
    """A difference of two scores as a number: `0.8`, in points of a percentage, or `0.012`."""
    return f"{100 * difference:.1f}" if metric.percent else metric.show(difference)


def points(metric: Metric, difference: float) -> str:
    """The same with its unit: `0.8 points`, or `0.012`."""
    return f"{amount(metric, difference)} points" if metric.percent else amount(metric, difference)


def chance(p: float) -> str:
    """`p = 0.012`."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"
