"""A support vector machine with probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.svm import SVC


class SoftmaxSVC(SVC):
    """`SVC` whose probabilities are the softmax of its decision function; make it with `break_ties=True`.

    The likeliest class is always the machine's own decision. The probabilities are not calibrated: Platt's scaling and
    temperatures want held-out scores, and folds that know no groups make them far too sure of unseen speakers.
    """

    def predict_proba(self, x: NDArray[Any]) -> NDArray[Any]:
        """Probabilities `(rows, classes)`, in the order of `classes_`."""
        decision = self.decision_function(x)
        # For two classes scikit-learn gives one number, above 0 for the second.
        scores = np.stack([-decision, decision], axis=1) / 2 if decision.ndim == 1 else decision
        return softmax(scores, axis=1)
