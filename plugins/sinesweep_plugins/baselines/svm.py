"""The support vector machine on pooled MFCC statistics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from sinesweep.domains import Float
from sinesweep_plugins.baselines._described import Described


@dataclass(frozen=True)
class SVM(Described):
    """A support vector machine with a Gaussian kernel on MFCC statistics: hard to beat on a few hundred clips."""

    C: Annotated[float, Float(1e-3, 1e3, log=True), "price of a training clip on the wrong side"] = 10.0

    def estimator(self, seed: int) -> Any:
        """z-scores, then the machine; `predict` and the likeliest class of `predict_proba` agree."""
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        from sinesweep_plugins.baselines._softmax_svc import SoftmaxSVC

        return make_pipeline(StandardScaler(), SoftmaxSVC(C=self.C, break_ties=True, random_state=seed))
