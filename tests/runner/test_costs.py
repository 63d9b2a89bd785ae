"""What a network costs: counted on shapes, timed in a worker, and limited before it is trained."""

from contextlib import contextmanager
from dataclasses import replace

import keras
import pytest
from keras import layers

from sinesweep.trial import Cause, Report, State, Trial
from sinesweep_runner.sizing import Size
from sinesweep_runner.training import drybuild
from sinesweep_runner.training.costs import activations, costs, latency_ms, multiply_adds
from sinesweep_runner.training.drybuild import dry_build_on
from sinesweep_runner.training.train import train


def model(shape, build):
    inputs = keras.Input(shape)
    return keras.Model(inputs, build(inputs))


def twice(layer):
    return lambda x: layer(layer(x))


def dense(inputs, units):
    return keras.Sequential([keras.Input((inputs,)), layers.Dense(units)])


class Judged(layers.Layer):
    """Gives its input back; the model that it holds is for training alone."""

    def __init__(self):
        super().__init__()
        self.judge = model((5,), layers.Dense(9))

    def call(self, x):
        return x


@pytest.mark.parametrize(
    ("shape", "build", "expected"),
    [
        ((10,), layers.Dense(5), 10 * 5),
        ((20, 3), layers.Dense(5), 20 * 3 * 5),
        ((8, 6, 3), layers.Conv2D(4, 3, padding="same"), 8 * 6 * 3 * 3 * 3 * 4),
        ((8, 6, 4), layers.Conv2D(4, 3, groups=2, strides=2, padding="same"), 4 * 3 * 3 * 3 * 2 * 4),
        ((50, 3), layers.Conv1D(4, 5), 46 * 5 * 3 * 4),
        ((8, 6, 3), layers.SeparableConv2D(4, 3, padding="same"), 8 * 6 * (9 * 3 + 3 * 4)),
        ((8, 6, 3), layers.DepthwiseConv2D(3, padding="same"), 8 * 6 * 9 * 3),
        ((8, 6, 3), layers.Conv2DTranspose(4, 3, strides=2, padding="same"), 8 * 6 * 9 * 3 * 4),
        ((20, 3), layers.LSTM(7), 20 * 4 * 7 * (3 + 7)),
        ((20, 3), layers.GRU(7, return_sequences=True), 20 * 3 * 7 * (3 + 7)),
        ((20, 3), layers.Bidirectional(layers.LSTM(7)), 2 * 20 * 4 * 7 * (3 + 7)),
        ((20, 3), layers.TimeDistributed(layers.Dense(7)), 20 * 3 * 7),
        ((20, 3), layers.TimeDistributed(dense(3, 7)), 20 * 3 * 7),
        ((20, 16), lambda x: layers.MultiHeadAttention(2, 8)(x, x), 20 * 4 * 16 * 16 + 20 * 20 * 2 * (8 + 8)),
        ((10,), twice(layers.Dense(10)), 2 * 10 * 10),
        ((10,), dense(10, 5), 10 * 5),
        ((5,), lambda x: Judged()(x), 0),
        ((8, 6, 3), lambda x: layers.Flatten()(layers.MaxPooling2D()(layers.BatchNormalization()(x))), 0),
    ],
)
def test_multiplications_are_counted_on_shapes(shape, build, expected):
    assert multiply_adds(model(shape, build)) == expected


def test_a_sequential_counts_as_a_functional_does():
    assert multiply_adds(keras.Sequential([keras.Input((10,)), layers.Dense(5), layers.Dense(2)])) == 60


def test_bytes_are_those_of_all_weights():
    known = costs(model((10,), lambda x: layers.BatchNormalization()(layers.Dense(5)(x))))
    assert known["parameters"] == 10 * 5 + 5 + 4 * 5
    assert known["model_bytes"] == 4 * known["parameters"]


def test_an_answer_takes_some_time():
    assert latency_ms(model((10,), layers.Dense(5))) > 0


