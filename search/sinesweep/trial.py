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


def plugins_of(config: Config) -> set[str]:
    """The plugins of a configuration, each as messages name it: `features 'log_mel'`, `augmentation 'gain'`."""
    single = {f"{kind} '{config[kind]['name']}'" for kind in ("features", "architecture", "loss")}
    return single | {f"augmentation '{each['name']}'" for each in config["augmentations"]}


class State(enum.StrEnum):
    """How a trial ended."""

    COMPLETE = "complete"
    PRUNED = "pruned"
    INFEASIBLE = "infeasible"
    FAILED = "failed"
    PAUSED = "paused"
    INTERRUPTED = "interrupted"

    @property
    def spent(self) -> bool:
        """Whether such an end counts against the budget."""
        return self in (State.COMPLETE, State.PRUNED, State.FAILED, State.PAUSED)


class Cause(enum.StrEnum):
    """Why a trial has no score."""

    INFEASIBLE = "infeasible"
    LIMIT = "limit"
    NAN = "nan"
    OUT_OF_MEMORY = "out_of_memory"
    HUNG = "hung"
    LOST = "lost"
    PLUGIN = "plugin"
    DISK = "disk"
    ERROR = "error"


@dataclass(frozen=True)
class Trial:
    """What to do.

    Attributes:
        seed: all chance of the trial comes from it.
        first: the number under which an interrupted or paused trial was tried first; it goes on under a new one.
        until: the epoch of the first fold after which it is paused, to see whether it earns the rest; None for never.
        accumulate: in how many parts, one after another, a batch passes the network; their gradients make one step.
        lost: how often the process that trained it was lost.
        continues: the origin of the finished trial that it goes on from, with more epochs; None for a search's own.
        repeats: the origin of the finished trial that it trains once more, with a seed of its own; None likewise.
    """

    number: int
    config: Config
    seed: int
    first: int | None = None
    until: int | None = None
    accumulate: int = 1
    lost: int = 0
    continues: int | None = None
    repeats: int | None = None

    @property
    def searched(self) -> bool:
        """Whether the search asked for it; what somebody wants of finished trials is no part of the search."""
        return self.continues is None and self.repeats is None

    @property
    def origin(self) -> int:
        """The number under which it was tried first, after which its checkpoint is named."""
        return self.number if self.first is None else self.first


TRAIN_LOSS, VALID_LOSS = "train_loss", "valid_loss"
"""The keys of an epoch's mean losses in a history, on both parts by the loss that is trained with, and so in one unit;
all other keys are metrics of the validation part. Histories of an older Sinesweep hold the first or none of them."""

FEWEST_FOLDS = 5
"""Of fewer folds, those that end before the last are too few for a Wilcoxon test to find anything."""


@dataclass(frozen=True)
class Report:
    """How it goes: the metrics of the validation part after `epoch` (from 1) of `fold` (from 0).

    Attributes:
        folds: the scores of all folds that have ended, where one has ended just now; none within a fold. Trials of
            fewer than `FEWEST_FOLDS` do not tell them.
    """

    number: int
    fold: int
    epoch: int
    metrics: Mapping[str, float]
    folds: tuple[Mapping[str, float], ...] = ()


@dataclass(frozen=True)
class Failure:
    """Why a trial has no score.

    Attributes:
        message: one sentence, for everybody.
        detail: more, for the author of a plugin.
        plugin: whose fault it is, as `plugins_of` names it; empty where no plugin is to blame.
    """

    cause: Cause
    message: str
    detail: str = ""
    plugin: str = ""


@dataclass(frozen=True)
class FoldScore:
    """What one fold gave: its metrics at the end, and those of every epoch, each with both losses."""

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
        unfinished: the history of the fold in which it was ended; empty where it ended between folds.
        parameters: trainable and other weights of the network.
        costs: what else it costs, by the names of `sinesweep.objectives.COSTS`, as far as it is known.
        seconds: wall time of the trial; `phases` says on what it went.
        predictions: the file with the probabilities for every validation clip, relative to the sweep's folder.
        began, ended: when a worker had it last, in epoch seconds of the driver's clock; None where none ever had.
        worker: which of the workers that ran at the same time, from 1; None likewise.
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
    costs: Mapping[str, float] = field(default_factory=dict)
    unfinished: tuple[Mapping[str, float], ...] = ()
    began: float | None = None
    ended: float | None = None
    worker: int | None = None

    @property
    def was_queued(self) -> bool:
        """Whether no worker had it yet when the search was stopped: it is no trial of which anything came."""
        return self.state is State.INTERRUPTED and self.began is None

    @property
    def spent(self) -> bool:
        """Whether it counts against the budget; trials that were no part of the search do not."""
        return self.state.spent and self.trial.searched
