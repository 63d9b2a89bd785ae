"""Told: what a model's numbers say about a file, a window of it, or a vector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from sinesweep.dataset import Task
from sinesweep.errors import ArtifactError
from sinesweep.thresholds import told

if TYPE_CHECKING:
    from sinesweep_runner.model.answerer import Answerer

OF_TASK = {
    Task.CLASSIFICATION: ("label", "probability", "probabilities"),
    Task.MULTI_LABEL: ("labels", "probabilities"),
    Task.REGRESSION: ("value",),
}
"""The attributes that an answer has in each task."""


@dataclass(frozen=True)
class Prediction:
    """The answer for one file, for a window of one, or for one vector of a table.

    Attributes:
        path: the file; with its row, the vector; empty in a stream.
        label: the most probable class; empty where the file could not be read, or no class reaches the threshold.
        probability: that of the most probable class.
        probabilities: by class or label.
        note: what had to be done to the sound, such as resampling.
        error: why there is no answer; empty where there is one.
        labels: in multi-label those whose probabilities reach their thresholds, the surest first.
        value: in regression what was measured.
        task: what was asked.
        start_s: where the window begins; None where the answer is for the whole.
        stop_s: where it ends.
        native_hz: the file's own rate; 0 where there is none.
    """

    path: str
    label: str = ""
    probability: float = 0.0
    probabilities: Mapping[str, float] = field(default_factory=dict)
    note: str = ""
    error: str = ""
    labels: tuple[str, ...] = ()
    value: float | None = None
    task: Task = Task.CLASSIFICATION
    start_s: float | None = None
    stop_s: float | None = None
    native_hz: int = 0

    @property
    def failed(self) -> bool:
        """Whether there is no answer."""
        return bool(self.error)

    def __str__(self) -> str:
        """The answer in words: `dog  97.1 %`, `dog 97.1 %, rain 64.0 %`, or `118.3`."""
        if self.failed:
            return f"error: {self.error}"
        if self.task is Task.REGRESSION:
            return f"{self.value:.6g}"
        if self.task is Task.MULTI_LABEL:
            return ", ".join(f"{each} {100 * self.probabilities[each]:.1f} %" for each in self.labels) or "no label"
        return f"{self.label or 'no class'}  {100 * self.probability:.1f} %"


@dataclass(frozen=True)
class Decision:
    """How numbers become labels.

    Attributes:
        thresholds: from which probability on each class is told, `(classes,)`; of a single-label model only the most
            probable class can be.
    """

    task: Task
    classes: tuple[str, ...]
    thresholds: np.ndarray

    @classmethod
    def of(cls, model: Answerer, threshold: float | None = None) -> Decision:
        """The model's own, or one with the same threshold for every class.

        Raises:
            ArtifactError: a threshold that is no probability, or for a model that gives none.
        """
        if threshold is None:
            own = model.thresholds if model.task is Task.MULTI_LABEL else np.zeros(len(model.classes))
            return cls(model.task, model.classes, own)
        if model.task is Task.REGRESSION:
            raise ArtifactError("this model measures a value; a threshold is for probabilities of classes")
        if not 0 <= threshold <= 1:
            raise ArtifactError(f"a threshold is a probability, from 0 to 1; got {threshold:g}")
        return cls(model.task, model.classes, np.full(len(model.classes), threshold))

    def labels(self, probabilities: np.ndarray) -> tuple[str, ...]:
        """The labels that `(classes,)` probabilities tell, the surest first; of a single-label model at most one."""
        labels = told(self.classes, probabilities, self.thresholds)
        return labels if self.task is Task.MULTI_LABEL else labels[:1]

    def tell(self, numbers: np.ndarray, blank: Prediction) -> Prediction:
        """What a model's numbers `(outputs,)` say about what `blank` names."""
        if self.task is Task.REGRESSION:
            return replace(blank, value=float(numbers[0]))
        by_class = {name: float(p) for name, p in zip(self.classes, numbers, strict=True)}
        labels = self.labels(numbers)
        if self.task is Task.MULTI_LABEL:
            return replace(blank, probabilities=by_class, labels=labels)
        return replace(blank, probabilities=by_class, label="".join(labels), probability=float(numbers.max()))
