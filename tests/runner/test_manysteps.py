"""Steps in one graph of TensorFlow come to what steps taken one by one come to, bit for bit."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from sinesweep.trial import Cause, State, Trial
from sinesweep_runner.training import manysteps, shelf
from sinesweep_runner.training.inputs import Inputs
from sinesweep_runner.training.learner import Learner
from sinesweep_runner.training.manysteps import StepGraph, Walk
from sinesweep_runner.training.stopwatch import Stopwatch
from sinesweep_runner.training.train import train

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="the graph is TensorFlow's")


@pytest.fixture
def learned(make_material, monkeypatch):
    """Trains one by one, `worth` infinite, or in one graph: the losses of the epochs, and the whole state."""
    material = make_material()

    def run(config, worth, accumulate=1, many=None):
        monkeypatch.setattr(manysteps, "WORTH_STEPS", worth)
        shelf.forget()
        inputs = Inputs(config, material, material.clips(), Stopwatch())
        learner = Learner(inputs, material.folds[0].train, 7, accumulate=accumulate)
        losses = [learner.train_epoch(epoch) for epoch in (1, 2, 3)]
        assert learner._apparatus.graph.traced == (worth == 0 if many is None else many)
        return losses, learner.state()

    return run


@pytest.mark.parametrize(
    ("sections", "accumulate"),
    [
        ({"fit": {"schedule": "constant"}}, 1),
        ({"fit": {"schedule": "warmup_cosine"}}, 1),
        ({"fit": {"batch_size": 16}}, 2),
        ({"augmentations": [{"name": "noise"}, {"name": "time_mask"}, {"name": "mixup"}]}, 1),
        ({"architecture": {"name": "engine_plugins:TinyNet", "dropout": 0.3, "l2": 1e-3}}, 1),
    ],
    ids=["plain", "schedule", "accumulation", "augmentation", "dropout and L2"],
)
def test_many_steps_a_call_give_what_one_gives_bit_for_bit(make_config, learned, sections, accumulate):
    config = make_config(**sections)
    one, many = learned(config, np.inf, accumulate), learned(config, 0, accumulate)
    assert many[0] == one[0]
    for after_one, after_many in zip(one[1], many[1], strict=True):
        np.testing.assert_array_equal(after_many, after_one)


def test_the_first_step_that_is_no_number_is_the_last_and_is_named(make_config, make_material, monkeypatch):
    fit = {"optimizer": "sgd", "learning_rate": 10.0, "momentum": 0.99, "schedule": "constant", "epochs": 300}
    config, told = make_config(loss={"name": "engine_plugins:SteepLoss"}, fit=fit), []
    for worth in (np.inf, 0):
        monkeypatch.setattr(manysteps, "WORTH_STEPS", worth)
        shelf.forget()
        result = train(Trial(1, config, 7), make_material(), lambda report: True)
        assert (result.state, result.failure.cause) == (State.FAILED, Cause.NAN)
        told.append(result.failure.message)
    assert " in step " in told[0]
    assert told[1] == told[0]


class Counting(StepGraph):
    """Takes no steps; notes how many it was asked for, of `seconds` each on the clock of the module."""

    def __init__(self, clock, seconds):
        super().__init__(None)
        self.asked, self._clock, self._seconds = [], clock, seconds

    def __call__(self, x, targets, batches, rates):
        self.asked.append(len(batches))
        self._clock.append(self._clock[-1] + len(batches) * self._seconds)
        return np.zeros(len(batches), np.float32)


def test_a_call_takes_as_many_steps_as_half_a_second_holds(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(manysteps.time, "perf_counter", lambda: clock[-1])
    graph = Counting(clock, 1 / 64)
    walk = Walk(None, graph, np.zeros((4, 2), np.float32), 1000)
    batches, rates = np.zeros((100, 2), np.int64), np.zeros(100, np.float32)
    taken = 0
    while taken < 100:
        taken += len(walk.take(np.zeros((4, 8), np.float32), batches[taken:], rates[taken:]))
    assert graph.asked == [1, 32, 32, 32, 3]


def test_examples_that_do_not_fit_on_the_device_are_handed_over_step_by_step(make_config, learned, monkeypatch):
    config = make_config()
    fitting = learned(config, 0)
    monkeypatch.setattr(manysteps, "DEVICE_BYTES", 0)
    assert learned(config, 0, many=False)[0] == fitting[0]


def test_short_training_goes_step_by_step(make_config, learned):
    learned(make_config(), manysteps.WORTH_STEPS, many=False)
