"""Clips and data sets: tables of sounds; no audio is loaded here."""

from __future__ import annotations

import enum
import hashlib
from collections import Counter
from dataclasses import dataclass

from sinesweep.errors import DatasetError


class Task(enum.StrEnum):
    """What is asked of a clip. Further tasks bring their own activation and metrics."""

    CLASSIFICATION = "classification"

    @property
    def activation(self) -> str:
        """The Keras activation that turns logits into answers."""
        return {"classification": "softmax"}[self.value]


@dataclass(frozen=True)
class Clip:
    """A piece of sound and what it is.

    Attributes:
        path: the audio file, absolute.
        label: its class.
        group: speaker, recording or source; clips of one group never stand on both sides of a split. Empty: the clip
            is a group of its own.
        fold: the fold that the data set's authors published for it; empty where they published none.
        start_s, stop_s: the part of the file, in seconds; `stop_s` None is the file's end.
    """

    path: str
    label: str
    group: str = ""
    fold: str = ""
    start_s: float = 0.0
    stop_s: float | None = None


@dataclass(frozen=True)
class Dataset:
    """A table of clips.

    Attributes:
        name: what a person calls it.
        clips: in a stable order (sorted by path), so that an index names the same clip on every machine.
        classes: in the order of the model's outputs.
    """

    name: str
    clips: tuple[Clip, ...]
    classes: tuple[str, ...]
    task: Task = Task.CLASSIFICATION

    def __post_init__(self) -> None:
        if not self.clips:
            raise DatasetError(f"data set '{self.name}' has no clips")
        unknown = sorted({clip.label for clip in self.clips} - set(self.classes))
        if unknown:
            example = next(clip.path for clip in self.clips if clip.label == unknown[0])
            raise DatasetError(f"{example} is labelled '{unknown[0]}'; the classes are {', '.join(self.classes)}")

    def targets(self) -> list[int]:
        """The class index of every clip."""
        index = {label: i for i, label in enumerate(self.classes)}
        return [index[clip.label] for clip in self.clips]

    def groups(self) -> list[str]:
        """The group of every clip; a clip without one is alone in its own."""
        return [clip.group or f"{clip.path}@{clip.start_s:g}" for clip in self.clips]

    def class_counts(self) -> dict[str, int]:
        """How many clips each class has, in the order of the classes."""
        counts = Counter(clip.label for clip in self.clips)
        return {label: counts[label] for label in self.classes}

    def fingerprint(self) -> str:
        """Names this table: changes with any label, group, fold or file name, not with the folder it lies in."""
        text = "\n".join(f"{_tail(c.path)}|{c.label}|{c.group}|{c.fold}|{c.start_s}|{c.stop_s}" for c in self.clips)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def _tail(path: str) -> str:
    """The last two parts of a path: stable when a data set moves."""
    return "/".join(path.replace("\\", "/").split("/")[-2:])
