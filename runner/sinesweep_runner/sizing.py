"""Sizing: what a trial takes of a device's memory, foretold from shapes and corrected by what others have taken.

The model is linear: bytes for every parameter, for every activation of a batch, and for whatever does not hang on the
network. Its coefficients are a ridge regression on relative errors that shrinks towards a prior (Hoerl and Kennard,
1970), so that a first measurement corrects the scale, and later ones tell the three apart.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from sinesweep.trial import Cause, Failure, Result, State, Trial

FLOAT_BYTES = 4

PRIOR_BYTES = np.array([4.0 * FLOAT_BYTES, 2.0 * FLOAT_BYTES, 0.5 * 2**30])
"""A parameter is a weight, its gradient and two values of its optimizer; an activation is kept, and has a gradient; and
a convolution's workspace, the sound of a batch and the front end need some room in any case."""

TRUST = 0.5
"""The weight of the prior, in measurements."""

LEAST = 0.02
"""No coefficient falls below so much of its prior, whatever was measured."""

MARGIN = 1.25
"""So many times as much as foretold is set aside, and that as many times as some trial has taken more."""

REMEMBERED = 100
"""So many measurements, the latest ones, count."""


@dataclass(frozen=True)
class Size:
    """How large training is, in numbers of the network.

    Attributes:
        parameters: its weights.
        activations: what its layers give for one batch, or for the part of one that passes it at a time.
    """

    parameters: int
    activations: int

    @property
    def certain_bytes(self) -> int:
        """The least that training can do with: the weights and their gradients."""
        return 2 * FLOAT_BYTES * self.parameters

    def in_parts(self, count: int) -> Size:
        """The same where a batch passes the network in so many parts."""
        return Size(self.parameters, self.activations // count)


@dataclass(frozen=True)
class Taken:
    """The most device memory that a trial of some size has taken."""

    size: Size
    peak_bytes: int


def needed_bytes(size: Size, taken: Collection[Taken] = ()) -> int:
    """The device memory to set aside for a trial, after what others have taken."""
    by_prior = np.array([_by_prior(each.size) for each in taken]).reshape(-1, 3)
    measured = np.array([each.peak_bytes for each in taken], float)
    rows = np.vstack([by_prior / measured[:, None], np.sqrt(TRUST) * np.eye(3)])
    wanted = np.concatenate([np.ones(len(taken)), np.full(3, np.sqrt(TRUST))])
    corrections = np.maximum(np.linalg.lstsq(rows, wanted)[0], LEAST)
    worst = np.max(measured / (by_prior @ corrections), initial=1.0)
    return int(MARGIN * worst * max(_by_prior(size) @ corrections, size.certain_bytes))


class DeviceMemory:
    """What the trials of a sweep need of their devices' memory, learnt while it runs."""

    def __init__(self) -> None:
        """Nothing is known yet but the prior."""
        self._sizes: dict[int, Size] = {}
        self._alone: set[int] = set()
        self._taken: deque[Taken] = deque(maxlen=REMEMBERED)

    def expect(self, trial: Trial, size: Size) -> None:
        """Notes how large a trial is."""
        self._sizes[trial.number] = size

    def needed_bytes(self, trial: Trial) -> int:
        """What is to be set aside for a trial: nothing where its size is not known, more than any device has for one
        that is to be alone."""
        if trial.number in self._alone:
            return sys.maxsize
        size = self._size(trial)
        return 0 if size is None else needed_bytes(size, self._taken)

    def refused(self, trial: Trial, most_bytes: float) -> Result | None:
        """The result of a trial that cannot be trained in so much memory, whatever it turns out to need."""
        size = self._size(trial)
        if size is None or size.certain_bytes <= most_bytes:
            return None
        why = (
            f"{size.parameters} weights and their gradients need {size.certain_bytes / 2**30:.1f} GiB of a GPU's"
            f" memory; a trial can be given at most {most_bytes / 2**30:.1f} GiB. Smaller networks need less, and a"
            " trial with more of a GPU (workers.gpus_per_trial) has more"
        )
        return Result(trial, State.INFEASIBLE, failure=Failure(Cause.INFEASIBLE, why))

    def alone_next(self, result: Result) -> bool:
        """Sees to it that a trial that ran out of memory is alone on its device next; whether it is to be tried so."""
        failure, number = result.failure, result.trial.number
        if failure is None or failure.cause is not Cause.OUT_OF_MEMORY or number in self._alone:
            return False
        self._alone.add(number)
        return True

    def ended(self, result: Result, peak_bytes: int) -> None:
        """Learns from a trial that was trained, or ran out of memory: what it asked for last is not in its peak.

        Args:
            peak_bytes: what it has taken of its device; 0 where that is not known.
        """
        size, failure = self._size(result.trial), result.failure
        if size is None or not peak_bytes:
            return
        if failure is None:
            self._taken.append(Taken(size, peak_bytes))
        elif failure.cause is Cause.OUT_OF_MEMORY:
            self._taken.append(Taken(size, max(2 * peak_bytes, needed_bytes(size, self._taken))))

    def _size(self, trial: Trial) -> Size | None:
        size = self._sizes.get(trial.number)
        return None if size is None else size.in_parts(trial.accumulate)


def _by_prior(size: Size) -> np.ndarray:
    """What each of the three takes by the prior, in bytes `(3,)`."""
    return np.array([size.parameters, size.activations, 1]) * PRIOR_BYTES
