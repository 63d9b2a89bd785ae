"""What a sweep's folder says of its data: the clips, what they are, and what the network hears of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from typing import Any

from sinesweep.dataset import Clip, Task
from sinesweep.lengths import Length
from sinesweep_runner.sweepfolder import SweepFolder

SHARED = 2
"""A path of no more parts, such as `/home`, is nobody's own: what is told relative to it names persons and disks."""


@dataclass(frozen=True)
class Recorded:
    """What `split.json` says; no file of the data is opened.

    Attributes:
        classes: the classes or labels in the order of the outputs; none in regression.
        clips: where they lie; what they are is in the predictions.
        groups: the group of every clip.
        sealed: the clips of the test part, by index.
        length: what the network hears of a clip; None where an older Sinesweep did not write it down.
        vectors: the clips are no sounds.
    """

    task: Task
    classes: tuple[str, ...]
    clips: tuple[Clip, ...]
    groups: tuple[str, ...]
    sealed: frozenset[int]
    length: Length | None
    vectors: bool

    @classmethod
    def of(cls, place: SweepFolder) -> Recorded | None:
        """Read from a sweep's folder; None where the sweep has not come so far."""
        facts = place.recall(place.split_file)
        if facts is None:
            return None
        length = facts.get("length")
        return cls(
            task=Task(facts.get("task", Task.CLASSIFICATION)),
            classes=tuple(facts["classes"]),
            clips=tuple(_clip(each) for each in facts["clips"]),
            groups=tuple(each["group"] for each in facts["clips"]),
            sealed=frozenset(facts["test"]),
            length=Length(**length) if length else None,
            vectors=bool(facts.get("columns")),
        )

    @cached_property
    def home(self) -> str:
        """The folder that holds all clips; empty where that is one that everything shares, such as `/home`."""
        folders = {os.path.dirname(clip.path) for clip in self.clips}  # noqa: PTH120  # of vectors it is a name
        if not folders or not all(map(os.path.isabs, folders)):
            return ""
        home = os.path.commonpath(folders)
        return home if len(PurePath(home).parts) > SHARED else ""

    @property
    def outputs(self) -> int:
        """How many numbers a model gives for a clip."""
        return self.task.outputs(self.classes)


def _clip(facts: Mapping[str, Any]) -> Clip:
    return Clip(facts["path"], start_s=facts.get("start_s", 0.0), stop_s=facts.get("stop_s"))
