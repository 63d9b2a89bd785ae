"""Sweep: the file that a user writes. The same names in YAML and in Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from sinesweep import registry
from sinesweep.contract import LABELS
from sinesweep.errors import PluginError, did_you_mean
from sinesweep.metrics import DEFAULT_OBJECTIVES, METRICS
from sinesweep.space import SearchSpace
from sinesweep.split import SplitRequest

VECTOR = "vector"
"""The front end of data that have none."""


class Section(BaseModel):
    """A part of the file: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Data(BaseModel):
    """Which clips. Beside `reader` stand the settings of that reader: `sinesweep plugins datasets` lists them."""

    model_config = ConfigDict(extra="allow", frozen=True)

    reader: str = Field(description="who reads the data set: folder, table, pattern, esc50, fsdd, or module:Class")
    labels: tuple[str, ...] = Field(
        (),
        description=f"what the labels tell, so that augmentations that would make them wrong are warned about:"
        f" {', '.join(LABELS)}",
    )

    @field_validator("labels")
    @classmethod
    def _known_labels(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in LABELS:
                raise ValueError(f"'{name}' is nothing that labels tell.{did_you_mean(name, LABELS)}")
        return names

    def settings(self) -> dict[str, Any]:
        """The reader's own settings."""
        return dict(self.model_extra or {})


class Audio(Section):
    """How a clip becomes a waveform of fixed length. What is not given is measured on the data."""

    rate_hz: int | None = Field(None, ge=1000, le=384_000, description="sample rate; default: the clips' most common")
    seconds: float | None = Field(None, gt=0, le=3600, description="length that the network sees; default: measured")
    length: Literal["pad", "crop", "loop", "windows"] = Field(
        "pad", description="what to do with clips of another length: zeros behind, the centre, repeat, or many windows"
    )
    hop_s: float | None = Field(None, gt=0, description="step between windows; default: half of `seconds`")
    problems: Literal["auto", "skip", "stop"] = Field(
        "auto", description="what to do with bad files; auto: stop if more than 1 % are bad, else skip them and say so"
    )


class Search(Section):
    """How configurations are chosen and judged."""

    objective: str = Field(
        "accuracy",
        description=f"what is to be best: {', '.join(METRICS)}; where it is left out:"
        f" {', '.join(f'{name} in {task}' for task, name in DEFAULT_OBJECTIVES.items())}",
    )
    sampler: Literal["tpe", "random", "grid", "qmc", "cmaes", "gp", "nsga2"] = "tpe"
    pruner: Literal["median", "hyperband", "asha", "none"] = Field("median", description="who ends hopeless trials")
    startup_trials: int = Field(
        10, ge=1, description="random trials before the sampler and the pruner trust themselves"
    )
    seed: int = Field(0, ge=0, description="all chance of the sweep comes from this number")

    @field_validator("objective")
    @classmethod
    def _known_objective(cls, name: str) -> str:
        if name not in METRICS:
            raise ValueError(f"no metric named '{name}'.{did_you_mean(name, METRICS)}")
        return name


class Budget(Section):
    """When to stop; absolute, so that a resumed sweep does not begin to count again."""

    trials: int = Field(50, ge=1, description="trials that end with a score, pruned or failed; not infeasible ones")
    hours: float | None = Field(None, gt=0, description="wall-clock time of the search, summed over resumes")


class Workers(Section):
    """Where trials run."""

    count: Annotated[int, Field(ge=1)] | Literal["auto"] = Field(
        "auto", description="trials at the same time; auto: as many as fit"
    )
    cpus_per_trial: float = Field(1, gt=0, description="cores that a trial may use")
    gpus_per_trial: float | None = Field(
        None, ge=0, description="GPUs that a trial is given, may be a fraction; default: one where there are any"
    )
    address: str | None = Field(
        None,
        description="a running Ray cluster to join: auto or HOST:PORT; all its machines need the same folders (sounds,"
        " cache, sweep) at the same paths",
    )


def _as_mapping(section: Any) -> Any:
    """`[gain, {noise: {…}}]` and `gain` mean `{gain: null, noise: {…}}`; any other form stays as it is."""
    if isinstance(section, str):
        return {section: None}
    if not (isinstance(section, list) and all(isinstance(entry, str | dict) for entry in section)):
        return section
    merged: dict[str, Any] = {}
    for entry in section:
        merged |= entry if isinstance(entry, dict) else {entry: None}
    return merged


def with_front_end(document: Any) -> Any:
    """A sweep document whose data are vectors and that names no front end takes the vectors as they are."""
    data = document.get("data") if isinstance(document, Mapping) else None
    reader = data.get("reader") if isinstance(data, Mapping) else getattr(data, "reader", None)
    if not isinstance(reader, str) or document.get("features") is not None:
        return document
    try:
        gives_vectors = registry.load("datasets", reader).gives_vectors
    except PluginError:  # it is told with the other problems of the file
        return document
    return {**document, "features": {VECTOR: None}} if gives_vectors else document


Plugins = Annotated[dict[str, dict[str, Any] | None], BeforeValidator(_as_mapping)]


class Sweep(Section):
    """A search over front ends, networks, losses, augmentations and training settings on one data set."""

    name: str = Field(pattern=r"^[\w][\w .-]*$", description="names the sweep and its folder")
    data: Data
    audio: Audio = Audio()
    split: SplitRequest = SplitRequest()
    features: Plugins = Field(min_length=1, description="feature extractors to choose from")
    architectures: Plugins = Field(min_length=1, description="networks to choose from")
    losses: Plugins = Field(
        {"cross_entropy": {"label_smoothing": 0.0}},
        min_length=1,
        description="losses; where none is named: cross_entropy in classification, binary_cross_entropy in multi_label,"
        " mean_squared_error in regression",
    )
    augmentations: Plugins = Field({}, description="augmentations; each is on or off in a trial unless `enabled` says")
    fit: dict[str, Any] = Field({}, description="training settings: epochs, batch_size, optimizer, learning_rate, …")
    baseline: str | None = Field(
        "svm",
        description="the classical model that runs as trial 0; null for none; where it is left out: svm in"
        " classification, logistic_regression in multi_label, ridge in regression",
    )
    search: Search = Search()
    budget: Budget = Budget()
    enqueue: list[dict[str, Any]] = Field([], description="points to try first, as {dimension: value}")
    workers: Workers = Workers()
    storage: str | None = Field(None, description="an Optuna storage URL; default: a journal in the sweep's folder")

    _front_end = model_validator(mode="before")(with_front_end)

    def space(self) -> SearchSpace:
        """The search space.

        Raises:
            SweepError: unknown plugins or settings, values out of range; all at once.
        """
        kinds = ("features", "architectures", "losses", "augmentations")
        return SearchSpace.of({kind: getattr(self, kind) for kind in kinds}, self.fit)
