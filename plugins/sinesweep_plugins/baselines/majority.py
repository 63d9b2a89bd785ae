"""The majority class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sinesweep.contract import Baseline


@dataclass(frozen=True)
class Majority(Baseline):
    """Always the commonest class of the training part: what a score is worth that listens to nothing."""

    def describe(self, wave: np.ndarray[Any, Any], rate_hz: int) -> np.ndarray[Any, Any]:
        """Nothing is heard: float32 zeros `(1,)`."""
        return np.zeros(1, np.float32)

    def estimator(self, seed: int) -> Any:
        """The shares of the classes in the training part as probabilities."""
        from sklearn.dummy import DummyClassifier

        return DummyClassifier(strategy="prior")
