"""Augmentations: training examples, changed at random."""

from __future__ import annotations

import abc
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from sinesweep.contract.plugin import Plugin
from sinesweep.domains import Int

if TYPE_CHECKING:
    import keras
    import numpy as np


LABELS: Mapping[str, str] = MappingProxyType(
    {
        "pitch": "which note it is, or how high a voice",
        "key": "key, chord or tuning",
        "tempo": "tempo or rhythm, or how long a sound lasts",
        "loudness": "how loud it is, or how its loudness changes",
        "timbre": "which frequencies are strong: device, codec, distortion, tone",
        "speech": "what is said",
        "speaker": "who speaks: identity, age, sex, feeling",
        "position": "when something happens in the clip",
        "silence": "whether and where there is any sound",
        "background": "where it was recorded: room, scene, noise",
    }
)
"""What the labels of a data set may tell. An augmentation is unsafe for those that it makes wrong."""

Variants = Annotated[
    int,
    Int(0, 64, search=False),
    "changed versions of a training clip that are made once and taken in turn; 0: a new one every epoch",
]
"""The setting of what may be computed ahead."""


class Stage(enum.StrEnum):
    """Where an augmentation stands, in the order in which a training step meets them."""

    HOST = "host"
    """One waveform after another, before the step: in numpy, or by the layer of a `CostlyAugmentation` that is given
    `variants`, whose own stage is `WAVEFORM`."""
    WAVEFORM = "waveform"
    """Before the front end."""
    WAVEFORM_BATCH = "waveform_batch"
    """Before the front end, across the clips of a batch, targets too."""
    FEATURES = "features"
    """Behind the front end."""
    BATCH = "batch"
    """Behind the front end, across the clips of a batch, targets too."""

    @property
    def changes_waveforms(self) -> bool:
        """Whether it stands before the front end."""
        return self in (Stage.HOST, Stage.WAVEFORM, Stage.WAVEFORM_BATCH)

    @property
    def changes_targets(self) -> bool:
        """Whether its layer takes and gives the pair of examples and targets."""
        return self in (Stage.WAVEFORM_BATCH, Stage.BATCH)


@dataclass(frozen=True)
class Augmenter(Plugin):
    """Changes training examples at random: an `Augmentation` inside the graph, a `HostAugmentation` before it.

    Attributes:
        stage: where it stands.
        unsafe_for: which kinds of labels (names in `LABELS`) it may make wrong. A sweep over such labels is warned. Its
            suite wants every augmentation to state it, as an empty set where it makes none wrong.
    """

    stage: ClassVar[Stage]
    unsafe_for: ClassVar[frozenset[str]] = frozenset()

    def check(self) -> None:
        """Raise `Infeasible` where these settings cannot work together."""

    def check_resources(self) -> None:
        """Raise `UserError` where a file, folder or package that the settings need cannot be used.

        Asked once, before any work.
        """


@dataclass(frozen=True)
class Augmentation(Augmenter):
    """An augmentation that is a part of the graph. To be implemented by subclasses: `stage` and `layer`.

    Attributes:
        adjustable: settings that its layer holds in weights that are not trained, and in nothing else. A graph serves
            all trials that differ in these alone; in any other setting, each has to be traced anew.
    """

    adjustable: ClassVar[frozenset[str]] = frozenset()

    @abc.abstractmethod
    def layer(self, rate_hz: int, seed: int) -> keras.Layer:
        """A Keras layer that changes its input when called with `training=True` and returns it untouched otherwise.

        `WAVEFORM`: float32 `(batch, samples)` → the same shape. `FEATURES`: normalised `(batch, frames, bins)`, or with
        channels behind them → the same shape. `WAVEFORM_BATCH` and `BATCH`: the pair of these and of targets
        `(batch, outputs)`, one-hot in classification → the same pair of shapes. Chance comes from
        `keras.random.SeedGenerator(seed)`, drawn anew for every clip of every batch. Files are read when the layer is
        built, not when it is made.
        """


@dataclass(frozen=True)
class CostlyAugmentation(Augmentation):
    """An augmentation of waveforms that costs so much that a sweep may want it computed ahead.

    Where one asks for `variants`, its layer is no part of the graph: it is called with one training clip after another,
    before a step takes them, each call with the chance of its own that the trial's seed, the clip and the variant's
    number give. It then stands in one row with the host augmentations, and before all that is in the graph, wherever
    the configuration names that. To be implemented by subclasses: `layer`.
    """

    stage: ClassVar[Stage] = Stage.WAVEFORM

    variants: Variants = 0


@dataclass(frozen=True)
class HostAugmentation(Augmenter):
    """An augmentation that is computed on the host, by code that is no Keras layer.

    To be implemented by subclasses: `change`.
    """

    stage: ClassVar[Stage] = Stage.HOST

    variants: Variants = 0

    @abc.abstractmethod
    def change(self, wave: np.ndarray[Any, Any], rate_hz: int, rng: np.random.Generator) -> np.ndarray[Any, Any]:
        """One float32 waveform `(samples,)` → a changed one of the same length; `wave` itself stays as it is.

        All chance comes from `rng`, which follows from the trial's seed, the clip and the epoch.
        """
