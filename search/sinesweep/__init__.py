"""Sinesweep: the language of audio sweeps. Pure data and rules; nothing here needs a deep-learning library."""

from sinesweep.contract import (
    Architecture,
    Augmentation,
    Baseline,
    DatasetReader,
    FeatureExtractor,
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
from sinesweep.leaderboard import Leaderboard
from sinesweep.settings import When
from sinesweep.sweep import Sweep
from sinesweep.sweepfile import read_sweep
from sinesweep.trial import Result, State, Trial

__all__ = [
    "Architecture",
    "ArtifactError",
    "Augmentation",
    "Baseline",
    "Choice",
    "Clip",
    "Dataset",
    "DatasetError",
    "DatasetReader",
    "FeatureExtractor",
    "Float",
    "Infeasible",
    "Int",
    "Leaderboard",
    "Loss",
    "Plugin",
    "PluginError",
    "Result",
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
