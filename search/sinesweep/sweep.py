"""Sweep: the file that a user writes. The same names in YAML and in Python."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from sinesweep.errors import did_you_mean
from sinesweep.metrics import METRICS
from sinesweep.space import SearchSpace
from sinesweep.split import SplitRequest


class Section(BaseModel):
    """A part of the file: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Data(BaseModel):
    """Which clips. Beside `reader` stand the settings of that reader: `sinesweep plugins datasets` lists them."""

    model_config = ConfigDict(extra="allow", frozen=True)

    reader: str = Field(description="who reads the data set: folder, table, pattern, esc50, fsdd, or module:Class")

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

    objective: str = Field("accuracy", description=f"what is to be best: {', '.join(METRICS)}")
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


Plugins = Annotated[dict[str, dict[str, Any] | None], BeforeValidator(_as_mapping)]


class Sweep(Section):
    """A search over front ends, networks, losses, augmentations and training settings on one data set."""

    name: str = Field(pattern=r"^[\w][\w .-]*$", description="names the sweep and its folder")
    data: Data
    audio: Audio = Audio()
    split: SplitRequest = SplitRequest()
    features: Plugins = Field(min_length=1, description="feature extractors to choose from")
    architectures: Plugins = Field(min_length=1, description="networks to choose from")
    losses: Plugins = Field({"cross_entropy": {"label_smoothing": 0.0}}, min_length=1, description="losses")
    augmentations: Plugins = Field({}, description="augmentations; each is on or off in a trial unless `enabled` says")
    fit: dict[str, Any] = Field({}, description="training settings: epochs, batch_size, optimizer, learning_rate, …")
    baseline: str | None = Field("svm", description="the classical model that runs as trial 0; null for none")
    search: Search = Search()
    budget: Budget = Budget()
    enqueue: list[dict[str, Any]] = Field([], description="points to try first, as {dimension: value}")
    workers: Workers = Workers()
    storage: str | None = Field(None, description="an Optuna storage URL; default: a journal in the sweep's folder")

    def space(self) -> SearchSpace:
        """The search space.

        Raises:
            SweepError: unknown plugins or settings, values out of range; all at once.
        """
        kinds = ("features", "architectures", "losses", "augmentations")
        return SearchSpace.of({kind: getattr(self, kind) for kind in kinds}, self.fit)
