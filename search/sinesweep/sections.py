"""Sections: the parts of a sweep file, each with its keys, their ranges and what they mean."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_serializer, field_validator, model_validator

from sinesweep.amounts import WRITTEN, amount
from sinesweep.contract import LABELS
from sinesweep.errors import did_you_mean
from sinesweep.metrics import DEFAULT_OBJECTIVES, METRICS
from sinesweep.objectives import COSTS, check_objectives
from sinesweep.trial import FEWEST_FOLDS

Amount = Annotated[
    float,
    Field(gt=0),
    BeforeValidator(amount, json_schema_input_type=float | Annotated[str, Field(pattern=WRITTEN)]),
]
"""A number above 0, or `100k`, `2.5M`."""


HIGHEST_PORT = 65535


def _as_names(names: Any) -> Any:
    """`accuracy` means `[accuracy]`."""
    return (names,) if isinstance(names, str) else names


class Section(BaseModel):
    """A part of the file: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Data(BaseModel):
    """Which clips. Beside `reader` stand the settings of that reader: `sinesweep plugins datasets` lists them."""

    model_config = ConfigDict(extra="allow", frozen=True)

    reader: str = Field(description="who reads the data set: an installed reader, or module:Class")
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

    objectives: Annotated[tuple[str, ...], BeforeValidator(_as_names, json_schema_input_type=str | list[str])] = Field(
        ("accuracy",),
        alias="objective",
        description="what is to be best, a name or a list of names, of which the first ranks and prunes trials and the"
        f" others make a Pareto front with it: {', '.join(METRICS)}, or top_K_accuracy with another K;"
        f" after the first also a cost: {', '.join(COSTS)};"
        f" where it is left out: {', '.join(f'{name} in {task}' for task, name in DEFAULT_OBJECTIVES.items())}",
    )
    sampler: Literal["tpe", "random", "grid", "qmc", "cmaes", "gp", "nsga2"] = Field(
        "tpe",
        description="who chooses the next trial: tpe, cmaes, gp and nsga2 learn from those before it, random and qmc"
        " (evenly spread) do not, grid goes through every value; gp needs `sinesweep[gp]`",
    )
    pruner: Literal["median", "hyperband", "asha", "none"] = Field(
        "median",
        description="who ends hopeless trials; asha pauses them instead, and the best go on from their checkpoints;"
        " trials with augmentations are first judged after half as many epochs again."
        f" With {FEWEST_FOLDS} folds or more, each also ends a trial of which a Wilcoxon test finds the folds that have"
        " ended worse than those of the best trial; fewer folds can prove nothing, and of several objectives the first"
        " alone is no reason",
    )
    startup_trials: int = Field(
        10, ge=1, description="random trials before the sampler and the pruner trust themselves"
    )
    seed: int = Field(0, ge=0, description="all chance of the sweep comes from this number")

    @field_validator("objectives")
    @classmethod
    def _known_objectives(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        check_objectives(names)
        return names

    @field_serializer("objectives")
    def _one_or_many(self, names: tuple[str, ...]) -> str | tuple[str, ...]:
        return names[0] if len(names) == 1 else names

    @model_validator(mode="after")
    def _sampler_for_objectives(self) -> Search:
        if len(self.objectives) > 1 and self.sampler == "cmaes":
            raise ValueError("sampler cmaes knows one objective; take tpe, nsga2, gp, qmc, random or grid for several")
        return self

    @property
    def objective(self) -> str:
        """The first objective: trials are ranked and pruned by it."""
        return self.objectives[0]


class Limits(Section):
    """What a network may cost. One that costs more is not trained, and the sampler learns by how much it does."""

    parameters: Amount | None = Field(None, description=f"{COSTS['parameters']}, such as 100k")
    multiply_adds: Amount | None = Field(None, description=f"{COSTS['multiply_adds']}; such as 10M")
    model_bytes: Amount | None = Field(None, description=f"{COSTS['model_bytes']}, such as 500k")
    latency_ms: Amount | None = Field(
        None, description=f"{COSTS['latency_ms']}; it is measured before the first epoch, on a machine that may be busy"
    )

    def asked(self) -> dict[str, float]:
        """The limits that there are, by the name of what they limit."""
        return {name: float(limit) for name, limit in self if limit is not None}


class Budget(Section):
    """When to stop, and how much to keep; absolute, so that a resumed sweep does not begin to count again."""

    trials: int = Field(50, ge=1, description="trials that end with a score, pruned or failed; not infeasible ones")
    hours: float | None = Field(
        None,
        gt=0,
        description="wall-clock time of search and finals, summed over resumes; what the finalists will take is kept",
    )
    keep_checkpoints: int = Field(
        5, ge=0, description="so many of the best trials keep their final states, for `sinesweep continue`"
    )
    disk_gb: float | None = Field(
        None,
        gt=0,
        description="limit of the sweep's folder during the search, by all files in it; final states go for it, those"
        " of worse trials before those of better ones, and a sweep that does not fit without them stops. What is"
        " written after the search, best/ and a report of 1 MB or more, is added, and counts when the sweep goes on",
    )
    plateau: int | None = Field(
        None,
        ge=1,
        description="stop when so many trials in a row, with a score or pruned, have brought nothing better; of several"
        " objectives: nothing that is not beaten; trials that run by then are finished; default: go on",
    )
    tolerance: float = Field(
        0.0, ge=0, description="for `plateau`: by how much the first objective has to be better, in its own unit"
    )


class Finalists(Section):
    """The best trials, trained again on all folds with fresh seeds before one of them is crowned."""

    trials: int = Field(3, ge=0, description="so many of the best trials; 0 for none")
    seeds: int = Field(3, ge=1, description="fresh seeds for each of them; their mean is the score that counts")
    share: float = Field(
        0.35,
        ge=0,
        description="what they may cost, as a share of the time that the search has trained; where that is not enough,"
        " or budget.hours leaves less, there are fewer seeds, then fewer trials, 2 at least, or no finalists",
    )


class Workers(Section):
    """Where trials run."""

    count: Annotated[int, Field(ge=1)] | Literal["auto"] = Field(
        "auto", description="trials at the same time; auto: as many as fit, and as the budget has trials"
    )
    cpus_per_trial: float | None = Field(
        None,
        gt=0,
        description="cores that a trial may use; default: its part of them, up to 8, since small networks gain little"
        " from more; all, where one trial is trained at a time",
    )
    gpus_per_trial: float | None = Field(
        None,
        ge=0,
        description="GPUs that a trial is given, or a part of one, which is then all that it takes of its memory;"
        " 0 hides them; default: one where there are any, and with count: auto up to four trials share one, as far"
        " as each finds the memory that it needs",
    )
    trial_minutes: float | None = Field(
        None, gt=0, description="wall-clock limit of a trial; one that takes longer is ended, and the sampler learns it"
    )
    silent_minutes: float = Field(
        60,
        gt=0,
        description="a trial that says nothing for so long hangs, and its worker is killed; where the only worker is"
        " the sweep's own process, the trial is interrupted, or, if it cannot be, the sweep stops, and resumes without",
    )
    recycle_gb: float = Field(
        2,
        gt=0,
        description="a worker that has grown by so much memory, the GPU's included, since its first trial is replaced;"
        " it serves until its successor is ready",
    )
    recycle_trials: int | None = Field(None, ge=1, description="trials after which a worker is replaced in any case")
    retries: int = Field(2, ge=0, description="times that a trial whose worker was lost goes on from its last epoch")
    on_out_of_memory: Literal["halve_batch", "give_up"] = Field(
        "halve_batch",
        description="halve_batch tries a trial once more, half a batch at a time, with the gradients of both halves in"
        " one step; give_up tells the sampler at once",
    )
    address: str | None = Field(
        None,
        description="a running Ray cluster to join: auto or HOST:PORT; its machines need Ray and the driver's Python"
        " alone, are provided with what else they lack, and are sent the sound where they do not see its cache",
    )

    @field_validator("address")
    @classmethod
    def _reachable(cls, address: str | None) -> str | None:
        if address is None or address == "auto":
            return address
        if address.startswith("ray://"):
            raise ValueError(
                f"{address!r} is an address of Ray Client, which is not used here; give the port of the cluster's head"
                " itself, HOST:6379 where none was chosen"
            )
        found = re.fullmatch(r"(?:\[[0-9a-fA-F:.]+\]|[\w.-]+):(\d+)", address)
        if found is None:
            raise ValueError(f"expected auto or HOST:PORT, such as 10.0.0.5:6379, got {address!r}")
        if not 1 <= int(found[1]) <= HIGHEST_PORT:
            raise ValueError(f"expected a port from 1 to {HIGHEST_PORT}, got {address!r}")
        return address
