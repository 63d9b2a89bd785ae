"""Sinesweep: the language of audio sweeps. Pure data and rules; nothing here needs a deep-learning library."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from sinesweep.contract import (
    Architecture,
    Augmentation,
    Baseline,
    CostlyAugmentation,
    DatasetReader,
    FeatureExtractor,
    HostAugmentation,
    HostExtractor,
    Loss,
    Plugin,
    Shape,
    Stage,
)
from sinesweep.dataset import Clip, Dataset, Task
from sinesweep.domains import Choice, Float, Int
from sinesweep.errors import (
    ArtifactError,
    DatasetError,
    Infeasible,
    PluginError,
    SinesweepError,
    SweepError,
    SweepFailed,
    UserError,
)
from sinesweep.settings import Code, Further, Setting, When
from sinesweep.trial import Result, State, Trial

if TYPE_CHECKING:
    from sinesweep.leaderboard import Leaderboard
    from sinesweep.sweep import Sweep
    from sinesweep.sweepfile import read_sweep

__all__ = [
    "Architecture",
    "ArtifactError",
    "Augmentation",
    "Baseline",
    "Choice",
    "Clip",
    "Code",
    "CostlyAugmentation",
    "Dataset",
    "DatasetError",
    "DatasetReader",
    "FeatureExtractor",
    "Float",
    "Further",
    "HostAugmentation",
    "HostExtractor",
    "Infeasible",
    "Int",
    "Leaderboard",
    "Loss",
    "Plugin",
    "PluginError",
    "Result",
    "Setting",
    "Shape",
    "SinesweepError",
    "Stage",
    "State",
    "Sweep",
    "SweepError",
    "SweepFailed",
    "Task",
    "Trial",
    "UserError",
    "When",
    "read_sweep",
]

_LATER = {"Leaderboard": "sinesweep.leaderboard", "Sweep": "sinesweep.sweep", "read_sweep": "sinesweep.sweepfile"}
"""What needs numpy: it is imported when it is first used, because a plugin and `sinesweep plugins` never do."""


def __getattr__(name: str) -> Any:
    """Imports what comes later."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_LATER[name]), name)
