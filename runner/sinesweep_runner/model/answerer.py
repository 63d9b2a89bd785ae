"""Answerer: what can be asked about sound, an `Artifact` or an `Exported`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from sinesweep.dataset import Task
from sinesweep.lengths import Length
from sinesweep.sums import THRESHOLD


class Answerer(Protocol):
    """A model that was loaded, whatever runs it; the words are those of `Artifact`."""

    @property
    def task(self) -> Task:
        """What the model is asked."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes or labels in the order of the outputs."""

    @property
    def length(self) -> Length:
        """How sound is cut for it."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the numbers that it takes; none where it takes sound."""

    @property
    def thresholds(self) -> np.ndarray:
        """From which probability on each label is told, `(labels,)`."""

    def answer(self, waveforms: np.ndarray) -> np.ndarray:
        """Answers `(windows, outputs)` about float32 waveforms `(windows, samples)`, or vectors."""


class Stated:
    """What the facts beside a model say of it, in whatever format it was saved."""

    classes: tuple[str, ...]
    facts: Mapping[str, Any]

    @property
    def task(self) -> Task:
        """What the model is asked."""
        return Task(self.facts["task"])

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the numbers that it takes; none where it takes sound."""
        return tuple(self.facts.get("columns", ()))

    @property
    def thresholds(self) -> np.ndarray:
        """From which probability on each label is told, `(labels,)`."""
        return np.asarray(self.facts.get("thresholds") or [THRESHOLD] * len(self.classes))