def test_every_finished_trial_tells_what_its_network_costs(make_material, make_config):
    result = train(Trial(1, make_config(), 1), make_material(folds=1), lambda report: True)
    assert result.costs["parameters"] == result.parameters
    assert result.costs["model_bytes"] == 4 * result.parameters
    assert result.costs["multiply_adds"] > 0
    assert "latency_ms" not in result.costs


def test_time_is_measured_where_it_is_asked_for_and_changes_nothing_else(make_material, make_config):
    material, trial = make_material(folds=1), Trial(1, make_config(), 1)
    plain = train(trial, material, lambda report: True)
    timed = train(trial, replace(material, timed=True), lambda report: True)
    assert timed.costs["latency_ms"] > 0
    assert timed.folds == plain.folds


@pytest.mark.parametrize(
    ("shape", "build", "expected"),
    [
        ((10,), layers.Dense(5), 10 + 5),
        ((8, 6, 3), layers.Conv2D(4, 3, padding="same"), 8 * 6 * (3 + 4)),
        ((10,), twice(layers.Dense(10)), 3 * 10),
        ((10,), dense(10, 5), 10 + (10 + 5)),
    ],
)
def test_activations_are_what_the_layers_give(shape, build, expected):
    assert activations(model(shape, build)) == expected


def test_a_trial_that_can_be_built_is_expected_with_its_size_and_one_over_a_limit_is_not(make_material, make_config):
    expected = {}
    material, trial = make_material(folds=1), Trial(1, make_config(fit={"batch_size": 8}), 1)
    twice_as_large = Trial(2, make_config(fit={"batch_size": 16}), 1)
    for each in (trial, twice_as_large):
        dry_build_on(material, lambda trial, size: expected.update({trial.number: size}))(each)
    assert expected[2] == Size(expected[1].parameters, 2 * expected[1].activations)
    dry_build_on(replace(material, limits={"parameters": 5.0}), pytest.fail)(trial)


def test_a_dry_build_leaves_the_gpus_to_the_trials(make_material, make_config, monkeypatch):
    inside, built = [], []
    build = drybuild.build_network

    @contextmanager
    def device(name):
        inside.append(name)
        yield
        inside.pop()

    monkeypatch.setattr(keras, "device", device)
    monkeypatch.setattr(drybuild, "build_network", lambda *parts: built.extend(inside) or build(*parts))
    assert dry_build_on(make_material(folds=1))(Trial(1, make_config(), 1)) is None
    assert built == ["cpu:0"]


def test_what_costs_too_much_is_refused_before_it_is_sent(make_material, make_config):
    material = replace(make_material(folds=1), limits={"parameters": 5.0, "model_bytes": 1e9})
    refused = dry_build_on(material)(Trial(1, make_config(), 1))
    assert refused.state is State.INFEASIBLE
    assert refused.failure.cause is Cause.LIMIT
    assert refused.failure.message.endswith("is over limits.parameters 5")
    assert refused.costs["parameters"] > 5
    assert dry_build_on(replace(material, limits={"parameters": 1e6}))(Trial(1, make_config(), 1)) is None


def test_what_answers_too_slowly_is_never_trained(make_material, make_config):
    reports: list[Report] = []
    material = replace(make_material(folds=1), limits={"latency_ms": 1e-6}, timed=True)
    result = train(Trial(1, make_config(), 1), material, lambda report: not reports.append(report))
    assert (result.state, result.failure.cause) == (State.INFEASIBLE, Cause.LIMIT)
    assert result.costs["latency_ms"] > 1e-6
    assert reports == []


def test_a_trial_is_judged_between_folds_by_whole_folds(make_material, make_config):
    reports: list[Report] = []
    material = make_material()
    five = replace(material, folds=(*material.folds, *material.folds, material.folds[0]))
    trial = Trial(1, make_config(fit={"epochs": 1}), 1)
    train(trial, five, lambda report: not reports.append(report))
    between = [report for report in reports if report.folds]
    assert [(each.fold, each.epoch, len(each.folds)) for each in between] == [(n, 1, n + 1) for n in range(4)]
    assert between[0].folds == (reports[0].metrics,)
    ended = train(trial, five, lambda report: len(report.folds) < 2)
    assert (ended.state, len(ended.folds)) == (State.PRUNED, 2)
