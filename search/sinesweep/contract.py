"""What a plugin promises.

A plugin is a frozen dataclass whose fields are its settings (see `sinesweep.settings`) and whose one method does the
work. It is found by an entry point in the group of its kind; there is nothing to register. Everything random comes
from a seed that is handed to it; everything built with Keras uses `keras.ops`, so that it runs on every backend.
"""

from __future__ import annotations

import abc
import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from sinesweep.dataset import Dataset, Task
from sinesweep.domains import Choice, Float

if TYPE_CHECKING:
    import keras
    import numpy as np

Shape = tuple[int, ...]

CONTRACT = 1
"""The version of this page. It grows when a promise changes."""


@dataclass(frozen=True)
class Plugin(abc.ABC):
    """The root of all kinds."""

    contract: ClassVar[int] = CONTRACT


@dataclass(frozen=True)
class FeatureExtractor(Plugin):
    """Turns waveforms into what the network sees.

    To be implemented by subclasses: `layer`. `check` where some settings cannot work together or with the sound.
    """

    normalisation: Annotated[
        str,
        Choice(("per_bin", "per_clip", "none")),
        "z-score a bin with the training part's mean and deviation, z-score a clip with its own, or leave as it is",
    ] = "per_bin"

    def check(self, rate_hz: int, samples: int) -> None:
        """Raise `Infeasible` where these settings cannot work on clips of `samples` samples at `rate_hz`."""

    def shape(self, rate_hz: int, samples: int) -> Shape:
        """`(frames, bins)` of a clip. Override it with arithmetic: then `sinesweep check` needs no Keras to ask."""
        return tuple(self.layer(rate_hz).compute_output_shape((None, samples))[1:])

    @abc.abstractmethod
    def layer(self, rate_hz: int) -> keras.Layer:
        """A serializable Keras layer with `compute_output_shape`, float32 `(batch, samples)` → `(batch, frames, bins)`.

        A clip's features never depend on the other clips of its batch. Normalisation is added by the engine.
        """


class Stage(enum.StrEnum):
    """Where an augmentation stands: before the front end, behind it, or across the clips of a batch of features."""

    WAVEFORM = "waveform"
    FEATURES = "features"
    BATCH = "batch"


@dataclass(frozen=True)
class Augmentation(Plugin):
    """Changes training examples at random. To be implemented by subclasses: `stage` and `layer`."""

    stage: ClassVar[Stage]

    def check(self) -> None:
        """Raise `Infeasible` where these settings cannot work together."""

    @abc.abstractmethod
    def layer(self, rate_hz: int, seed: int) -> keras.Layer:
        """A Keras layer that changes its input when called with `training=True` and returns it untouched otherwise.

        `WAVEFORM`: float32 `(batch, samples)` → the same shape. `FEATURES`: normalised `(batch, frames, bins)` → the
        same shape. `BATCH`: the pair `(features, targets)`, targets one-hot `(batch, outputs)` → the same pair of
        shapes. Chance comes from `keras.random.SeedGenerator(seed)`, drawn anew for every clip of every batch.
        """


@dataclass(frozen=True)
class Architecture(Plugin):
    """A family of networks. To be implemented by subclasses: `build`."""

    dropout: Annotated[float, Float(0.0, 0.9, search=(0.0, 0.5)), "share of units that are dropped in training"] = 0.2
    l1: Annotated[float, Choice((0.0, 1e-6, 1e-5, 1e-4, 1e-3)), "weight of the sum of absolute kernel weights"] = 0.0
    l2: Annotated[float, Choice((0.0, 1e-6, 1e-5, 1e-4, 1e-3)), "weight of the sum of squared kernel weights"] = 0.0

    def check(self, input_shape: Shape) -> None:
        """Raise `Infeasible` where this network cannot take `input_shape` = `(frames, bins)`."""

    @abc.abstractmethod
    def build(self, input_shape: Shape, outputs: int) -> keras.Model:
        """A Keras model, float32 `(batch, frames, bins)` → logits `(batch, outputs)`, no activation at its end."""


@dataclass(frozen=True)
class Loss(Plugin):
    """What training makes small. To be implemented by subclasses: `tasks` and `build`."""

    tasks: ClassVar[frozenset[Task]]

    @abc.abstractmethod
    def build(self, task: Task) -> keras.losses.Loss:
        """A Keras loss of `(targets, logits)`, both `(batch, outputs)`; classification targets are one-hot."""


@dataclass(frozen=True)
class DatasetReader(Plugin):
    """Turns a folder or a table into clips. To be implemented by subclasses: `read`."""

    @abc.abstractmethod
    def read(self) -> Dataset:
        """All clips with their labels, groups and published folds; opens no audio.

        Raises:
            DatasetError: the files are not as this reader expects them.
        """


@dataclass(frozen=True)
class Baseline(Plugin):
    """The cheap classical model that every search has to beat. To be implemented by subclasses: both methods."""

    @abc.abstractmethod
    def describe(self, wave: np.ndarray[Any, Any], rate_hz: int) -> np.ndarray[Any, Any]:
        """One float32 waveform `(samples,)` of any length → a vector of features `(values,)` of fixed length."""

    @abc.abstractmethod
    def estimator(self, seed: int) -> Any:
        """An unfitted scikit-learn classifier with `fit` and `predict_proba`, for rows made by `describe`."""
