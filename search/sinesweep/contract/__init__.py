"""What a plugin promises.

A plugin is a frozen dataclass whose fields are its settings (see `sinesweep.settings`) and whose one method does the
work. It is found by an entry point in the group of its kind; there is nothing to register. Everything random comes
from a seed that is handed to it; everything built with Keras uses `keras.ops`, so that it runs on every backend.
"""

from __future__ import annotations

from sinesweep.contract.augmentation import (
    LABELS,
    Augmentation,
    Augmenter,
    CostlyAugmentation,
    HostAugmentation,
    Stage,
)
from sinesweep.contract.data import Baseline, DatasetReader
from sinesweep.contract.frontend import FeatureExtractor, FrontEnd, HostExtractor
from sinesweep.contract.network import Architecture, Loss
from sinesweep.contract.plugin import CONTRACT, Plugin, Shape

__all__ = [
    "CONTRACT",
    "LABELS",
    "Architecture",
    "Augmentation",
    "Augmenter",
    "Baseline",
    "CostlyAugmentation",
    "DatasetReader",
    "FeatureExtractor",
    "FrontEnd",
    "HostAugmentation",
    "HostExtractor",
    "Loss",
    "Plugin",
    "Shape",
    "Stage",
]
