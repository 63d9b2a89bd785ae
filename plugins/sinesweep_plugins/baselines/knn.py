"""The nearest neighbours on pooled MFCC statistics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from sinesweep.domains import Choice, Int
from sinesweep_plugins.baselines._described import Described


@dataclass(frozen=True)
class KNN(Described):
    """The classes of the training clips that sound most alike: no training at all, and every answer can be shown."""

    neighbours: Annotated[int, Int(1, 100, search=(1, 15)), "how many training clips are asked"] = 5
    weights: Annotated[
        str, Choice(("distance", "uniform")), "whether nearer clips count more, or all that are asked the same"
    ] = "distance"

    def estimator(self, seed: int) -> Any:
        """z-scores, then the neighbours by Euclidean distance; nothing in it is left to chance."""
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        from sinesweep_plugins.baselines._neighbours import Neighbours

        return make_pipeline(StandardScaler(), Neighbours(n_neighbors=self.neighbours, weights=self.weights))
