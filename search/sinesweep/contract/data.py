"""Readers of data sets, and the classical models that a search has to beat."""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from sinesweep.contract.plugin import Plugin
from sinesweep.dataset import Dataset, Task

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class DatasetReader(Plugin):
    """Turns a folder or a table into clips. To be implemented by subclasses: `read`.

    Attributes:
        gives_vectors: its clips are vectors, not sounds.
        labels: what its labels tell, names in `LABELS`, whatever its settings are.
    """

    gives_vectors: ClassVar[bool] = False
    labels: ClassVar[frozenset[str]] = frozenset()

    def tells(self) -> frozenset[str]:
        """What its labels tell with these settings, names in `LABELS`; `data.labels` of a sweep adds to them.

        That is `labels`, unless a reader's settings say which labels it gives.
        """
        return self.labels

    @abc.abstractmethod
    def read(self) -> Dataset:
        """All clips with their labels, groups and published folds; opens no audio.

        Raises:
            DatasetError: the files are not as this reader expects them.
        """


@dataclass(frozen=True)
class Baseline(Plugin):
    """The cheap classical model that every search has to beat. To be implemented by subclasses: both methods.

    Attributes:
        tasks: what it can do. One that tells classes apart serves labels too: one of it learns each label.
        describing: the settings that `describe` alone knows of. They say nothing where data are vectors.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.CLASSIFICATION, Task.MULTI_LABEL})
    describing: ClassVar[frozenset[str]] = frozenset()

    @abc.abstractmethod
    def describe(self, wave: np.ndarray[Any, Any], rate_hz: int) -> np.ndarray[Any, Any]:
        """One float32 waveform `(samples,)` of any length → a vector of features `(values,)` of fixed length."""

    @abc.abstractmethod
    def estimator(self, seed: int) -> Any:
        """An unfitted scikit-learn estimator for rows made by `describe`, or for the data's own vectors.

        Of classes and labels a classifier with `fit` and `predict_proba`, of values a regressor with `fit` and
        `predict`.
        """
