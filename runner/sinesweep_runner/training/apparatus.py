"""Apparatus: the Keras models with which one configuration learns and answers.

A backend traces, and perhaps compiles, a graph at its first use, which takes as long as a hundred steps. Two folds of a
trial, two seeds, two learning rates, two strengths of an augmentation or, see `adjustable`, two dropout rates differ in
the values of variables alone. So an apparatus whose structure is that of the last one in this process hands its values
over to that, whose graphs are there already.
"""

from __future__ import annotations

import dataclasses
import itertools
import random
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from sinesweep.contract import Stage
from sinesweep.dataset import Task
from sinesweep_runner import backend
from sinesweep_runner.training.adjustable import adjust, adjusted
from sinesweep_runner.training.assembly import (
    Step,
    build_answerer,
    build_augmentations,
    build_loss,
    build_network,
    build_weights,
)
from sinesweep_runner.training.chance import seed_states
from sinesweep_runner.training.inputs import Inputs
from sinesweep_runner.training.manysteps import StepGraph
from sinesweep_runner.training.normalisation import normaliser
from sinesweep_runner.training.optimizers import optimizer
from sinesweep_runner.training.scale import Scale
from sinesweep_runner.training.structure import Structure
from sinesweep_runner.training.trainee import Trainee

KEPT_WEIGHTS = 20_000_000
"""An apparatus of a larger network is not kept: beside it the next might find too little memory."""


@dataclass(frozen=True)
class Apparatus:
    """Models that share their weights.

    Attributes:
        front: the front end, as far as it is a part of the model.
        normaliser: between the front end and the network.
        network: features → logits.
        answerer: what answers are read from, `Inputs.answer_source`, → answers.
        loss: of targets and logits, as its plugin built it.
        trainee: what takes a training step.
        graph: what takes many of them.
        chance: the seed, where some augmentation may hold it otherwise than in a variable; else None.
    """

    front: keras.Model | None
    normaliser: keras.layers.Layer
    network: keras.Model
    answerer: keras.Model
    loss: Any
    trainee: Trainee
    graph: StepGraph
    chance: int | None

    @property
    def variables(self) -> list[keras.Variable]:
        """All that training changes: weights, the optimizer's values, and the states of all generators of chance."""
        return [*self.trainee.variables, *self.trainee.optimizer.variables]


_kept: list[tuple[Structure, Apparatus]] = []


def build(
    inputs: Inputs,
    rows: np.ndarray,
    seed: int,
    accumulate: int = 1,
    class_weights: np.ndarray | None = None,
    scale: Scale | None = None,
) -> Apparatus:
    """An apparatus with the values of a new one; the last one of the same structure is of no use afterwards.

    Its models may be older: their weights are right, their configs may state dropout, L1 and L2 of an earlier trial.

    Args:
        rows: the examples on which the statistics of the normalisation are measured.
        seed: of the network's first weights, of its chance, and of the augmentations.
        accumulate: in how many parts, one after another, a batch passes the network.
        class_weights: how much a clip of each class counts `(classes,)`; None for all the same.
        scale: what turns z-scored answers into values; None where answers are probabilities.

    Raises:
        Infeasible, PluginFault: as the functions of `assembly`.
    """
    structure = Structure.of(inputs, rows, accumulate, class_weights is None, scale)

    def made() -> Apparatus:
        return _build(inputs, rows, seed, accumulate, class_weights, scale)

    last = _serving(structure, inputs)
    if last is not None:
        # Not by Keras: a new seed of TensorFlow's own would cost it all its graphs.
        random.seed(seed % 2**32)
        np.random.seed(seed % 2**32)  # noqa: NPY002 - whatever a plugin draws from
        fresh = made()
        if _taken_over(last, fresh):
            # Where features are kept, no graph knows which front end they came from.
            last = dataclasses.replace(last, front=fresh.front)
            _kept[0] = structure, last
            return last
    forget()  # its room may be needed
    keras.utils.set_random_seed(seed % 2**32)
    fresh = made()
    if fresh.network.count_params() <= KEPT_WEIGHTS:
        _kept.append((structure, fresh))
    return fresh


