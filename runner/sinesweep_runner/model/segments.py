"""Segments: from the answers about overlapping windows to when something was heard, from and to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from sinesweep.dataset import Task
from sinesweep.errors import ArtifactError
from sinesweep_runner.model.answerer import Answerer
from sinesweep_runner.model.told import Decision, Prediction

Told = tuple[float, float, str, float]
"""Begin and end in seconds, a label, and its probability."""


@dataclass(frozen=True)
class Segment:
    """A stretch of a recording in which one label was told.

    Attributes:
        probability: its mean over the stretch.
        note: what had to be done to the recording, such as resampling.
        error: why nothing more is told of it; then there is no label.
    """

    path: str
    start_s: float = 0.0
    stop_s: float = 0.0
    label: str = ""
    probability: float = 0.0
    note: str = ""
    error: str = ""

    @property
    def failed(self) -> bool:
        """Whether this is the place of a recording that could not be read to its end."""
        return bool(self.error)

    def __str__(self) -> str:
        """What was told: `dog  97.1 %`."""
        return f"error: {self.error}" if self.failed else f"{self.label}  {100 * self.probability:.1f} %"


def segments(model: Answerer, predictions: Sequence[Prediction], threshold: float | None = None) -> list[Segment]:
    """What `predict` says of the windows of recordings, put together.

    From the beginning of a window to that of the next one the mean over all windows that cover this time decides.
    Neighbours with the same label are one segment. Segments of one recording overlap in multi-label alone.

    Args:
        predictions: with times, in their order.
        threshold: from which mean probability on a label is told, as in `predict`.

    Raises:
        ArtifactError: the model measures a value; a threshold that cannot be.
    """
    if model.task is Task.REGRESSION:
        raise ArtifactError("this model measures a value, so there are no segments; ask for its windows instead")
    decision = Decision.of(model, threshold)
    found: list[Segment] = []
    for path, group in groupby(predictions, key=lambda each: each.path):
        given = list(group)
        windows = [each for each in given if not each.failed]
        found += [Segment(path, *told, windows[0].note) for told in sorted(_runs(decision, windows))]
        found += [Segment(path, error=each.error) for each in given if each.failed]
    return found


def _runs(decision: Decision, windows: Sequence[Prediction]) -> Iterator[Told]:
    """The stretches of one recording, in the order of their ends."""
    running: dict[str, list[Told]] = {}
    for start, stop, probabilities in _slices(windows):
        told = decision.labels(probabilities)
        for label in [label for label in running if label not in told]:
            yield _joined(running.pop(label))
        for label in told:
            probability = float(probabilities[decision.classes.index(label)])
            running.setdefault(label, []).append((start, stop, label, probability))
    yield from map(_joined, running.values())


def _slices(windows: Sequence[Prediction]) -> Iterator[tuple[float, float, np.ndarray]]:
    """From each window's beginning to the next one's: these times, and the mean of the windows that cover them."""
    covering: list[tuple[float, np.ndarray]] = []
    for place, window in enumerate(windows):
        start, last = window.start_s or 0.0, place == len(windows) - 1
        stop = (window.stop_s if last else windows[place + 1].start_s) or 0.0
        covering.append((window.stop_s or 0.0, np.array(list(window.probabilities.values()))))
        covering = [each for each in covering if each[0] >= stop - 1e-9]
        yield start, stop, np.mean([probabilities for _, probabilities in covering], axis=0)


def _joined(run: Sequence[Told]) -> Told:
    """Neighbouring slices as one."""
    starts, stops, labels, probabilities = zip(*run, strict=True)
    lengths = np.subtract(stops, starts)
    return starts[0], stops[-1], labels[0], float(np.average(probabilities, weights=lengths))
