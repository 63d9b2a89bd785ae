"""Training that falls apart is stopped; training that only has a hard time is not."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from sinesweep.dataset import Task
from sinesweep.trial import Cause, State, Trial
from sinesweep_runner.training.divergence import FACTOR, explosion
from sinesweep_runner.training.train import train

TEN_CLASSES = math.log(10)


@pytest.mark.parametrize(
    "losses",
    [
        (2.3, 1e4, 1e4),
        (2.3, 2.0, 1e3, 1e5),
        (0.001, 1e4, 2e4),
    ],
    ids=["at once", "later", "from a first step that was lucky"],
)
def test_a_loss_out_of_all_proportion_is_an_explosion(losses):
    assert "exploded" in explosion(losses, lambda: TEN_CLASSES)


@pytest.mark.parametrize(
    ("losses", "constant"),
    [
        ((2.3, 2.1, 1.7), TEN_CLASSES),
        ((2.3, 1e4), TEN_CLASSES),
        ((2.3, 1e4, 9e3), TEN_CLASSES),
        ((2.3, 1e4, 2.0, 1e4, 2.0), TEN_CLASSES),
        ((2.3, 25.0, 25.0), TEN_CLASSES),
        ((5e3, 8e4, 9e4), TEN_CLASSES),
        ((0.005, 1.0, 1.1), 1.0),
        ((-1.0, 3.0, 4.0), -0.5),
        ((0.0, 3.0, 4.0), 0.0),
    ],
    ids=[
        "it learns",
        "a single epoch",
        "it recovers",
        "now and then",
        "sure and always wrong",
        "heavy penalties on weights",
        "targets with outliers",
        "a loss below zero",
        "a loss of zero",
    ],
)
def test_a_hard_time_is_none(losses, constant):
    assert explosion(losses, lambda: constant) == ""


def test_the_loss_of_a_constant_answer_is_asked_only_where_there_is_a_suspicion():
    explosion((2.3, 2.3 * FACTOR, 2.3 * FACTOR), lambda: pytest.fail("it was asked"))


RATE = {"epochs": 12, "optimizer": "sgd", "learning_rate": 10.0, "momentum": 0.0, "schedule": "constant"}


def regression(make_material):
    """Pitches to be estimated, some of which are far out."""
    material, rng = make_material(folds=1), np.random.default_rng(0)
    values = tuple(float(pitch + rng.standard_t(3)) for pitch in np.arange(48) % 2)
    return replace(material, targets=values, task=Task.REGRESSION, classes=(), objective="mean_absolute_error")


def test_a_trial_whose_loss_explodes_is_stopped_and_told_as_nan(make_config, make_material, tmp_path):
    config = make_config(
        architecture={"name": "engine_plugins:HungryNet", "room": 64}, loss={"name": "huber"}, fit=RATE
    )
    told = []
    result = train(Trial(1, config, 7), regression(make_material), lambda report: told.append(report) or True, tmp_path)
    assert (result.state, result.failure.cause) == (State.FAILED, Cause.NAN)
    assert "the training loss exploded" in result.failure.message
    assert "a learning_rate below 10 may help" in result.failure.message
    assert len(told) == 1


@pytest.mark.parametrize("loss", ["mean_squared_error", "huber", "log_cosh"])
def test_a_network_that_learns_values_with_outliers_is_left_alone(make_config, make_material, tmp_path, loss):
    fit = {"epochs": 6, "schedule": "warmup_cosine", "learning_rate": 0.01}
    config = make_config(loss={"name": loss}, augmentations=[{"name": "mixup"}], fit=fit)
    result = train(Trial(1, config, 7), regression(make_material), lambda report: True, tmp_path)
    assert result.state is State.COMPLETE


def test_a_trial_that_goes_on_from_a_checkpoint_remembers_how_the_loss_went(make_config, make_material, tmp_path):
    config = make_config(
        architecture={"name": "engine_plugins:HungryNet", "room": 64}, loss={"name": "huber"}, fit=RATE
    )
    trial, material = Trial(1, config, 7, until=1), regression(make_material)
    assert train(trial, material, lambda report: True, tmp_path).state is State.PAUSED
    result = train(replace(trial, until=None), material, lambda report: True, tmp_path)
    assert "in epochs 1 and 2" in result.failure.message
