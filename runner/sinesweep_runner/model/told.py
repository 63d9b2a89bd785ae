"""Told: the answer for one file or vector, and many of them as text, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sinesweep.dataset import Task

OF_TASK = {
    Task.CLASSIFICATION: ("label", "probability", "probabilities"),
    Task.MULTI_LABEL: ("labels", "probabilities"),
    Task.REGRESSION: ("value",),
}
"""The attributes that an answer has in each task."""


@dataclass(frozen=True)
class Prediction:
    """The answer for one file, or for one vector of a table.

    Attributes:
        label: the most probable class; empty where the file could not be read.
        probability: its probability.
        probabilities: by class or label.
        note: what had to be done to the sound, such as resampling.
        error: why there is no answer; empty where there is one.
        labels: in multi-label those whose probabilities reach their thresholds, the surest first.
        value: in regression what was measured.
        task: what was asked.
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
        return f"{self.label}  {100 * self.probability:.1f} %"


def as_text(predictions: Sequence[Prediction]) -> str:
    """A line a file: its name, the answer, and what was done to it."""
    width = max((len(each.path) for each in predictions), default=0)
    return "".join(f"{e.path:<{width}}  {e}{f'  ({e.note})' if e.note else ''}\n" for e in predictions)


def as_csv(predictions: Sequence[Prediction]) -> str:
    """A table: path, answer, note, error, and a column with the probability of each class or label."""
    task = predictions[0].task if predictions else Task.CLASSIFICATION
    answers = [name for name in OF_TASK[task] if name != "probabilities"]
    classes = next((list(each.probabilities) for each in predictions if not each.failed), [])
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["path", *answers, "note", "error", *(f"p({name})" for name in classes)])
    for each in predictions:
        shown = ["" if each.failed else _cell(getattr(each, name)) for name in answers]
        surely = ["" if each.failed else f"{each.probabilities[name]:.6f}" for name in classes]
        writer.writerow([each.path, *shown, each.note, each.error, *surely])
    return stream.getvalue()


def as_json(predictions: Sequence[Prediction]) -> str:
    """A JSON list of objects with the fields of `Prediction` that its task has."""
    return json.dumps([_plain(each) for each in predictions], indent=2, ensure_ascii=False) + "\n"


def _plain(prediction: Prediction) -> dict[str, Any]:
    kept = ("path", *OF_TASK[prediction.task], "note", "error")
    return {name: value for name, value in asdict(prediction).items() if name in kept}


def _cell(value: Any) -> str:
    if isinstance(value, tuple):
        return ";".join(value)
    return f"{value:.6f}" if isinstance(value, float) else str(value)
