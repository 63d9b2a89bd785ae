"""The sentences and figures that every form of the report shares."""

from __future__ import annotations

from collections.abc import Sequence

from sinesweep.dataset import Task
from sinesweep.intervals import Interval
from sinesweep.leaderboard import COMPARED, Leaderboard, Mishap, Row
from sinesweep.metrics import Metric
from sinesweep.report.short import flat
from sinesweep.trial import State
from sinesweep.wording import duration, many

FEW_GROUPS = 10
WORDS = {
    "auc": "AUC",
    "lrap": "LRAP",
    "r2": "R²",
    "root_mean_squared_error": "RMSE",
    "mean_squared_error": "MSE",
    "mean_absolute_error": "MAE",
}


def asked(board: Leaderboard) -> str:
    """What was asked, of which data, and with what budget."""
    head = board.header
    ended = sum(n for state, n in board.counts.items() if State(state).spent)
    goal = {"maximize": "Highest", "minimize": "Lowest"}[board.metric.direction]
    limit = f" (at most {head.budget_hours:g} h)" if head.budget_hours else ""
    return (
        f"{goal} {title(board.metric.name)} on {head.dataset}: {head.clips:,} clips,"
        f" {asked_of(head.task, head.classes)}, {head.groups:,} groups. {ended} of {head.budget_trials} trials"
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
        return "No trial has a score yet." if not board.failures else "No trial has a score: all that ended failed."
    measured = f"Trial {best.number} is best with {scored(board.metric, best)}"
    if base is None or board.lead is None:
        return f"{measured}. There is no baseline to compare it with."
    return f"{measured}; the baseline ({baseline_name(base)}) has {scored(board.metric, base)}. {_lead(board)}"


def _lead(board: Leaderboard) -> str:
    if board.lead is None:
        return ""
    difference, p = board.lead.difference, board.lead.p_value
    amount = _amount(board.metric, abs(difference))
    if board.metric.goodness(difference) <= 0:
        return "It does not beat the baseline."
    if p is None:
        return f"It beats the baseline by {amount}; whether that is chance cannot be said without predictions."
    chance = f"{_p(p)}, corrected for {many(len(board.rows), 'trial')}"
    if board.lead.distinguishable:
        return f"It beats the baseline by {amount} ({chance})."
    return f"It is {amount} ahead of the baseline, which the data cannot tell from chance ({chance})."


def ties(board: Leaderboard) -> str:
    """Which trials the data cannot tell apart, and which of them to take."""
    if len(board.tied) < 2:
        return ""
    others = len(board.tied) - 1
    among = f" (of the first {COMPARED})" if len(board.rows) > COMPARED else ""
    cheap = next(row for row in board.tied if row.number == board.recommended)
    sentence = f"The data cannot tell the best from {many(others, 'other trial')}{among}, marked ≈."
    if cheap is board.best:
        return f"{sentence} Trial {cheap.number} is also the smallest of them."
    size = number(cheap.parameters)
    return f"{sentence} Recommended is the smallest of them: trial {cheap.number} with {size} parameters."


def luck(board: Leaderboard) -> str:
    """What choosing the best of many gives without any merit."""
    if board.luck is None:
        return ""
    return (
        f"Choosing flatters: the best of {len(board.rows)} models that are all as good as the median trial would be"
        f" expected to read {board.metric.show(board.luck)} on {board.judged_clips:,} clips."
    )


def footing(board: Leaderboard) -> str:
    """A warning where the scores stand on few groups."""
    if not 0 < board.judged_groups < FEW_GROUPS:
        return ""
    return (
        f"All {board.judged_clips:,} validation clips come from {many(board.judged_groups, 'group')}:"
        " on a new one the score may differ by more than the interval says. Look at the folds."
    )


def final(board: Leaderboard) -> str:
    """The test score, or that the test part is sealed."""
    if board.test is None:
        return "Sealed. The test part has not been opened."
    shown = board.metric.show(board.test.score)
    around = f" ({spread(board.metric, board.test.interval)})" if board.test.interval else ""
    base = f"; the baseline {board.metric.show(board.test.baseline)}" if board.test.baseline is not None else ""
    return (
        f"{shown}{around} for trial {board.test.trial} on {board.test.clips:,} clips that no trial had seen{base}."
        f" Opened once, {board.test.opened[:16].replace('T', ' ')}."
    )


def notes(board: Leaderboard) -> list[str]:
    """What a reader of the table should know, the most important first."""
    return [note for note in (ties(board), footing(board), luck(board)) if note]


def counts(board: Leaderboard) -> str:
    """`38 complete, 8 pruned, 2 failed`."""
    return ", ".join(f"{n} {state}" for state, n in board.counts.items()) or "none ended yet"


def mishap(each: Mishap) -> str:
    """`2 × out_of_memory, such as trial 5: …`."""
    kind = "infeasible" if each.state is State.INFEASIBLE else each.cause
    return f"{each.count} × {kind}, such as trial {each.trial}: {each.example}"


def scored(metric: Metric, row: Row) -> str:
    """`84.3 % accuracy (80.1–87.8 %)`, or `loss 0.412 (0.380–0.450)`."""
    around = f" ({spread(metric, row.interval)})" if row.interval else ""
    shown = metric.show(row.score)
    return f"{shown} {title(metric.name)}{around}" if metric.percent else f"{title(metric.name)} {shown}{around}"


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


def baseline_name(row: Row) -> str:
    """What the baseline is called."""
    names = [str(value) for key, value in flat(row.config).items() if "." not in key]
    return names[0] if names else "baseline"


def number(count: int) -> str:
    """`812`, `48.3 k`, `1.25 M`."""
    if count < 1000:
        return str(count)
    return f"{count / 1e3:.3g} k" if count < 999_500 else f"{count / 1e6:.3g} M"


def one_line(text: str) -> str:
    """Text on one line, without control characters that a terminal would obey."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _amount(metric: Metric, difference: float) -> str:
    return f"{100 * difference:.1f} points" if metric.percent else metric.show(difference)


def _p(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"
