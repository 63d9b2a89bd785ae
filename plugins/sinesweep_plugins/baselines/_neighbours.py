"""Nearest neighbours among however few there are."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray
from sklearn.neighbors import KNeighborsClassifier


class Neighbours(KNeighborsClassifier):
    """`KNeighborsClassifier` that asks all training clips where there are fewer than it would ask."""

    def fit(self, x: NDArray[Any], y: NDArray[Any]) -> Neighbours:
        """Remembers the rows `(clips, values)` and their classes `(clips,)`."""
        self.set_params(n_neighbors=min(self.get_params()["n_neighbors"], len(x)))
        super().fit(x, y)
        return self
