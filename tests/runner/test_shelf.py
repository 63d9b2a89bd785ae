"""Graphs are traced once for all trials, folds and seeds that differ in values alone, and none of them can tell."""

from __future__ import annotations

import gc

import keras
import numpy as np
import pytest
import soundfile

from sinesweep import predictions
from sinesweep.trial import State, Trial
from sinesweep_runner.model.winner import refit
from sinesweep_runner.training import shelf
from sinesweep_runner.training.inputs import Inputs
from sinesweep_runner.training.learner import Learner
from sinesweep_runner.training.stopwatch import Stopwatch
from sinesweep_runner.training.train import train
from sinesweep_runner.training.trainee import Trainee

AUGMENTED = [{"name": "noise"}, {"name": "time_mask"}, {"name": "mixup"}]


@pytest.fixture
def traced(monkeypatch):
    """How often a training step was traced; nothing is kept from other tests."""
    monkeypatch.setattr(shelf, "_kept", [])
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
    shelf._kept.clear()
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
    shelf._kept.clear()
    other = trained(make_config(**before), material, folder="b")
    traced.clear()
    again = trained(make_config(**changed), material, folder="c")
    assert not traced
    assert equal(again, alone)
    assert (again[1] != other[1]).any()


WEAK = [
    {"name": "gain", "max_db": 3.0},
    {"name": "speed", "max_factor": 1.1, "probability": 0.4},
    {"name": "noise", "min_snr_db": 20.0, "max_snr_db": 40.0},
    {"name": "time_mask", "max_share": 0.1},
    {"name": "mixup", "alpha": 0.1},
]
STRONG = [
    {"name": "gain", "max_db": 12.0},
    {"name": "speed", "max_factor": 1.3, "probability": 0.9},
    {"name": "noise", "min_snr_db": 0.0, "max_snr_db": 10.0},
    {"name": "time_mask", "max_share": 0.5},
    {"name": "mixup", "alpha": 1.0},
]


@pytest.mark.parametrize("place", [*range(len(WEAK)), slice(None)], ids=[*(each["name"] for each in WEAK), "all"])
def test_a_trial_with_other_strengths_of_augmentations_shares_it_and_comes_to_the_same_as_alone(
    make_config, make_material, trained, traced, place
):
    weak, strong = (each[place] if isinstance(place, slice) else [each[place]] for each in (WEAK, STRONG))
    material, seen = make_material(folds=1), {"epochs": 2}
    alone = trained(make_config(augmentations=strong, fit=seen), material)
    shelf._kept.clear()
    other = trained(make_config(augmentations=weak, fit=seen), material, folder="b")
    traced.clear()
    again = trained(make_config(augmentations=strong, fit=seen), material, folder="c")
    assert not traced
    assert equal(again, alone)
    assert (again[1] != other[1]).any()


def test_what_an_augmentation_reads_from_files_is_taken_over_too(make_config, make_material, trained, traced, tmp_path):
    soundfile.write(tmp_path / "rain.wav", np.random.default_rng(0).uniform(-0.5, 0.5, 3000), 4000)
    soft, loud = (
        make_config(augmentations=[{"name": "background_noise", "folder": str(tmp_path), "min_snr_db": snr_db}])
        for snr_db in (20.0, 0.0)
    )
    material = make_material(folds=1)
    alone = trained(loud, material)
    shelf._kept.clear()
    trained(soft, material, folder="b")
    traced.clear()
    assert equal(trained(loud, material, folder="c"), alone)
    assert not traced


LOW, HIGH = ({"name": "log_mel", "n_mels": 20, "fmin_hz": hz} for hz in (0.0, 200.0))


def predicted(config, material):
    """What the whole model, front end included, answers to all sounds after two epochs."""
    learner = Learner(Inputs(config, material, material.clips(), Stopwatch()), material.clips(), seed=7)
    for epoch in (1, 2):
        learner.train_epoch(epoch)
    return learner.predictor().predict_on_batch(np.stack([np.load(file) for file in material.waveforms]))


def test_a_trial_whose_features_are_kept_shares_it_with_another_front_end_and_answers_through_its_own(
    make_config, make_material, traced
):
    masked, material = {"augmentations": [{"name": "time_mask"}]}, make_material(folds=1)
    low, high = (make_config(features=features, **masked) for features in (LOW, HIGH))
    alone = predicted(high, material)
    shelf._kept.clear()
    other = predicted(low, material)
    traced.clear()
    again = predicted(high, material)
    assert not traced
    np.testing.assert_array_equal(again, alone)
    assert (again != other).any()


def test_a_model_that_is_kept_states_its_own_dropout_after_a_trial_with_another(
    make_config, make_material, trained, tmp_path
):
    material = make_material()
    trained(make_config(architecture={"name": NET, "dropout": 0.1}), material)
    trial = Trial(2, make_config(architecture={"name": NET, "dropout": 0.6}), 7)
    refit(trial, material, material.clips(), 1, tmp_path / "best", {})
    model = keras.saving.load_model(tmp_path / "best" / "model.keras")
    assert [layer.rate for layer in model._flatten_layers() if isinstance(layer, keras.layers.Dropout)] == [0.6]


