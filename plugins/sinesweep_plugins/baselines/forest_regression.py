"""The random forest for values, on pooled MFCC statistics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from sinesweep.dataset import Task
from sinesweep.domains import Int
from sinesweep_plugins.baselines._described import Described


@dataclass(frozen=True)
class ForestRegression(Described):
    """A random forest (L. Breiman, 2001) that measures a value from MFCC statistics."""

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.REGRESSION})

    trees: Annotated[int, Int(10, 2000, search=(100, 500)), "trees whose answers are averaged"] = 300
    smallest_leaf: Annotated[int, Int(1, 50, search=(1, 5)), "clips that a leaf holds at least"] = 2

    def estimator(self, seed: int) -> Any:
        """The forest, grown on all cores."""
        from sinesweep_plugins.baselines._forests import ForestRegressor

        return ForestRegressor(
            n_estimators=self.trees, min_samples_leaf=self.smallest_leaf, n_jobs=-1, random_state=seed
        )
