"""The random forest on pooled MFCC statistics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from sinesweep.domains import Int
from sinesweep_plugins.baselines._described import Described


@dataclass(frozen=True)
class RandomForest(Described):
    """A random forest (L. Breiman, 2001) on MFCC statistics: asks for no scaling and little tuning."""

    trees: Annotated[int, Int(10, 2000, search=(100, 500)), "trees that vote"] = 300
    smallest_leaf: Annotated[int, Int(1, 50, search=(1, 5)), "clips that a leaf holds at least"] = 1

    def estimator(self, seed: int) -> Any:
        """The forest, grown on all cores."""
        from sinesweep_plugins.baselines._forests import ForestClassifier

        return ForestClassifier(
            n_estimators=self.trees, min_samples_leaf=self.smallest_leaf, n_jobs=-1, random_state=seed
        )
