"""Apparatus: the Keras models with which one configuration learns and answers."""

from __future__ import annotations

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
from sinesweep_runner.training.trainee import Trainee


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


def assemble(
    inputs: Inputs,
    rows: np.ndarray,
    seed: int,
    accumulate: int,
    class_weights: np.ndarray | None,
    scale: Scale | None,
) -> Apparatus:
    """A new one, that has traced nothing; the arguments are those of `shelf.build`."""
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
