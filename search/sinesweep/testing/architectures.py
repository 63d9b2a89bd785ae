"""What every architecture promises."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest import SkipTest

import numpy as np

from sinesweep.contract import Architecture, Shape
from sinesweep.domains import searched
from sinesweep.settings import settings
from sinesweep.testing.expect import expect_array, expect_different, expect_same, refused, trying
from sinesweep.testing.kerasparts import KerasSuite, array, expect_gradients, exported, reloaded, seed, steps
from sinesweep.testing.points import changed, options, points, random_points
from sinesweep.testing.sounds import KINDS_OF_SOUND, Array, clips, noise

if TYPE_CHECKING:
    import keras

OUTPUTS = 3

SEEDS = 10
"""So many networks are made before one is said to end in a sigmoid: by chance, a few logits may all lie in [0, 1]."""

SHAPES = ((16, 16), (32, 32), (64, 40), (100, 64), (2000, 1), (16000, 1))
"""Features that networks are tried on; the first that a network takes is its own, so that the suite stays quick."""

ODD_SHAPES = ((1, 1), (1, 40), (3, 3), (17, 5), (128, 128), (8000, 1), (32, 32, 3))
"""Features that `check` has to refuse, or `build` to take; the last have channels."""


class ArchitectureSuite(KerasSuite):
    """The suite of `Architecture`; its hole is a fixture `plugin` that returns one."""

    kind = "architectures"

    def test_every_edge_and_random_point_is_refused_by_check_or_builds(self, plugin: Architecture) -> None:
        """`build` never fails on what `check` lets through, and the network ends in as many logits as were asked."""
        shape, outputs = tried_on(plugin)
        for point in points(plugin):
            expect_refused_or_builds(point, shape, outputs)

    def test_every_shape_is_refused_by_check_or_builds(self, plugin: Architecture) -> None:
        """Also features that are too short, too narrow or too long."""
        _, outputs = tried_on(plugin)
        for shape in ODD_SHAPES:
            expect_refused_or_builds(plugin, shape, outputs)

    def test_logits_are_finite_for_any_input(self, plugin: Architecture) -> None:
        """Zeros, one number alone, and large ones; at two random points too."""
        shape, outputs = tried_on(plugin)
        inputs = clips(int(np.prod(shape))).reshape(3, *shape) * 10
        for point in (plugin, *random_points(plugin, 2)):
            with trying(point):
                if not refused(point.check, shape):
                    logits = array(network(point, shape, outputs)(inputs))
                    expect_array("logits", logits, (3, outputs), KINDS_OF_SOUND)

    def test_it_ends_in_logits(self, plugin: Architecture) -> None:
        """Losses and the saved model have a softmax or sigmoid of their own."""
        shape, outputs = tried_on(plugin)
        inputs = noise(4, *shape)
        answers = (_logits(plugin, number, np.concatenate([inputs, 100 * inputs]), outputs) for number in range(SEEDS))
        first = next(answers)
        if not _may_be_probabilities(first):
            return
        assert not np.allclose(first.sum(axis=1), 1, atol=1e-4), (
            "what it gives lies in [0, 1] and sums to 1 for every clip; leave out the softmax at its end"
        )
        assert not all(map(_may_be_probabilities, answers)), (
            f"what it gives lies in [0, 1], whatever the clip and its weights ({SEEDS} seeds); leave out the sigmoid at"
            " its end"
        )

    def test_gradients_reach_every_trainable_weight(self, plugin: Architecture) -> None:
        """A weight without one would never be learnt."""
        expect_learning(plugin, *tried_on(plugin))

    def test_every_option_lets_gradients_through(self, plugin: Architecture) -> None:
        """Each setting that is no number is tried at every option, but for those that all architectures have."""
        shape, outputs = tried_on(plugin)
        for point in options(plugin):
            if all(getattr(point, name) == getattr(plugin, name) for name in settings(Architecture)):
                with trying(point):
                    if not refused(point.check, shape):
                        expect_learning(point, shape, outputs)

    def test_a_clip_gets_the_same_logits_alone_and_beside_others(self, plugin: Architecture) -> None:
        """Outside training, nothing of a batch reaches its neighbours."""
        shape, outputs = tried_on(plugin)
        model, batch = network(plugin, shape, outputs), 100 * noise(4, *shape)
        batch[0] /= 100
        expect_same("a clip, alone and in a batch", array(model(batch[:1])), array(model(batch))[:1], 1e-4, 1e-5)

    def test_the_seed_decides_the_weights(self, plugin: Architecture) -> None:
        """The same seed gives the same network, another one another; what comes in is not changed."""
        shape, outputs = tried_on(plugin)
        inputs = noise(2, *shape)
        kept = inputs.copy()
        first, same, other = (_logits(plugin, number, inputs, outputs) for number in (1, 1, 2))
        expect_same("two networks of one seed", first, same)
        expect_different("two networks of two seeds", first, other)
        expect_same("the input before and after", kept, inputs)

    def test_dropout_acts_in_training_alone(self, plugin: Architecture) -> None:
        """Where it is searched, it has to do something."""
        if not _is_searched(plugin, "dropout"):
            raise SkipTest("its dropout is not searched")
        shape, outputs = tried_on(plugin)
        model, inputs = network(changed(plugin, {"dropout": 0.5}), shape, outputs), noise(8, *shape)
        first, second = (array(model(inputs, training=False)) for _ in range(2))
        expect_same("two calls outside training", first, second)
        first, second = (array(model(inputs, training=True)) for _ in range(2))
        expect_different("two calls in training with dropout 0.5", first, second)

    def test_l1_and_l2_weigh_on_the_loss(self, plugin: Architecture) -> None:
        """Where they are searched, they have to do something; where they are 0, nothing."""
        for name in ("l1", "l2"):
            if _is_searched(plugin, name):
                model = network(changed(_undisturbed(plugin), {name: 1e-3}), *tried_on(plugin))
                assert sum(float(array(loss)) for loss in model.losses) > 0, f"{name} = 0.001 adds nothing to the loss"

    def test_a_saved_network_gives_the_same_logits(self, plugin: Architecture) -> None:
        """Traced, written to a `.keras` file, and read in safe mode."""
        shape, outputs = tried_on(plugin)
        model, inputs = network(plugin, shape, outputs), noise(3, *shape)
        traced = model.predict_on_batch(inputs)
        expect_same("the network after the file", traced, array(reloaded(model)(inputs)), rtol=1e-4, atol=1e-4)

    def test_an_exported_network_gives_the_same_logits(self, plugin: Architecture) -> None:
        """Where the plugin says that it `exports`: as a SavedModel, which is read without Keras."""
        if not plugin.exports:
            raise SkipTest("it says that it does not export")
        shape, outputs = tried_on(plugin)
        model, inputs = network(plugin, shape, outputs), noise(3, *shape)
        traced = model.predict_on_batch(inputs)
        expect_same("the network after the export", traced, exported(model, inputs), rtol=1e-4, atol=1e-4)


def tried_on(plugin: Architecture) -> tuple[Shape, int]:
    """The first of `SHAPES` that the plugin's own settings allow, and for how many outputs it is asked there."""
    shape = next((shape for shape in SHAPES if not refused(plugin.check, shape)), None)
    assert shape, f"check() refuses these settings on all of {', '.join(f'{a} × {b}' for a, b in SHAPES)}"
    return shape, plugin.build(shape, OUTPUTS).output_shape[-1] if plugin.own_outputs else OUTPUTS


