"""Gradient-boosted trees on pooled MFCC statistics."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import Annotated, Any

from sinesweep.domains import Float, Int
from sinesweep.errors import PluginError
from sinesweep_plugins.baselines._described import Described


@dataclass(frozen=True)
class XGBoost(Described):
    """XGBoost (T. Chen, C. Guestrin, 2016) on MFCC statistics. Needs the extra: `pip install 'sinesweep[xgboost]'`."""

    rounds: Annotated[int, Int(10, 2000, search=(100, 600)), "trees a class"] = 200
    depth: Annotated[int, Int(1, 16, search=(2, 8)), "questions from the root of a tree to a leaf, at most"] = 4
    learning_rate: Annotated[float, Float(1e-3, 1.0, log=True, search=(0.02, 0.3)), "step of every tree"] = 0.1

    def __post_init__(self) -> None:
        if importlib.util.find_spec("xgboost") is None:
            raise PluginError(
                "baseline 'xgboost' needs the package xgboost, which is not installed:"
                " pip install 'sinesweep[xgboost]', or choose another baseline, such as random_forest"
            )

    def estimator(self, seed: int) -> Any:
        """The boosted trees; each sees 80 % of the clips and half of the numbers, drawn anew."""
        from sinesweep_plugins.baselines._boosted import Boosted

        return Boosted(
            n_estimators=self.rounds,
            max_depth=self.depth,
            learning_rate=self.learning_rate,
            subsample=0.8,
            colsample_bytree=0.5,
            max_bin=64,
            # Its threads wait by spinning: two of them took ten times as long as one on two busy cores.
            n_jobs=1,
            random_state=seed,
        )
