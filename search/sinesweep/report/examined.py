"""An examination for a terminal: classes, confusions, calibration and groups, the worst of each first."""

from __future__ import annotations

from collections.abc import Sequence

from sinesweep.calibration import Calibration
from sinesweep.dataset import Task
from sinesweep.examination import ClassScore, Examination
from sinesweep.metrics import metric
from sinesweep.report import words
from sinesweep.report.story import Mistake
from sinesweep.residuals import Residuals
from sinesweep.wording import many, one_line, printable, width_of

CLASSES, PAIRS, GROUPS = 25, 5, 5
"""So many of each are shown."""

BALANCED = 0.005
"""A surplus of confidence below this is none."""


def examined(examination: Examination, part: str) -> str:
    """What a trial got right and wrong on a part of the data, such as `its folds`, in some lines."""
    lines = [_head(examination, part), *_classes(examination), *_confused(examination)]
    if examination.calibration is not None:
        lines.append(calibrated(examination.calibration))
    if examination.residuals is not None:
        lines.append(off(examination.residuals))
    return "\n".join([*lines, *_groups(examination)])


def calibrated(calibration: Calibration) -> str:
    """How far its confidence can be trusted, in a sentence."""
    surplus = calibration.surplus
    told = f"calibration: its confidence is off by {100 * calibration.error:.1f} points on average"
    if abs(surplus) < BALANCED:
        return told
    side = "too sure" if surplus > 0 else "not sure enough"
    return f"{told}; on the whole it is {side} of itself, by {100 * abs(surplus):.1f} points"


def off(residuals: Residuals) -> str:
    """How far off the values are, in a sentence."""
    return (
        f"errors: half are at most {residuals.median:.4g}, nine in ten at most {residuals.percentile_90:.4g};"
        f" on average it tells {abs(residuals.bias):.4g} too {'much' if residuals.bias > 0 else 'little'}"
    )


def mistaken(mistakes: Sequence[Mistake], task: Task) -> str:
    """Which clips it got most wrong, a line each."""
    if not mistakes:
        return "no mistakes"
    lines = [f"the {len(mistakes)} worst mistakes, the worst first:"]
    for each in mistakes:
        regression = task is Task.REGRESSION
        sure = f"off by {each.probability:.4g}" if regression else metric("accuracy").show(each.probability)
        lines.append(printable(f"  {each.clip}: {each.truth}, told {each.told} ({sure})"))
    return "\n".join(lines)


def _head(examination: Examination, part: str) -> str:
    judged = f"{many(examination.clips, 'clip')} of {part}"
    if examination.residuals is not None:
        return f"what it told of {judged}:"
    verb = "is" if examination.clips == 1 else "are"
    return f"what it got right and wrong: {examination.wrong:,} of {judged} {verb} wrong"


def _classes(examination: Examination) -> list[str]:
    if not examination.per_class:
        return []
    word = words.label_word(examination.task)
    worst = sorted(examination.per_class, key=_goodness)[:CLASSES]
    shown = worst if len(worst) < len(examination.per_class) else examination.per_class
    rows = [(word, "clips", "told", "precision", "recall", "F1"), *map(_cells, shown)]
    widths = [max(map(width_of, column)) for column in zip(*rows, strict=True)]
    lines = [_row(row, widths) for row in rows]
    left = len(examination.per_class) - len(shown)
    return lines + ([f"  … and {left} with a higher F1"] if left else [])


def _goodness(each: ClassScore) -> float:
    """Of neither told nor there nothing is known: such come last."""
    return 2.0 if each.f1 is None else each.f1


def _cells(each: ClassScore) -> tuple[str, ...]:
    figures = {"never told": each.precision, "no clip": each.recall, "–": each.f1}
    share = metric("accuracy").show
    shown = (without if figure is None else share(figure) for without, figure in figures.items())
    return (one_line(each.name), f"{each.count:,}", f"{each.told:,}", *shown)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    blanks = [" " * (width - width_of(cell)) for cell, width in zip(cells, widths, strict=True)]
    figures = [blank + cell for blank, cell in zip(blanks[1:], cells[1:], strict=True)]
    return "  " + "  ".join([cells[0] + blanks[0], *figures])


def _confused(examination: Examination) -> list[str]:
    if not examination.confused_pairs:
        return []
    told = "missed, and wrongly told:" if examination.task is Task.MULTI_LABEL else "told as"
    share = metric("accuracy").show
    pairs = [
        f"  {each.truth} {told} {each.told}: {many(each.count, 'clip')}, {share(each.share)} of {each.truth}"
        for each in examination.confused_pairs[:PAIRS]
    ]
    return ["most confused:", *map(printable, pairs)]


def _groups(examination: Examination) -> list[str]:
    if not examination.by_group:
        return []
    judged = examination.group_metric
    lines = [f"groups by {words.title(judged.name)}, the worst first:"]
    for each in examination.by_group[:GROUPS]:
        around = f" ({words.spread(judged, each.interval) or 'too few clips to tell'})"
        mark = "; worse than all together, and not by chance" if each.fails else ""
        lines.append(f"  {one_line(each.name)}: {judged.show(each.score)}{around}, {many(each.clips, 'clip')}{mark}")
    left = len(examination.by_group) - GROUPS
    return lines + ([f"  … and {left} more"] if left > 0 else [])
