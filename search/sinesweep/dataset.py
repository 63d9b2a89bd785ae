"""Clips and data sets: tables of sounds, or of vectors; no audio is loaded here."""

from __future__ import annotations

import enum
import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sinesweep.errors import DatasetError
from sinesweep.tables import LARGEST, usable

Targets: TypeAlias = Sequence[int] | Sequence[tuple[int, ...]] | Sequence[float]
"""Of every clip, by task: the index of its class, a 1 or 0 for each label, or its value."""


class Task(enum.StrEnum):
    """What is asked of a clip: one class (two of them make it binary), every label that fits, or a number."""

    CLASSIFICATION = "classification"
    MULTI_LABEL = "multi_label"
    REGRESSION = "regression"

    @property
    def activation(self) -> str:
        """The Keras activation that turns logits into answers."""
        return {"classification": "softmax", "multi_label": "sigmoid", "regression": "linear"}[self.value]

    def outputs(self, classes: Sequence[str]) -> int:
        """How many numbers a model gives for a clip: one a class or label, or the value."""
        return 1 if self is Task.REGRESSION else len(classes)


def listed(tasks: Collection[Task]) -> str:
    """`classification and multi_label`."""
    return " and ".join(task.value for task in Task if task in tasks)


@dataclass(frozen=True)
class Clip:
    """A piece of sound and what it is.

    Attributes:
        path: the audio file, absolute; of a vector the name of its row.
        label: its class, in classification.
        group: speaker, recording or source; clips of one group never stand on both sides of a split. Empty: the clip
            is a group of its own.
        fold: the fold that the data set's authors published for it; empty where they published none.
        start_s, stop_s: the part of the file, in seconds; `stop_s` None is the file's end.
        labels: all that it is, none being possible too, in multi-label.
        value: what it measures, in regression.
        vector: its numbers, where the data set is a table of vectors and there is no sound.
    """

    path: str
    label: str = ""
    group: str = ""
    fold: str = ""
    start_s: float = 0.0
    stop_s: float | None = None
    labels: tuple[str, ...] = ()
    value: float | None = None
    vector: tuple[float, ...] = ()


@dataclass(frozen=True)
class Dataset:
    """A table of clips.

    Attributes:
        name: what a person calls it.
        clips: in a stable order (sorted by path), so that an index names the same clip on every machine.
        classes: the classes or labels in the order of the model's outputs; none in regression.
        columns: the names of a vector's numbers; none where the clips are sounds.
        notes: what a person should know of these clips, a sentence each: what was left out, and why.
    """

    name: str
    clips: tuple[Clip, ...]
    classes: tuple[str, ...]
    task: Task = Task.CLASSIFICATION
    columns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.clips:
            raise DatasetError(f"data set '{self.name}' has no clips")
        if self.task is Task.REGRESSION:
            self._check_values()
        else:
            self._check_labels()
        self._check_vectors()

    @property
    def outputs(self) -> int:
        """How many numbers a model gives for a clip."""
        return self.task.outputs(self.classes)

    @property
    def grouped(self) -> bool:
        """Whether any clip has a group."""
        return any(clip.group for clip in self.clips)

    def targets(self) -> Targets:
        """What is right for every clip."""
        if self.task is Task.REGRESSION:
            return [float(clip.value or 0.0) for clip in self.clips]
        if self.task is Task.MULTI_LABEL:
            return [tuple(int(label in clip.labels) for label in self.classes) for clip in self.clips]
        index = {label: i for i, label in enumerate(self.classes)}
        return [index[clip.label] for clip in self.clips]

    def labels_of(self, clip: Clip) -> tuple[str, ...]:
        """The classes or labels that a clip counts for; none in regression."""
        if self.task is Task.REGRESSION:
            return ()
        return clip.labels if self.task is Task.MULTI_LABEL else (clip.label,)

    def groups(self) -> list[str]:
        """The group of every clip; a clip without one is alone in its own."""
        return [clip.group or f"{clip.path}@{clip.start_s:g}" for clip in self.clips]

    def class_counts(self) -> dict[str, int]:
        """How many clips each class or label has, in the order of the classes."""
        counts = Counter(label for clip in self.clips for label in self.labels_of(clip))
        return {label: counts[label] for label in self.classes}

    def fingerprint(self) -> str:
        """Names this table: changes with any label, value, group, fold or file name, not with the folder it lies in."""
        text = "\n".join(
            f"{_tail(c.path)}|{c.label}|{c.group}|{c.fold}|{c.start_s}|{c.stop_s}{_further(c)}" for c in self.clips
        )
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def _check_labels(self) -> None:
        known = set(self.classes)
        for clip in self.clips:
            for label in self.labels_of(clip):
                if label not in known:
                    raise DatasetError(f"{clip.path} is labelled '{label}'; the classes are {', '.join(self.classes)}")
            if len(set(clip.labels)) < len(clip.labels):
                raise DatasetError(f"{clip.path} has a label twice: {', '.join(clip.labels)}")

    def _check_values(self) -> None:
        if self.classes:
            raise DatasetError(f"data set '{self.name}' is for regression, which has no classes; got {self.classes}")
        for clip in self.clips:
            if clip.value is None or not usable(clip.value):
                raise DatasetError(f"{clip.path}: expected a number within ±{LARGEST:g} as its value, got {clip.value}")

    def _check_vectors(self) -> None:
        for clip in self.clips:
            if len(clip.vector) != len(self.columns):
                raise DatasetError(
                    f"{clip.path}: expected a vector of {len(self.columns)} numbers, got {len(clip.vector)}"
                )
            for column, number in zip(self.columns, clip.vector, strict=True):
                if not usable(number):
                    raise DatasetError(
                        f"{clip.path}, column '{column}': expected a number within ±{LARGEST:g}, got {number}"
                    )


def _tail(path: str) -> str:
    """The last two parts of a path: stable when a data set moves."""
    return "/".join(path.replace("\\", "/").split("/")[-2:])


def _further(clip: Clip) -> str:
    """What only some tasks have; nothing for a clip of sound with one class."""
    further = (clip.labels, clip.value, clip.vector)
    return "" if further == ((), None, ()) else f"|{further}"
