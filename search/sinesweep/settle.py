"""What a sweep leaves open, settled once its data are known; and what does not fit them, refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from sinesweep import registry
from sinesweep.blame import blaming
from sinesweep.block import Block
from sinesweep.contract import Loss
from sinesweep.dataset import Dataset, Task, listed
from sinesweep.errors import Infeasible, PluginError, PluginFault, SweepError
from sinesweep.metrics import DEFAULT_OBJECTIVES, metric, metrics_for
from sinesweep.objectives import COSTS
from sinesweep.picks import random_pick
from sinesweep.sections import Audio
from sinesweep.settings import make
from sinesweep.sweep import Sweep

DEFAULT_LOSSES: Mapping[Task, Mapping[str, Mapping[str, Any] | None]] = {
    Task.CLASSIFICATION: {"cross_entropy": {"label_smoothing": 0.0}},
    Task.MULTI_LABEL: {"binary_cross_entropy": {"label_smoothing": 0.0}},
    Task.REGRESSION: {"mean_squared_error": None},
}
DEFAULT_BASELINES: Mapping[Task, Mapping[str, Mapping[str, Any] | None]] = {
    Task.CLASSIFICATION: {"svm": None},
    Task.MULTI_LABEL: {"logistic_regression": None},
    Task.REGRESSION: {"ridge": None},
}


def settle(sweep: Sweep, dataset: Dataset) -> Sweep:
    """The sweep with an objective, losses and a baseline for the task of its data, where it names none.

    Raises:
        SweepError: what it names does not fit the task, or does not fit data that are vectors; all at once.
    """
    settled = _completed(sweep, dataset.task)
    problems = [
        *_objectives(settled, dataset),
        *_losses(settled, dataset),
        *_baseline(settled, dataset.task),
        *_class_weights(settled, dataset.task),
        *_front_ends(settled, dataset),
    ]
    if problems:
        raise SweepError(*problems)
    return settled


def _completed(sweep: Sweep, task: Task) -> Sweep:
    found: dict[str, Any] = {}
    if "losses" not in sweep.model_fields_set:
        found["losses"] = dict(DEFAULT_LOSSES[task])
    if "baseline" not in sweep.model_fields_set:
        found["baseline"] = dict(DEFAULT_BASELINES[task])
    if "objectives" not in sweep.search.model_fields_set:
        found["search"] = sweep.search.model_copy(update={"objectives": (DEFAULT_OBJECTIVES[task],)})
    return sweep.model_copy(update=found)


def _objectives(sweep: Sweep, dataset: Dataset) -> Iterator[str]:
    task = dataset.task
    for judged in (metric(name) for name in sweep.search.objectives if name not in COSTS):
        if task not in judged.tasks:
            yield (
                f"search.objective: {judged.name} cannot judge {task}, which is what the data ask for; expected one of"
                f" {', '.join(metrics_for(task))}"
            )
        elif not judged.tells(len(dataset.classes)):
            yield (
                f"search.objective: of {len(dataset.classes)} classes, {judged.name} is the same for every answer;"
                f" expected a metric such as accuracy, or {judged.classes} classes at least"
            )


def _losses(sweep: Sweep, dataset: Dataset) -> Iterator[str]:
    for name, block in sweep.space().choices["loss"].items():
        kind = registry.load("losses", name)
        if dataset.task not in kind.tasks:
            yield (
                f"losses.{name}: it is for {listed(kind.tasks)}, and the data ask for {dataset.task}; expected one of"
                f" {', '.join(_for_task('losses', dataset.task))}"
            )
            continue
        try:
            loss = _some(kind, block)
            with blaming("loss", name, "check"):
                loss.check(dataset.task, dataset.outputs)
        except Infeasible as reason:
            yield f"losses.{name}: {reason}"
        except PluginFault as fault:
            yield str(fault)


def _baseline(sweep: Sweep, task: Task) -> Iterator[str]:
    if sweep.baseline is None:
        return
    [name] = sweep.baseline
    kind = registry.load("baselines", name)
    if task not in kind.tasks:
        yield (
            f"baseline: {name} is for {listed(kind.tasks)}, and the data ask for {task}; expected one of"
            f" {', '.join(_for_task('baselines', task))}, or null for none"
        )


def _class_weights(sweep: Sweep, task: Task) -> Iterator[str]:
    asked = sweep.space().fit.values("class_weights")
    if task is not Task.CLASSIFICATION and "balanced" in (asked or ()):
        yield f"fit.class_weights: 'balanced' counts clips of one class each, and the data ask for {task}; leave it out"


def _front_ends(sweep: Sweep, dataset: Dataset) -> Iterator[str]:
    vectors = bool(dataset.columns)
    takes = {name: registry.load("features", name).takes_vectors for name in sweep.features}
    wrong = [name for name, for_vectors in takes.items() if for_vectors is not vectors]
    if wrong and vectors:
        yield f"features.{wrong[0]}: it hears sound, and the data are vectors; leave `features` out, or name vector"
    elif wrong:
        yield f"features.{wrong[0]}: it is for vectors, and the data are sounds; expected a front end such as log_mel"
    if vectors and sweep.audio != Audio():
        yield "audio: the data are vectors and have no sound; leave this section out"
    heard = [name for name in sweep.augmentations if registry.load("augmentations", name).stage.changes_waveforms]
    if vectors and heard:
        yield f"augmentations.{heard[0]}: it changes sound, and the data are vectors; leave it out"


def _for_task(kind: str, task: Task) -> Iterator[str]:
    """The installed plugins of a kind that serve a task; a broken one serves none."""
    for name in registry.names(kind):
        try:
            if task in registry.load(kind, name).tasks:
                yield name
        except PluginError:
            continue


def _some(kind: type[Loss], block: Block) -> Loss:
    """The loss at a point of its range."""
    loss: Loss = make(kind, block.suggest(random_pick(np.random.default_rng(0))), block.prefix)
    return loss
