"""Ridge regression on pooled MFCC statistics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from sinesweep.dataset import Task
from sinesweep.domains import Float
from sinesweep_plugins.baselines._described import Described


@dataclass(frozen=True)
class Ridge(Described):
    """Linear regression with an L2 penalty on MFCC statistics: what can be measured without any network."""

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.REGRESSION})

    alpha: Annotated[float, Float(1e-3, 1e5, log=True), "weight of the L2 penalty, on z-scored statistics"] = 10.0

    def estimator(self, seed: int) -> Any:
        """z-scores, then ridge regression (Hoerl and Kennard 1970)."""
        from sklearn.linear_model import Ridge as Estimator
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        return make_pipeline(StandardScaler(), Estimator(alpha=self.alpha, random_state=seed))
