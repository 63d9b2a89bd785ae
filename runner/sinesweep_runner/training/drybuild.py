"""The dry build: a configuration is put together on shapes, so that what cannot work never reaches a device."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from sinesweep import limits
from sinesweep.blame import blaming, nobodys
from sinesweep.configuration import Parts
from sinesweep.contract import Stage
from sinesweep.dataset import Task
from sinesweep.lengths import Length
from sinesweep.trial import Config, Result, Trial
from sinesweep_runner.sizing import Size
from sinesweep_runner.training.assembly import build_augmentations, build_front, build_loss, build_network, check
from sinesweep_runner.training.costs import activations, costs
from sinesweep_runner.training.failures import failure_of
from sinesweep_runner.training.material import Material

DryBuild: TypeAlias = Callable[[Trial], Result | None]
"""Tries a configuration on shapes: what is sure to go wrong with it, or None."""


def dry_build_on(material: Material, expect: Callable[[Trial, Size], None] = lambda trial, size: None) -> DryBuild:
    """A dry build on the shapes of this material.

    Args:
        expect: is told how large the training is of every trial that can be built.
    """

    def judge(trial: Trial) -> Result | None:
        known: dict[str, float] = {}
        try:
            known, size = _weighed(trial.config, material.length, material.task, material.outputs)
            limits.check(material.limits, known)
            expect(trial, size)
        except nobodys():
            raise
        except BaseException as error:  # a plugin may raise anything; it is the trial's result
            state, failure = failure_of(error)
            return Result(trial, state, failure=failure, costs=known)
        return None

    return judge


def dry_build(config: Config, length: Length, task: Task, outputs: int) -> dict[str, float]:
    """Builds every part of a configuration, feeds none of them, and returns what is known of the network's costs.

    The weights of its network lie in the machine's memory, since that of GPUs is for trials.

    Raises:
        Infeasible, PluginFault, PluginError: as `assembly.check` and the functions that build.
    """
    return _weighed(config, length, task, outputs)[0]


def _weighed(config: Config, length: Length, task: Task, outputs: int) -> tuple[dict[str, float], Size]:
    """What the network costs, and how large its training is."""
    import keras

    from sinesweep_runner.training.reloading import check_reloads
    from sinesweep_runner.training.shelf import tidy  # these load Keras

    parts, shape = Parts.of(config), check(config, length)
    with keras.device("cpu:0"):
        front = build_front(parts, config, length, shape)
        for stage in Stage:
            build_augmentations(parts, config, stage, length.rate_hz, seed=0)
        with blaming("loss", config["loss"]["name"], "check"):
            parts.loss.check(task, outputs)
        build_loss(parts, config, task)
        network = build_network(parts, config, shape, outputs)
        if front is not None:
            check_reloads("features", config["features"]["name"], "layer", front)
        check_reloads("architecture", config["architecture"]["name"], "build", network)
    known, size = costs(network), Size(network.count_params(), parts.fit.batch_size * activations(network))
    tidy()
    return known, size