def network(plugin: Architecture, shape: Shape, outputs: int) -> keras.Model:
    """What `build` gives, which has to be a model from features to logits."""
    model = plugin.build(shape, outputs)
    expected = (None, *shape), (None, outputs)
    built = tuple(model.input_shape), tuple(model.output_shape)
    assert built == expected, f"the network goes from {built[0]} to {built[1]}, expected {expected}"
    return model


def expect_refused_or_builds(plugin: Architecture, shape: Shape, outputs: int) -> None:
    """`check` raises Infeasible, or `build` gives a model from features to logits."""
    with trying(plugin, f"features of {' × '.join(map(str, shape))}"):
        if not refused(plugin.check, shape):
            network(plugin, shape, outputs)


def expect_learning(plugin: Architecture, shape: Shape, outputs: int) -> None:
    """A step of gradient descent moves every weight that is trained."""
    targets = np.tile(np.arange(outputs, dtype=np.float32), (8, 1))
    expect_gradients(steps(network(_undisturbed(plugin), shape, outputs), noise(8, *shape), targets))


def _undisturbed(plugin: Architecture) -> Architecture:
    """Without dropout and regularisation, so that every gradient comes from the loss."""
    return changed(plugin, {"dropout": 0.0, "l1": 0.0, "l2": 0.0})


def _logits(plugin: Architecture, number: int, inputs: Array, outputs: int) -> Array:
    seed(number)
    return array(network(plugin, inputs.shape[1:], outputs)(inputs))


def _may_be_probabilities(answers: Array) -> bool:
    """All of them lie in [0, 1], and some above 0: a last layer that begins with zeros gives nothing else."""
    return bool((answers >= 0).all() and (answers <= 1).all() and answers.any())


def _is_searched(plugin: Architecture, name: str) -> bool:
    domain = settings(type(plugin))[name].domain
    return domain is not None and searched(domain) is not None
