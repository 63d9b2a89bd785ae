"""Settings that a graph reads from variables count as those of Keras do, and no config tells of the variables."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers, losses, regularizers

from sinesweep_runner.training.adjustable import adjust, adjusted, outline
from sinesweep_runner.training.assembly import Step
from sinesweep_runner.training.trainee import Trainee


class Scaled(layers.Layer):
    """A layer of a stranger's, whose config says nothing."""

    def call(self, inputs):
        return 2 * inputs

    def get_config(self):
        return {}


def doubled(x):
    return 2 * x


def network(rate=0.3, l1=1e-3, l2=1e-2, activity=1e-3, between=()):
    entry = keras.Input((12, 6))
    x = layers.SpatialDropout1D(rate)(layers.Conv1D(8, 3, kernel_regularizer=regularizers.L1L2(l1, l2))(entry))
    x = layers.Reshape((5, 2, 8))(x)
    x = layers.SpatialDropout2D(rate)(layers.Conv2D(8, 1, kernel_regularizer=regularizers.L2(l2))(x))
    for layer in between:
        x = layer(x)
    x = layers.Dropout(rate, noise_shape=(None, 1, 2, 8))(x)
    x = layers.Dense(8, activity_regularizer=regularizers.L1(activity), bias_regularizer=regularizers.L1(l1))(x)
    return keras.Model(entry, layers.Dense(3)(layers.Dropout(rate)(layers.Flatten()(x))))


def history(change, smoothing=0.2):
    """The losses of five steps."""
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    batch = {"x": rng.standard_normal((8, 12, 6), np.float32), "targets": np.eye(3, dtype=np.float32)[[0, 1, 2, 0] * 2]}
    model, loss = network(), losses.CategoricalCrossentropy(from_logits=True, label_smoothing=smoothing)
    (weigh, shares), settings = (adjusted(loss), adjust(model)) if change else ((loss, []), [])
    trainee = Trainee([], Step("architecture", "", model), Step("loss", "", weigh), settings=[*settings, *shares])
    trainee.compile(keras.optimizers.Adam(0.01), jit_compile=False)
    return [float(trainee.train_on_batch(batch, return_dict=True)["loss"]) for _ in range(5)]


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="other backends draw dropout in ways of their own")
def test_training_is_to_the_last_bit_that_of_keras_own_layers_and_losses():
    assert history(change=True) == history(change=False)


def test_a_networks_config_and_its_answers_stay_what_they_were():
    model, example = network(), np.ones((2, 12, 6), np.float32)
    config, answers = model.get_config(), model.predict_on_batch(example)
    adjust(model)
    assert model.get_config() == config
    np.testing.assert_array_equal(model.predict_on_batch(example), answers)


def test_networks_that_differ_in_adjustable_settings_have_one_outline():
    assert outline(network()) == outline(network(rate=0.5, l1=1e-5, l2=1e-4)) is not None


def test_an_adjusted_network_has_the_outline_that_it_had():
    model = network()
    before = outline(model)
    adjust(model)
    assert outline(model) == before


@pytest.mark.parametrize(
    "changed",
    [
        {"rate": 0.0},
        {"l1": 0.0},
        {"activity": 1e-2},
        {"between": [layers.Activation("relu")]},
    ],
    ids=["no dropout", "no L1", "activity", "a layer"],
)
def test_what_changes_a_graph_changes_the_outline(changed):
    assert outline(network()) != outline(network(**changed))


def test_an_activation_and_a_layer_that_bears_its_name_are_told_apart():
    relu, tanh = ([layers.Activation(name, name=name)] for name in ("relu", "tanh"))
    assert outline(network(between=relu)) != outline(network(between=tanh))


def test_networks_of_other_numbers_are_told_apart():
    def dense(dtype):
        entry = keras.Input((3,), dtype=dtype)
        return keras.Model(entry, layers.Dense(2, dtype=dtype)(entry))

    assert outline(dense("float32")) != outline(dense("float64"))


@pytest.mark.parametrize(
    "layer",
    [Scaled(), layers.Lambda(lambda x: 2 * x), layers.Activation(lambda x: 2 * x), layers.Activation(doubled)],
    ids=["layer", "lambda layer", "lambda", "function"],
)
@pytest.mark.filterwarnings("ignore:The object being serialized includes a `lambda`")
def test_a_network_with_a_strangers_code_has_no_outline(layer):
    assert outline(network(between=[layer])) is None


def test_losses_have_one_outline_where_smoothing_alone_differs():
    smoothed = [losses.CategoricalCrossentropy(from_logits=True, label_smoothing=share) for share in (0.1, 0.2, 0.0)]
    assert outline(smoothed[0]) == outline(smoothed[1]) is not None
    assert outline(smoothed[2]) is None
