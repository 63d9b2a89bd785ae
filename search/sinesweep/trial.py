"""One trial in three facts: what to do, how it goes, what came of it. All are values: frozen, and JSON both ways."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Config = Mapping[str, Any]
"""A full configuration, as `SearchSpace.suggest` writes it:

    {"features":      {"name": "log_mel", "n_mels": 64, …},
     "architecture":  {"name": "cnn", …},
     "loss":          {"name": "cross_entropy", …},
     "augmentations": [{"name": "gain", …}, …],
     "fit":           {"epochs": 30, …}}
"""


class State(enum.StrEnum):
    """How a trial ended."""

    COMPLETE = "complete"
    PRUNED = "pruned"
    INFEASIBLE = "infeasible"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def spent(self) -> bool:
        """Whether such an end counts against the budget."""
        return self in (State.COMPLETE, State.PRUNED, State.FAILED)


class Cause(enum.StrEnum):
    """Why a trial has no score."""

    INFEASIBLE = "infeasible"
    NAN = "nan"
    OUT_OF_MEMORY = "out_of_memory"
    LOST = "lost"
    PLUGIN = "plugin"
    DISK = "disk"
    ERROR = "error"


@dataclass(frozen=True)
class Trial:
    """What to do."""

    number: int
    config: Config
    seed: int


@dataclass(frozen=True)
class Report:
    """How it goes: the metrics of the validation part after `epoch` (from 1) of `fold` (from 0)."""

    number: int
    fold: int
    epoch: int
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class Failure:
    """Why a trial has no score; `detail` is for the author of a plugin, `message` for everybody."""

    cause: Cause
    message: str
    detail: str = ""


@dataclass(frozen=True)
class FoldScore:
    """What one fold gave: its metrics at the end, and those of every epoch."""

    metrics: Mapping[str, float]
    history: tuple[Mapping[str, float], ...]
    epochs: int


@dataclass(frozen=True)
class Result:
    """What came of it.

    Attributes:
        value: the objective on the validation part (mean over folds); None without one.
        metrics: every metric, mean over folds.
        folds: a score a fold.
        parameters: trainable and other weights of the network.
        seconds: wall time of the trial; `phases` says on what it went.
        predictions: the file with the probabilities for every validation clip, relative to the sweep's folder.
    """

    trial: Trial
    state: State
    value: float | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    folds: tuple[FoldScore, ...] = ()
    parameters: int = 0
    seconds: float = 0.0
    phases: Mapping[str, float] = field(default_factory=dict)
    device: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    failure: Failure | None = None
    predictions: str | None = None
