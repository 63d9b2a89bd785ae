"""Published three-way splits: whatever a data set calls its parts, a clip's fold is `train`, `validation` or `test`.

So one line of a sweep file serves all of them: `split: {by: fold, test: [test], valid: [validation]}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from sinesweep.dataset import Clip

TRAIN, VALIDATION, TEST = "train", "validation", "test"

WORDS = {
    TRAIN: ("train", "training"),
    VALIDATION: ("validation", "valid", "val", "dev"),
    TEST: ("test", "testing", "eval", "evaluation"),
}


def part_named(name: str) -> str:
    """The part that a folder or file name speaks of, such as `nsynth-valid`; empty where it names none."""
    words = set(re.split(r"[^a-z]+", name.lower()))
    return next((part for part, known in WORDS.items() if words.intersection(known)), "")


def unless_alone(clips: Iterable[Clip]) -> list[Clip]:
    """The clips with their parts as folds; without folds where only one part is there: it has to be split itself."""
    found = list(clips)
    if len({clip.fold for clip in found}) > 1:
        return found
    return [replace(clip, fold="") for clip in found]
