"""Curves: how the losses of one fold went, epoch by epoch."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sinesweep.metrics import WATCHED
from sinesweep.trial import TRAIN_LOSS, VALID_LOSS

SMOOTHED = 3
"""So many epochs are looked at together where a curve's end is read."""

CHANCE = {"auc": 0.5, "r2": 0.0}
"""What who knows nothing has of the metrics whose best is 1 whatever the task is like."""


@dataclass(frozen=True)
class Curves:
    """The curves of one fold; losses, so less is better.

    Attributes:
        train: the mean loss of every epoch, as the network was trained.
        valid: that of the validation part after every epoch.
        alike: both are by the loss that is trained with. Histories of an older Sinesweep hold another of the validation
            part, whose numbers do not compare.
        skill: what the last epochs know, from 0 for nothing to 1 for everything; NaN where that is not told.
    """

    train: tuple[float, ...]
    valid: tuple[float, ...]
    alike: bool
    skill: float

    @classmethod
    def of(cls, history: Sequence[Mapping[str, float]]) -> Curves | None:
        """The curves of a history; None where it does not tell both losses of every epoch."""
        name = validation_loss(history)
        train, valid = ([epoch.get(key, math.nan) for epoch in history] for key in (TRAIN_LOSS, name))
        if not history or not all(map(math.isfinite, (*train, *valid))):
            return None
        return cls(tuple(train), tuple(valid), name == VALID_LOSS, _skill(history[-SMOOTHED:]))

    @property
    def epochs(self) -> int:
        """How many there were."""
        return len(self.train)

    @property
    def best(self) -> int:
        """The epoch, from 1, of the lowest validation loss."""
        return self.valid.index(min(self.valid)) + 1

    @property
    def rise(self) -> float:
        """How far the validation loss ends above its lowest, as a share of that."""
        lowest = min(self.valid)
        return ending(self.valid) / lowest - 1 if lowest > 0 else 0.0

    @property
    def last(self) -> int:
        """How many epochs are the end: a quarter of them, or two."""
        return max(2, self.epochs // 4)

    @property
    def gain(self) -> float:
        """Which share of all that the validation loss has fallen it fell at the end."""
        before, lowest = self.valid[: -self.last], min(self.valid)
        fallen = self.valid[0] - lowest
        return (min(before) - lowest) / fallen if before and fallen > 0 else 0.0

    @property
    def gap(self) -> float:
        """How far the validation loss ends above the training loss, as a share of where the higher of them began; 0
        where their numbers do not compare."""
        began = max(self.train[0], self.valid[0])
        return (ending(self.valid) - ending(self.train)) / began if self.alike and began > 0 else 0.0

    @property
    def jitter(self) -> float:
        """The mean step of the validation loss in the second half, as a share of its level there; 0 where it does not
        go up and down by turns."""
        half = self.valid[self.epochs // 2 :]
        steps = [after - before for before, after in pairwise(half)]
        turns = sum(one * other < 0 for one, other in pairwise(steps))
        level = statistics.median(half)
        if len(steps) < SMOOTHED or turns < len(steps) / 3 or level <= 0:
            return 0.0
        return statistics.mean(map(abs, steps)) / level


def validation_loss(history: Sequence[Mapping[str, float]]) -> str:
    """The key of the validation loss in a history; empty where it holds none."""
    return next((name for name in (VALID_LOSS, *WATCHED.values()) if history and name in history[0]), "")


def ending(curve: Sequence[float]) -> float:
    """Where a curve ends: the median of the last epochs, so that one bad epoch is no end."""
    return statistics.median(curve[-SMOOTHED:])


def kept(curve: Sequence[float]) -> float:
    """The share of the first epoch's loss that is left at the end; 1 where there was none to lose."""
    return ending(curve) / curve[0] if curve[0] > 0 else 1.0


def _skill(epochs: Sequence[Mapping[str, float]]) -> float:
    name = next((name for name in CHANCE if name in epochs[0]), None)
    if name is None:
        return math.nan
    return (statistics.median(epoch[name] for epoch in epochs) - CHANCE[name]) / (1 - CHANCE[name])
