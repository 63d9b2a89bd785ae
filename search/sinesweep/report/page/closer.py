"""What the page's script knows of the trials that were looked at closely."""

from __future__ import annotations

from typing import Any

from sinesweep.examination import Examination
from sinesweep.groupwise import GroupScore
from sinesweep.metrics import Metric
from sinesweep.report import words
from sinesweep.report.examined import calibrated
from sinesweep.report.page.embed import brief
from sinesweep.report.story import Mistake, Story


def looked_at(story: Story) -> list[int]:
    """The trials of which there is more to tell than their rows."""
    return sorted({*story.examinations, *story.tested, *story.mistakes, *story.summaries})


def closer(story: Story, number: int) -> dict[str, Any]:
    """All that there is more to tell of one of them."""
    found, tested = story.examinations.get(number), story.tested.get(number)
    return {
        "examination": None if found is None else _examination(found),
        "tested": None if tested is None else _examination(tested),
        "mistakes": [_mistake(each) for each in story.mistakes.get(number, ())],
        "summary": story.summaries.get(number, ""),
    }


def _examination(found: Examination) -> dict[str, Any]:
    """As JSON: of the confusions those that occur, as `[truth, told, count]` by the classes' places."""
    table = found.confusion
    return {
        "task": found.task,
        "classes": found.classes,
        "clips": found.clips,
        "wrong": found.wrong,
        "confusion": [[i, j, n] for i, row in enumerate(table) for j, n in enumerate(row) if n],
        "perClass": [
            [each.name, brief(each.precision), brief(each.recall), brief(each.f1), each.count, each.told]
            for each in found.per_class
        ],
        "pairs": [[each.truth, each.told, each.count, brief(each.share)] for each in found.confused_pairs],
        "calibration": _calibration(found),
        "residuals": _residuals(found),
        "groupsBy": {"title": words.title(found.group_metric.name), "percent": found.group_metric.percent},
        "groups": [_group(found.group_metric, each) for each in found.by_group],
    }


def _calibration(found: Examination) -> dict[str, Any] | None:
    if found.calibration is None:
        return None
    bins = [[brief(each.confidence), brief(each.right), each.count] for each in found.calibration.bins if each.count]
    return {"told": calibrated(found.calibration), "bins": bins}


def _residuals(found: Examination) -> dict[str, Any] | None:
    known = found.residuals
    if known is None:
        return None
    return {
        "bias": brief(known.bias, 3),
        "deviation": brief(known.deviation, 3),
        "median": brief(known.median, 3),
        "percentile90": brief(known.percentile_90, 3),
        "points": [[brief(truth), brief(told)] for truth, told in known.points],
    }


def _group(judged: Metric, each: GroupScore) -> dict[str, Any]:
    return {
        "name": each.name,
        "clips": each.clips,
        "score": brief(each.score),
        "shown": judged.show(each.score),
        "around": words.spread(judged, each.interval),
        "fails": each.fails,
    }


def _mistake(each: Mistake) -> dict[str, Any]:
    return {
        "clip": each.clip,
        "truth": each.truth,
        "told": each.told,
        "probability": brief(each.probability, 4),
        "audio": each.audio,
        "picture": each.picture,
        "note": each.note,
    }