def _serving(structure: Structure, inputs: Inputs) -> Apparatus | None:
    """The last apparatus, where its graphs are those of this structure."""
    return next((last for known, last in _kept if known.serves(last.network, last.loss, structure, inputs)), None)


def _taken_over(kept: Apparatus, fresh: Apparatus) -> bool:
    """Gives the values of one to the other; False where it would not become the same by that.

    Then some layer has grown since it was first called, or chance is more than values.
    """
    if kept.chance != fresh.chance:
        return False
    pairs = list(itertools.zip_longest(kept.variables, fresh.variables))
    if any(old is None or new is None or old.shape != new.shape for old, new in pairs):
        return False
    for old, new in pairs:
        old.assign(new)
    return True


def forget() -> None:
    """Frees the memory of the last apparatus, its graphs included."""
    _kept.clear()
    backend.release_graphs()


def tidy() -> None:
    """Frees what models that are gone have left, where that does not cost the graphs of the last apparatus."""
    if not _kept:
        keras.backend.clear_session(free_memory=False)


def _build(
    inputs: Inputs,
    rows: np.ndarray,
    seed: int,
    accumulate: int,
    class_weights: np.ndarray | None,
    scale: Scale | None,
) -> Apparatus:
    parts, config, outputs = inputs.parts, inputs.config, inputs.material.outputs
    augmentations = _augmentations(inputs, seed % 2**31)
    front = inputs.front()
    between = normaliser(parts.features, inputs.feature_batches(front, rows))
    network = build_network(parts, config, inputs.shape, outputs)
    features = Step("features", config["features"]["name"], front)
    before = [*augmentations[Stage.WAVEFORM], *augmentations[Stage.WAVEFORM_BATCH], features]
    way = [
        *(before if inputs.from_waveform else ()),
        features._replace(layer=between),
        *augmentations[Stage.FEATURES],
        *augmentations[Stage.BATCH],
    ]
    loss = build_loss(parts, config, inputs.material.task)
    weigh, smoothing = adjusted(loss.layer)
    whole, settings = Step("architecture", config["architecture"]["name"], network), [*adjust(network), *smoothing]
    trainee = Trainee(way, whole, loss._replace(layer=weigh), class_weights, settings)
    chosen = optimizer(parts.fit, accumulate)
    trainee.compile(chosen, jit_compile=backend.compiles())
    # An optimizer that is built while a step is traced makes TensorFlow trace that step twice.
    chosen.build(trainee.trainable_variables)
    layers, shape = ([between], inputs.shape) if inputs.kept else ([front, between], inputs.entry_shape)
    answerer = build_answerer(layers, shape, network, answer(inputs.material.task, scale))
    seeded = all(seed_states(step.layer) for steps in augmentations.values() for step in steps)
    return Apparatus(
        front, between, network, answerer, loss.layer, trainee, StepGraph(trainee), None if seeded else seed
    )


def _augmentations(inputs: Inputs, seed: int) -> dict[Stage, list[Step]]:
    """The layers of training steps with all their weights, by stage."""
    parts, config, length = inputs.parts, inputs.config, inputs.material.length
    found: dict[Stage, list[Step]] = {}
    for stage in [stage for stage in Stage if stage is not Stage.HOST]:
        found[stage] = build_augmentations(parts, config, stage, length.rate_hz, seed)
        example = (length.samples,) if stage.changes_waveforms else inputs.shape
        for step in found[stage]:
            build_weights(step, example, (inputs.material.outputs,))
    return found


def answer(task: Task, scale: Scale | None) -> keras.layers.Layer:
    """What turns logits into answers."""
    return scale.layer() if scale is not None else keras.layers.Activation(task.activation, name="probabilities")
