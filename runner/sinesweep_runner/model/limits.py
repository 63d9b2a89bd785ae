"""What a saved model cannot do, and whom it serves worse, as its page tells it."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from sinesweep.dataset import Task
from sinesweep.groupwise import READ_AS, by_group
from sinesweep.metrics import Metric, Thresholds, metric
from sinesweep.predictions import Predictions
from sinesweep.wording import escaped, many

SHOWN = 10
"""So many groups are listed, the worst first."""

OTHER_LENGTHS = {
    "pad": "of a longer clip it hears the beginning; a shorter one is filled up with silence",
    "crop": "of a longer clip it hears the middle; a shorter one is filled up with silence",
    "loop": "of a longer clip it hears the beginning; a shorter one is repeated",
    "windows": "of a longer clip it hears windows, and their mean counts; a shorter one is filled up with silence",
}


def limits_of(facts: Mapping[str, Any]) -> str:
    """A line a limit."""
    lines = []
    if "columns" not in facts:
        length = facts["length"]
        seconds = length["samples"] / length["rate_hz"]
        lines += [
            f"It hears nothing above {length['rate_hz'] / 2:g} Hz; other sound is resampled to {length['rate_hz']} Hz.",
            f"It hears {seconds:g} s at a time: {OTHER_LENGTHS[length['policy']]}.",
        ]
    if facts["task"] == Task.CLASSIFICATION:
        lines.append("It answers every sound with one of its classes, also one that is none of them.")
    counts = facts.get("data", {}).get("classes", {})
    if counts:
        rarest, usual = min(counts, key=counts.__getitem__), statistics.median(counts.values())
        if counts[rarest] < usual:
            few = f"{many(counts[rarest], 'clip')}, where the median class has {usual:g}"
            lines.append(f"Of {escaped(rarest)} the data hold the fewest: {few}, those of the test counted.")
    lines.append(_judged(facts))
    return "\n".join(f"- {line}" for line in lines)


def worst_groups(known: Predictions, task: Task, groups: Sequence[str], thresholds: Thresholds) -> dict[str, Any]:
    """What `model.json` says of the groups of the test part; nothing where no two clips share one."""
    scored = by_group(known, task, groups, thresholds)
    worst = [dataclasses.asdict(each) | {"fails": bool(each.fails)} for each in scored[:SHOWN]]
    return {"metric": READ_AS[task], "count": len(scored), "worst": worst} if scored else {}


def groups_of(facts: Mapping[str, Any]) -> str:
    """The scores of the groups of the test part, the worst first; empty where there are none."""
    groups = facts.get("scores", {}).get("test", {}).get("groups")
    if not groups:
        return ""
    judged = metric(groups["metric"])
    rows = [
        f"| {escaped(each['name'])} | {each['clips']} | {judged.show(each['score'])} | {_around(each, judged)} |"
        f" {'worse than the whole, not by chance' if each['fails'] else ''} |"
        for each in groups["worst"]
    ]
    every = many(groups["count"], "group")
    which = every if len(rows) == groups["count"] else f"The worst {len(rows)} of {every}"
    shown = f"{which} of the test part, scored by {judged.name}."
    table = [f"| group | clips | {judged.name} | 95 % | |", "|---|---:|---:|---|---|", *rows]
    return "\n".join([shown, "", *table])


def _around(group: Mapping[str, Any], judged: Metric) -> str:
    if not group["interval"]:
        return "too few clips"
    low, high = group["interval"]
    return f"{judged.show(low)} … {judged.show(high)}"


def _judged(facts: Mapping[str, Any]) -> str:
    scores = facts.get("scores", {})
    if "test" in scores:
        clips = many(scores["test"]["clips"], "clip")
        return f"Its test scores are of {clips} of the same collection; on other recordings it was not measured."
    return "No test part has judged it."
