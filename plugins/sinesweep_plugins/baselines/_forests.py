"""Random forests that are grown on all cores and answer on one, so that equal seeds give equal answers."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor


class _AnswersOnOneCore:
    """Several threads add up the trees' answers in any order, and the last digits hang on that order."""

    def fit(self, x: NDArray[Any], y: NDArray[Any]) -> Any:
        """Grows the trees on rows `(clips, values)` and what is right for them `(clips,)`."""
        forest: Any = super()
        forest.fit(x, y)
        self.n_jobs = 1
        return self


class ForestClassifier(_AnswersOnOneCore, RandomForestClassifier):
    """`RandomForestClassifier`, grown on all cores; make it with `n_jobs=-1`."""


class ForestRegressor(_AnswersOnOneCore, RandomForestRegressor):
    """`RandomForestRegressor`, grown on all cores; make it with `n_jobs=-1`."""
