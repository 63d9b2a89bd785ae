"""Logistic regression on pooled MFCC statistics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from sinesweep.domains import Float
from sinesweep_plugins.baselines._described import Described


@dataclass(frozen=True)
class LogisticRegression(Described):
    """A linear model on MFCC statistics: what can be told without any network."""

    C: Annotated[float, Float(1e-4, 1e3, log=True), "inverse of the L2 penalty"] = 0.1

    def estimator(self, seed: int) -> Any:
        """z-scores, then multinomial logistic regression."""
        from sklearn.linear_model import LogisticRegression as Estimator
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        return make_pipeline(StandardScaler(), Estimator(C=self.C, max_iter=2000, random_state=seed))
