"""XGBoost's classifier for classes of any numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from xgboost import XGBClassifier


class Boosted:
    """`XGBClassifier`, which wants classes 0, 1, 2, …, for training parts in which some are missing."""

    def __init__(self, **settings: Any) -> None:
        self._machine = XGBClassifier(**settings)

    def fit(self, x: NDArray[Any], y: NDArray[Any]) -> Boosted:
        """Learns from rows `(clips, values)` and their classes `(clips,)`, two at least."""
        self.classes_, codes = np.unique(y, return_inverse=True)
        self._machine.fit(x, codes)
        return self

    def predict_proba(self, x: NDArray[Any]) -> NDArray[Any]:
        """Probabilities `(rows, classes)`, in the order of `classes_`."""
        return np.asarray(self._machine.predict_proba(x))

    def predict(self, x: NDArray[Any]) -> NDArray[Any]:
        """The likeliest class of every row, `(rows,)`."""
        return np.asarray(self.classes_[self.predict_proba(x).argmax(axis=1)])