TENSORFLOW = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="these are TensorFlow's graphs")


def graphs():
    return sum(type(each).__name__ == "FuncGraph" for each in gc.get_objects())


@TENSORFLOW
def test_graphs_that_are_forgotten_leave_nothing_behind(make_config, make_material, trained):
    shelf.forget()
    before = graphs()
    trained(make_config(), make_material())
    assert graphs() > before
    shelf.forget()
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
        {"features": {"name": "log_mel", "n_mels": 20, "normalisation": "per_clip"}},
        {"fit": {"batch_size": 16}},
        {"fit": {"optimizer": "sgd"}},
        {"fit": {"class_weights": "balanced"}},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_whatever_stands_in_a_graph_is_traced_anew(make_config, make_material, trained, traced, changed):
    expect_traced_anew(make_config(), make_config(**changed), make_material(), trained, traced)


@pytest.mark.parametrize(
    ("before", "changed"),
    [
        (
            {"augmentations": [{"name": "time_mask", "masks": 1}]},
            {"augmentations": [{"name": "time_mask", "masks": 2}]},
        ),
        (
            {"augmentations": [{"name": "gain"}], "features": LOW},
            {"augmentations": [{"name": "gain"}], "features": HIGH},
        ),
    ],
    ids=["masks", "front end behind an augmentation"],
)
def test_so_is_what_stands_in_the_graph_of_an_augmented_trial(
    make_config, make_material, trained, traced, before, changed
):
    expect_traced_anew(make_config(**before), make_config(**changed), make_material(folds=1), trained, traced)


def expect_traced_anew(before, config, material, trained, traced):
    alone = trained(config, material)
    shelf._kept.clear()
    trained(before, material)
    traced.clear()
    again = trained(config, material, folder="b")
    assert traced
    assert equal(again, alone)


def test_balanced_weights_are_those_of_the_fold_under_way(make_config, make_material, trained, traced):
    material, config = make_material(folds=2), make_config(fit={"class_weights": "balanced"})
    both = trained(config, material)
    shelf._kept.clear()
    traced.clear()
    assert equal(trained(config, material, folder="b"), both)
    assert len(traced) == 1


def test_a_large_network_is_not_kept(make_config, make_material, trained, traced, monkeypatch):
    monkeypatch.setattr(shelf, "MOST_WEIGHTS", 10)
    trained(make_config(), make_material())
    assert shelf._kept == []


SMALL, WIDE = {"architecture": {"name": "mlp", "layers": 1}}, {"architecture": {"name": NET, "units": 8}}


def test_two_networks_in_turns_are_traced_once_each_and_come_to_the_same_as_alone(
    make_config, make_material, trained, traced
):
    material, configs = make_material(), [make_config(**SMALL), make_config(**WIDE)]
    alone = []
    for config in configs:
        shelf._kept.clear()
        alone.append(trained(config, material))
    shelf._kept.clear()
    traced.clear()
    turns = [[trained(config, material, folder=f"turn {turn}") for config in configs] for turn in range(3)]
    assert len(traced) == len(configs)
    assert all(equal(now, once) for turn in turns for now, once in zip(turn, alone, strict=True))


def test_of_more_than_are_kept_the_one_that_was_used_longest_ago_goes(
    make_config, make_material, trained, traced, monkeypatch
):
    monkeypatch.setattr(shelf, "MOST", 2)
    first, second, third = make_config(**SMALL), make_config(**WIDE), make_config()
    for config, times in [(first, 1), (second, 2), (first, 2), (third, 3), (first, 3), (second, 4)]:
        trained(config, make_material())
        assert len(traced) == times


def test_networks_are_kept_that_have_so_many_weights_together(make_config, make_material, trained, monkeypatch):
    monkeypatch.setattr(shelf, "_kept", [])
    trained(make_config(**SMALL), make_material())
    trained(make_config(**WIDE), make_material())
    each = [apparatus.network.count_params() for _, apparatus in shelf._kept]
    for room, kept in [(sum(each), each), (sum(each) - 1, each[1:])]:
        shelf._kept.clear()
        monkeypatch.setattr(shelf, "MOST_WEIGHTS", room)
        trained(make_config(**SMALL), make_material())
        trained(make_config(**WIDE), make_material())
        assert [apparatus.network.count_params() for _, apparatus in shelf._kept] == kept


@TENSORFLOW
def test_the_graphs_of_one_that_went_leave_nothing_behind_beside_those_that_stay(
    make_config, make_material, trained, monkeypatch
):
    monkeypatch.setattr(shelf, "MOST", 2)
    shelf.forget()
    counts = []
    for _ in range(3):
        for config in (make_config(), make_config(**SMALL), make_config(**WIDE)):
            trained(config, make_material())
        gc.collect()
        counts.append(graphs())
    assert counts[0] > 0
    assert len(set(counts)) == 1
