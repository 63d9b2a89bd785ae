"""Observations: what trials have of each parameter, in one table that grows with the study."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from optuna.distributions import BaseDistribution
from optuna.trial import FrozenTrial


class Observations:
    """A row a trial, by its number, and a column a parameter; each value as Optuna's estimators count it.

    Attributes:
        common: the parameters that all ended trials have, with one range.
    """

    def __init__(self) -> None:
        self.common: dict[str, BaseDistribution] = {}
        self._columns: dict[str, int] = {}
        self._distributions: dict[str, BaseDistribution] = {}
        self._values = np.full((0, 0), np.nan)  # NaN where a trial lacks a parameter
        self._ended: set[int] = set()

    def __contains__(self, trial: FrozenTrial) -> bool:
        """Whether all of a trial is known."""
        return trial.number in self._ended

    def note(self, trial: FrozenTrial, values: Mapping[str, Any]) -> None:
        """Takes in a trial, or what there is of it by now.

        Args:
            trial: which.
            values: by parameter; while it runs those too that were drawn for it and are not asked for yet.
        """
        self._distributions.update(trial.distributions)
        self._reserve(trial.number)
        self._values[trial.number] = np.nan
        for name, value in values.items():
            self._values[trial.number, self._columns[name]] = self._distributions[name].to_internal_repr(value)
        if trial.state.is_finished():
            ranges = self.common if self._ended else trial.distributions
            self.common = {name: each for name, each in ranges.items() if trial.distributions.get(name) == each}
            self._ended.add(trial.number)

    def of(self, numbers: np.ndarray, names: Collection[str]) -> np.ndarray:
        """Those of these trials that have all of these parameters: an array of shape (trials, parameters)."""
        if not self._columns.keys() >= set(names):
            return np.empty((0, len(names)))
        columns = np.array([self._columns[name] for name in names])
        rows = self._values[np.ix_(numbers, columns)]
        return np.asarray(rows[~np.isnan(rows).any(axis=1)])

    def _reserve(self, number: int) -> None:
        for name in self._distributions:
            self._columns.setdefault(name, len(self._columns))
        rows, columns = self._values.shape
        if number < rows and len(self._columns) <= columns:
            return
        wider = np.full((max(rows, 2 * (number + 1)), max(columns, 2 * len(self._columns))), np.nan)
        wider[:rows, :columns] = self._values
        self._values = wider
