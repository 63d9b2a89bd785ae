"""Promotion: asynchronous successive halving that pauses trials at rungs, and lets the best of each rung go on.

Source: L. Li et al., "A System for Massively Parallel Hyperparameter Tuning" (ASHA), MLSys 2020. No trial waits until a
rung is full: whenever a worker is free, the best of what stands at a rung goes on from its checkpoint, or, where nobody
has earned it yet, a new configuration begins.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable

from optuna.trial import FrozenTrial

from sinesweep.metrics import Metric
from sinesweep.pruning import AUGMENTED
from sinesweep.record import ASIDE, RESULT, TRIAL, result_from_json, trial_from_json
from sinesweep.trial import Config, Result, State

FACTOR = 3
"""One of so many goes on from each rung."""

SHORTEST_SHARE = 1 / 20
"""No rung stands below this share of the longest training: too little is known of a network there."""


def rungs(epochs: int) -> tuple[int, ...]:
    """The epochs after which trials are compared, where the longest trains `epochs`: 30 gives 3 and 10."""
    steps, rung = [], epochs // FACTOR
    while rung >= shortest(epochs):
        steps.append(rung)
        rung //= FACTOR
    return tuple(reversed(steps))


def shortest(epochs: int) -> float:
    """The epochs below which no rung stands, where the longest trial trains `epochs`."""
    return max(1, epochs * SHORTEST_SHARE)


class Promotion:
    """Who stands at which rung, and who goes on from there. Trials are known by the number of their first try."""

    def __init__(self, epochs: int, metric: Metric) -> None:
        """Nobody stands anywhere; the longest trial of the sweep trains `epochs`."""
        self._rungs, self._metric = rungs(epochs), metric
        self._below_augmented = math.ceil(AUGMENTED * shortest(epochs)) - 1
        self._standing: dict[int, dict[int, Result]] = defaultdict(dict)
        self._gone: dict[int, set[int]] = defaultdict(set)

    @classmethod
    def of(cls, trials: Iterable[FrozenTrial], epochs: int, metric: Metric) -> Promotion:
        """Where the trials of a study stand, as far as they have been told."""
        promotion = cls(epochs, metric)
        for frozen in trials:
            if ASIDE in frozen.user_attrs:
                continue
            if TRIAL in frozen.user_attrs:
                trial = trial_from_json(frozen.user_attrs[TRIAL])
                promotion.goes_on(trial.origin, trial.until)
            if RESULT in frozen.user_attrs:
                result = result_from_json(frozen.user_attrs[RESULT])
                if result.state is State.PAUSED:
                    promotion.stands(result)
        return promotion

    def first_rung(self, config: Config) -> int | None:
        """The first rung of a trial; None where it ends before one.

        With augmentations that is no rung below `AUGMENTED` times the shortest.
        """
        return self._above(self._below_augmented if config["augmentations"] else 0, config["fit"]["epochs"])

    def next_rung(self, paused: Result) -> int | None:
        """The rung up to which a trial that goes on trains; None for its end."""
        return self._above(paused.trial.until or 0, paused.trial.config["fit"]["epochs"])

    def stands(self, paused: Result) -> None:
        """A trial has reached its rung."""
        if paused.trial.until is not None:
            self._standing[paused.trial.until][paused.trial.origin] = paused

    def goes_on(self, origin: int, until: int | None) -> None:
        """A trial is on its way to the rung `until`, or to its end: it stands at none below."""
        for rung in self._rungs:
            if until is None or rung < until:
                self._gone[rung].add(origin)

    def next(self) -> Result | None:
        """Who goes on now: the best of the highest rung of which fewer than one in `FACTOR` have gone on."""
        for rung in reversed(self._rungs):
            ranked = self._ranked(rung)
            for result in ranked[: len(ranked) // FACTOR]:
                if result.trial.origin not in self._gone[rung]:
                    return result
        return None

    def best(self) -> Result | None:
        """The best that stands at the highest rung, whoever has earned what; None where nobody stands."""
        for rung in reversed(self._rungs):
            for result in self._ranked(rung):
                if result.trial.origin not in self._gone[rung]:
                    return result
        return None

    def _above(self, epoch: int, epochs: int) -> int | None:
        return next((rung for rung in self._rungs if epoch < rung < epochs), None)

    def _ranked(self, rung: int) -> list[Result]:
        """All that have reached a rung, the best first; of equals the earlier."""
        reached = [result for result in self._standing[rung].values() if result.value is not None]
        return sorted(reached, key=lambda r: (-self._metric.goodness(r.value or 0.0), r.trial.origin))
