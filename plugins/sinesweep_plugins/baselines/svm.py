"""The support vector machine on pooled MFCC statistics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from sinesweep.contract import Baseline
from sinesweep.domains import Float

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class SVM(Baseline):
    """A support vector machine with a Gaussian kernel on MFCC statistics: hard to beat on a few hundred clips."""

    C: Annotated[float, Float(1e-3, 1e3, log=True), "price of a training clip on the wrong side"] = 10.0

    def describe(self, wave: np.ndarray[Any, Any], rate_hz: int) -> np.ndarray[Any, Any]:
        """20 MFCC, pooled over time, float32 `(120,)`."""
        from sinesweep_plugins.baselines._pooled import pooled_mfcc

        return pooled_mfcc(wave, rate_hz)

    def estimator(self, seed: int) -> Any:
        """z-scores, then the machine; `predict` and the likeliest class of `predict_proba` agree."""
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        from sinesweep_plugins.baselines._softmax_svc import SoftmaxSVC

        return make_pipeline(StandardScaler(), SoftmaxSVC(C=self.C, break_ties=True, random_state=seed))
