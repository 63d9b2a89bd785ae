"""Graphs are traced once for all trials, folds and seeds that differ in values alone, and none of them can tell."""

from __future__ import annotations

import gc

import keras
import numpy as np
import pytest

from sinesweep import predictions
from sinesweep.trial import State, Trial
from sinesweep_runner.model.winner import refit
from sinesweep_runner.training import apparatus
from sinesweep_runner.training.train import train
from sinesweep_runner.training.trainee import Trainee

AUGMENTED = [{"name": "noise"}, {"name": "time_mask"}, {"name": "mixup"}]


@pytest.fixture
def traced(monkeypatch):
    """How often a training step was traced; nothing is kept from other tests."""
    monkeypatch.setattr(apparatus, "_kept", [])
    times, compute_loss = [], Trainee.compute_loss
    monkeypatch.setattr(
        Trainee, "compute_loss", lambda *given, **named: times.append(1) or compute_loss(*given, **named)
    )
    return times


@pytest.fixture
def trained(tmp_path):
    def run(config, material, seed=7, folder="a"):
        result = train(Trial(1, config, seed), material, lambda report: True, tmp_path / folder)
        assert result.state is State.COMPLETE
        return result.folds, predictions.load(tmp_path / folder / result.predictions).probabilities

    return run


def equal(one, other):
    np.testing.assert_array_equal(one[1], other[1])
    return one[0] == other[0]


def test_all_folds_of_a_trial_share_one_trace(make_config, make_material, trained, traced):
    trained(make_config(augmentations=AUGMENTED), make_material(folds=2))
    assert len(traced) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"fit": {"learning_rate": 0.01, "epochs": 3}},
        {"fit": {"schedule": "constant"}},
        {"fit": {"schedule": "warmup_cosine", "patience": 2}},
    ],
    ids=["learning_rate", "constant", "warm-up"],
)
def test_a_trial_with_other_values_shares_it_and_comes_to_the_same_as_alone(
    make_config, make_material, trained, traced, changed
):
    material, other = make_material(), make_config(augmentations=AUGMENTED, **changed)
    alone = trained(other, material)
    apparatus._kept.clear()
    trained(make_config(augmentations=AUGMENTED), material)
    traced.clear()
    again = trained(other, material, folder="b")
    if "patience" not in changed["fit"]:  # there another part of the clips is trained on, in batches of another size
        assert not traced
    assert equal(again, alone)


NET, SMOOTHED = "engine_plugins:TinyNet", {"name": "cross_entropy", "label_smoothing": 0.05}


@pytest.mark.parametrize(
    ("before", "changed"),
    [
        ({"architecture": {"name": NET, "dropout": 0.1}}, {"architecture": {"name": NET, "dropout": 0.6}}),
        ({"architecture": {"name": NET, "l2": 1e-5}}, {"architecture": {"name": NET, "l2": 1e-3}}),
        ({"loss": SMOOTHED}, {"loss": SMOOTHED | {"label_smoothing": 0.4}}),
    ],
    ids=["dropout", "l2", "label_smoothing"],
)
def test_a_trial_with_another_dropout_penalty_or_smoothing_shares_it_and_comes_to_the_same_as_alone(
    make_config, make_material, trained, traced, before, changed
):
    material = make_material()
    alone = trained(make_config(**changed), material)
    apparatus._kept.clear()
    other = trained(make_config(**before), material, folder="b")
    traced.clear()
    again = trained(make_config(**changed), material, folder="c")
    assert not traced
    assert equal(again, alone)
    assert (again[1] != other[1]).any()


def test_a_model_that_is_kept_states_its_own_dropout_after_a_trial_with_another(
    make_config, make_material, trained, tmp_path
):
    material = make_material()
    trained(make_config(architecture={"name": NET, "dropout": 0.1}), material)
    trial = Trial(2, make_config(architecture={"name": NET, "dropout": 0.6}), 7)
    refit(trial, material, material.clips(), 1, tmp_path / "best", {})
    model = keras.saving.load_model(tmp_path / "best" / "model.keras")
    assert [layer.rate for layer in model._flatten_layers() if isinstance(layer, keras.layers.Dropout)] == [0.6]


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="these are TensorFlow's graphs")
def test_graphs_that_are_forgotten_leave_nothing_behind(make_config, make_material, trained):
    def graphs():
        return sum(type(each).__name__ == "FuncGraph" for each in gc.get_objects())

    apparatus.forget()
    before = graphs()
    trained(make_config(), make_material())
    assert graphs() > before
    apparatus.forget()
    assert graphs() == before


def test_another_seed_shares_it_and_differs(make_config, make_material, trained, traced):
    material, config = make_material(), make_config(augmentations=AUGMENTED)
    first = trained(config, material)
    traced.clear()
    other = trained(config, material, seed=8, folder="b")
    back = trained(config, material, folder="c")
    assert not traced
    assert equal(back, first)
    assert (other[1] != first[1]).any()


@pytest.mark.parametrize(
    "changed",
    [
        {"architecture": {"name": "mlp", "dropout": 0.4}},
        {"architecture": {"name": "engine_plugins:TinyNet", "dropout": 0.0}},
        {"architecture": {"name": "engine_plugins:TinyNet", "l2": 0.001}},
        {"loss": {"name": "cross_entropy", "label_smoothing": 0.1}},
        {"augmentations": [{"name": "time_mask"}]},
        {"features": {"name": "log_mel", "n_mels": 20, "hop_ms": 16.0}},
        {"fit": {"batch_size": 16}},
        {"fit": {"optimizer": "sgd"}},
        {"fit": {"class_weights": "balanced"}},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_whatever_stands_in_a_graph_is_traced_anew(make_config, make_material, trained, traced, changed):
    material, other = make_material(), make_config(**changed)
    alone = trained(other, material)
    apparatus._kept.clear()
    trained(make_config(), material)
    traced.clear()
    again = trained(other, material, folder="b")
    assert traced
    assert equal(again, alone)


def test_balanced_weights_are_those_of_the_fold_under_way(make_config, make_material, trained, traced):
    material, config = make_material(folds=2), make_config(fit={"class_weights": "balanced"})
    both = trained(config, material)
    apparatus._kept.clear()
    traced.clear()
    assert equal(trained(config, material, folder="b"), both)
    assert len(traced) == 1


def test_a_large_network_is_not_kept(make_config, make_material, trained, traced, monkeypatch):
    monkeypatch.setattr(apparatus, "KEPT_WEIGHTS", 10)
    trained(make_config(), make_material())
    assert apparatus._kept == []
