"""Structure: what a training graph follows from. Trials, folds and seeds of the same structure can share one graph."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sinesweep.contract import Augmentation, Augmenter, Stage
from sinesweep.identity import identity
from sinesweep_runner.training.adjustable import outline
from sinesweep_runner.training.assembly import build_loss, build_network, stage_of
from sinesweep_runner.training.batches import batches_per_epoch
from sinesweep_runner.training.inputs import Inputs
from sinesweep_runner.training.scale import Scale

OUTSIDE = ("learning_rate", "schedule", "epochs", "patience", "class_weights")
"""Settings of training that no graph knows of: they are values of variables, or nothing at all to it."""


@dataclass(frozen=True)
class Structure:
    """Equal where graphs are the same.

    Attributes:
        network, loss: their plugins with all settings. Others may have the same graph, see `Wanted`.
        rest: all the rest, the kinds of these plugins included.
    """

    network: Any
    loss: Any
    rest: Any

    @classmethod
    def of(cls, inputs: Inputs, rows: np.ndarray, accumulate: int, unweighted: bool, scale: Scale | None) -> Structure:
        """Of a trial that trains on these rows; the arguments are those of `shelf.build`."""
        parts, material = inputs.parts, inputs.material
        fit = dataclasses.replace(parts.fit, **{name: getattr(type(parts.fit)(), name) for name in OUTSIDE})
        others = _front(inputs), _in_graph(parts.augmentations)
        kinds = type(parts.architecture), type(parts.loss)
        shapes = inputs.shape, inputs.entry_shape, inputs.kept, inputs.from_waveform, material.length
        _, size = batches_per_epoch(len(rows), parts.fit.batch_size, accumulate)
        rest = material.task, material.outputs, size, accumulate, unweighted, scale
        return cls(identity(parts.architecture), identity(parts.loss), [*others, kinds, fit, shapes, rest])


class Wanted:
    """The graphs that a trial wants: its structure, and what it would build, where that has to be looked at."""

    def __init__(self, structure: Structure, inputs: Inputs) -> None:
        """Nothing is built yet; the structure is that of a trial with these inputs."""
        self._structure, self._inputs = structure, inputs

    def are_of(self, structure: Structure, network: Any, loss: Any) -> bool:
        """Whether they are those of this structure, of that network and that loss.

        Where plugins have other settings, they are asked to build once more: only settings of adjustable parts may
        differ in the outcome.
        """
        if self._structure.rest != structure.rest:
            return False
        if self._structure.loss != structure.loss and not _alike(outline(loss), self._loss):
            return False
        return self._structure.network == structure.network or _alike(outline(network), self._network)

    @cached_property
    def _network(self) -> Any:
        inputs = self._inputs
        return outline(build_network(inputs.parts, inputs.config, inputs.shape, inputs.material.outputs))

    @cached_property
    def _loss(self) -> Any:
        inputs = self._inputs
        return outline(build_loss(inputs.parts, inputs.config, inputs.material.task).layer)


def _front(inputs: Inputs) -> Any:
    """What graphs know of the front end: only how its features are normalised, where all begin behind it."""
    features = inputs.parts.features
    return identity(features) if inputs.from_waveform else features.normalisation


def _in_graph(augmentations: Iterable[Augmenter]) -> list[Any]:
    """What graphs know of the augmentations that stand in them: all but the settings that are held in weights."""
    return [
        identity(each, leave_out=each.adjustable)
        for each in augmentations
        if isinstance(each, Augmentation) and stage_of(each) is not Stage.HOST
    ]


def _alike(one: Any, other: Any) -> bool:
    """Whether two outlines are known, and equal."""
    return one is not None and one == other
