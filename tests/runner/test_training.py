"""One trial, from its configuration to its result."""

from __future__ import annotations

import dataclasses
import errno
import importlib
import os

import numpy as np
import pytest

from sinesweep import predictions
from sinesweep.lengths import Length
from sinesweep.trial import TRAIN_LOSS, VALID_LOSS, Cause, State, Trial
from sinesweep_runner.training.assembly import Step
from sinesweep_runner.training.manysteps import Walk
from sinesweep_runner.training.progress import of_validation
from sinesweep_runner.training.train import train
from sinesweep_runner.training.trainee import Trainee, balanced_weights

AUGMENTED = [{"name": "gain"}, {"name": "noise"}, {"name": "time_mask"}, {"name": "mixup"}]


def run(config, material, seed=1, keep_going=lambda report: True, folder=None):
    return train(Trial(3, config, seed), material, keep_going, folder)


def test_a_short_training_tells_two_pitches_apart(make_config, make_material):
    result = run(make_config(), make_material())
    assert result.state is State.COMPLETE
    assert result.value == result.metrics["accuracy"] > 0.9


def test_a_result_says_what_was_done(make_config, make_material, tmp_path):
    result = run(make_config(), make_material(), folder=tmp_path)
    assert [len(fold.history) for fold in result.folds] == [4, 4]
    assert all(fold.metrics == of_validation(fold.history[-1]) for fold in result.folds)
    assert all(epoch[TRAIN_LOSS] > 0 for fold in result.folds for epoch in fold.history)
    assert result.value == pytest.approx(np.mean([fold.metrics["accuracy"] for fold in result.folds]))
    assert result.parameters > 0
    assert {"load", "features", "build", "trace", "fit", "evaluate"} <= set(result.phases)
    assert sum(result.phases.values()) <= result.seconds
    assert {"python", "keras", "backend", "sinesweep"} <= set(result.versions)
    assert result.device


def test_a_trial_that_was_ended_in_a_fold_keeps_the_history_of_it(make_config, make_material):
    result = run(make_config(), make_material(), keep_going=lambda report: (report.fold, report.epoch) != (1, 3))
    assert result.state is State.PRUNED
    assert [len(fold.history) for fold in result.folds] == [4]
    assert len(result.unfinished) == 3
    assert all(epoch[TRAIN_LOSS] > 0 for epoch in result.unfinished)
    assert not {TRAIN_LOSS, VALID_LOSS} & result.metrics.keys()


@pytest.mark.parametrize("loss", [{"name": "cross_entropy", "label_smoothing": 0.0}, {"name": "focal", "gamma": 2.0}])
def test_both_losses_of_an_epoch_are_what_is_trained_with(make_config, make_material, loss):
    [fold, _] = run(make_config(loss=loss), make_material()).folds
    for epoch in fold.history:
        ratio = epoch[VALID_LOSS] / epoch["loss"]
        assert ratio == pytest.approx(1, rel=1e-4) if loss["name"] == "cross_entropy" else ratio < 0.9


def test_every_validation_clip_has_its_prediction(make_config, make_material, tmp_path):
    material = make_material()
    result = run(make_config(), material, folder=tmp_path)
    stored = predictions.load(tmp_path / result.predictions)
    assert result.predictions == "predictions/00003.npz"
    assert list(stored.clips) == list(range(48))
    assert list(stored.targets) == list(material.targets)
    assert np.allclose(stored.probabilities.sum(axis=1), 1, atol=1e-5)


def test_what_a_sweep_asks_for_by_name_is_measured_beside_the_rest(make_config, make_material):
    material = dataclasses.replace(make_material(folds=1), objective="top_1_accuracy", also=("top_2_accuracy",))
    result = run(make_config(fit={"epochs": 2}), material)
    assert result.value == result.metrics["top_1_accuracy"] == result.metrics["accuracy"]
    assert result.metrics["top_2_accuracy"] == 1
    assert all("top_2_accuracy" in epoch for epoch in result.folds[0].history)


@pytest.mark.parametrize("augmentations", [[], AUGMENTED])
def test_the_same_trial_gives_the_same_numbers(make_config, make_material, augmentations):
    """Dropout, shuffling and augmentation follow from the seed."""
    material, config = make_material(folds=1), make_config(augmentations=augmentations, fit={"epochs": 2})
    first, second, other = run(config, material), run(config, material), run(config, material, seed=2)
    assert first.folds == second.folds
    assert first.folds != other.folds


@pytest.mark.parametrize("augmentations", [AUGMENTED, [{"name": "time_shift"}, {"name": "frequency_mask"}]])
def test_training_with_augmentation_learns(make_config, make_material, augmentations):
    result = run(make_config(augmentations=augmentations, fit={"epochs": 8}), make_material(folds=1))
    assert result.failure is None
    assert result.value > 0.8


def test_a_front_end_with_weights_is_trained_with_the_network(make_config, make_material):
    config = make_config(features={"name": "engine_plugins:LearntFilters"}, fit={"epochs": 10})
    result = run(config, make_material(folds=1))
    assert result.failure is None
    assert result.metrics["loss"] < 0.6


def test_what_does_not_fit_into_memory_is_read_as_it_is_needed(make_config, make_material, monkeypatch):
    """Where nothing may be kept, the numbers stay the same as where everything is."""
    config, material = make_config(augmentations=[{"name": "gain"}], fit={"epochs": 2}), make_material(folds=1)
    kept = run(config, material)
    monkeypatch.setattr("sinesweep_runner.training.inputs.MEMORY_BYTES", 0)
    streamed = run(config, material)
    assert streamed.metrics["loss"] == pytest.approx(kept.metrics["loss"], rel=1e-3)


@pytest.mark.parametrize("normalisation", ["per_bin", "per_clip", "none"])
def test_every_normalisation_trains(make_config, make_material, normalisation):
    features = {"name": "log_mel", "n_mels": 20, "normalisation": normalisation}
    assert run(make_config(features=features, fit={"epochs": 1}), make_material(folds=1)).state is State.COMPLETE


def test_clips_of_many_windows_are_judged_as_clips(make_config, make_material):
    material = make_material(Length("windows", 4000, 2000, 1000), seconds=1.3, clips=24, folds=1)
    result = run(make_config(), material)
    assert result.value > 0.9
    assert result.value * 12 == pytest.approx(round(result.value * 12))


@pytest.mark.parametrize("clips", [46, 50])
def test_a_step_is_traced_once_whatever_the_number_of_clips(make_config, make_material, clips):
    """A second tracing would cost more than an epoch of a small network."""
    engine_plugins = importlib.import_module("engine_plugins")
    engine_plugins.TRACED_IN_TRAINING.clear()
    config = make_config(architecture={"name": "engine_plugins:CountingNet"}, fit={"batch_size": 16})
    assert run(config, make_material(clips=clips, folds=1)).state is State.COMPLETE
    assert len(engine_plugins.TRACED_IN_TRAINING) == 1


def test_the_search_can_end_a_trial(make_config, make_material):
    reports = []
    result = run(make_config(), make_material(), keep_going=lambda report: reports.append(report) or len(reports) < 6)
    assert result.state is State.PRUNED
    assert [(report.fold, report.epoch) for report in reports] == [(0, 1), (0, 2), (0, 3), (0, 4), (1, 1), (1, 2)]
    assert result.value == reports[-1].metrics["accuracy"]
    assert result.metrics == reports[-1].metrics
    assert result.predictions is None


@pytest.mark.parametrize(
    ("fit", "parts", "seen"),
    [
        ({"batch_size": 8}, 1, 24),
        ({"batch_size": 128}, 1, 24),
        ({"batch_size": 12}, 2, 24),
        ({"batch_size": 10, "patience": 2}, 1, 20),
    ],
    ids=["small batches", "one batch", "halves of a batch", "patience"],
)
def test_an_epoch_passes_once_over_every_clip_whatever_the_batch_size(
    make_config, make_material, monkeypatch, fit, parts, seen
):
    """So an epoch stands for as many samples in every trial; patience holds 15 % of them back."""
    rows, take = [], Walk.take

    def noted(walk, source, batches, rates):
        losses = take(walk, source, batches, rates)
        rows.extend(batches[: len(losses)].ravel().tolist())
        return losses

    monkeypatch.setattr(Walk, "take", noted)
    trial = Trial(3, make_config(fit={"epochs": 1, **fit}), seed=1, accumulate=parts)
    assert train(trial, make_material(folds=1), lambda report: True).state is State.COMPLETE
    assert len(rows) == len(set(rows)) == seen


def test_patience_stops_and_scores_its_best_epoch(make_config, make_material):
    """The epoch is chosen on clips held out from training, never on those that are reported."""
    config = make_config(fit={"epochs": 60, "patience": 2, "learning_rate": 0.05, "schedule": "constant"})
    result = run(config, make_material(folds=1))
    fold = result.folds[0]
    assert len(fold.history) < 60
    assert fold.epochs == len(fold.history) - 2
    assert fold.metrics == of_validation(fold.history[fold.epochs - 1])


def test_class_weights_weigh_the_loss():
    """The loss of a batch is the weighted mean over its clips, mixed clips by their shares."""
    import keras

    loss = Step("loss", "cross_entropy", keras.losses.CategoricalCrossentropy(from_logits=True))
    network = Step("architecture", "identity", keras.layers.Identity())
    trainee = Trainee([], network, loss, class_weights=np.array([0.5, 3.0], np.float32))
    targets, logits = np.array([[1, 0], [0, 1], [0.5, 0.5]], np.float32), np.array([[2, 0], [1, 0], [0, 0]], np.float32)
    surprise = -(targets * (logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)))).sum(axis=1)
    weighted = trainee.compute_loss(y_pred={"targets": targets, "logits": logits})
    assert float(weighted) == pytest.approx((surprise * [0.5, 3.0, 1.75]).mean(), rel=1e-5)


def test_balanced_weights_train(make_config, make_material):
    plain, balanced = (
        run(make_config(fit={"epochs": 1, "class_weights": weights}), _with_few_high(make_material(folds=1)))
        for weights in ("none", "balanced")
    )
    assert balanced.state is State.COMPLETE
    assert balanced.metrics["loss"] != plain.metrics["loss"]


def _with_few_high(material):
    fold = material.folds[0]
    few = tuple(c for c in fold.train if c % 2 == 0) + tuple(c for c in fold.train if c % 2)[:3]
    return dataclasses.replace(material, folds=(dataclasses.replace(fold, train=few),))


def test_balanced_weights_are_one_on_average():
    targets = np.eye(3, dtype=np.float32)[[0] * 9 + [1] * 3]
    weights = balanced_weights(targets)
    assert weights @ targets.sum(axis=0) == pytest.approx(12)
    assert weights[1] == pytest.approx(3 * weights[0])
    assert weights[2] == 0


@pytest.mark.parametrize(
    ("sections", "cause", "message"),
    [
        ({"loss": {"name": "engine_plugins:NanLoss"}}, Cause.NAN, "nan in step 1 of epoch 1, before any weight was"),
        ({"loss": {"name": "engine_plugins:RaisingLoss"}}, Cause.PLUGIN, "RaisingLoss' failed in call: IndexError"),
        ({"augmentations": [{"name": "engine_plugins:RaisingAugmentation"}]}, Cause.PLUGIN, "nothing to mask"),
        ({"features": {"name": "engine_plugins:RaisingCheck"}}, Cause.PLUGIN, "failed in check: KeyError"),
        ({"features": {"name": "engine_plugins:RaisingLayer"}}, Cause.PLUGIN, "failed in layer: ZeroDivisionError"),
        ({"architecture": {"name": "engine_plugins:RaisingNet"}}, Cause.PLUGIN, "build: ValueError: no such luck"),
        ({"architecture": {"name": "engine_plugins:WideNet"}}, Cause.PLUGIN, "expected logits of shape (None, 2)"),
        ({"architecture": {"name": "engine_plugins:GreedyNet"}}, Cause.OUT_OF_MEMORY, "smaller batch_size"),
        ({"architecture": {"name": "nowhere:Net"}}, Cause.PLUGIN, "cannot be imported"),
    ],
)
def test_a_fault_of_the_trial_is_its_result(make_config, make_material, sections, cause, message):
    result = run(make_config(**sections), make_material(folds=1))
    assert result.state is State.FAILED
    assert result.failure.cause is cause
    assert message in result.failure.message
    assert "Traceback" in result.failure.detail
    assert result.value is None


def test_an_absurd_learning_rate_is_told_as_such(make_config, make_material):
    fit = {"optimizer": "sgd", "learning_rate": 10.0, "momentum": 0.99, "schedule": "constant", "epochs": 300}
    config = make_config(loss={"name": "engine_plugins:SteepLoss"}, fit=fit)
    result = run(config, make_material(folds=1))
    assert result.failure.cause is Cause.NAN
    assert "learning_rate below 10" in result.failure.message


def test_a_shape_that_keras_refuses_is_infeasible(make_config, make_material):
    result = run(make_config(architecture={"name": "engine_plugins:DeepNet"}), make_material(folds=1))
    assert result.state is State.INFEASIBLE
    assert result.failure.cause is Cause.INFEASIBLE
    assert "\x1b" not in result.failure.message


def test_a_full_disk_is_told_as_such(make_config, make_material, tmp_path, monkeypatch):
    def full(path, *rest):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(predictions, "save", full)
    result = run(make_config(fit={"epochs": 1}), make_material(folds=1), folder=tmp_path)
    assert result.state is State.INTERRUPTED
    assert result.failure.cause is Cause.DISK


@pytest.mark.parametrize("name", ["lion", "lamb", "adafactor", "muon", "schedule_free_adamw"])
def test_newer_optimizers_train_with_clipped_gradients(make_config, make_material, name):
    fit = {"optimizer": name, "epochs": 2, "clipping": "global_norm", "clip_at": 1.0}
    result = run(make_config(fit=fit), make_material(folds=1))
    assert result.failure is None
    assert result.metrics["loss"] < 5


def test_an_optimizer_that_divides_by_the_learning_rate_warms_up(make_config, make_material):
    fit = {"optimizer": "ftrl", "epochs": 2, "schedule": "warmup_cosine"}
    assert run(make_config(fit=fit), make_material(folds=1)).failure is None


def test_a_loss_may_weigh_the_classes(make_config, make_material):
    """With β near 1 its weights are those of balanced classes; both together would count twice."""
    few = _with_few_high(make_material(folds=1))
    losses = [
        run(make_config(loss=loss, fit={"epochs": 1}), few).metrics["loss"]
        for loss in (
            {"name": "class_balanced", "beta": 0.9999},
            {"name": "class_balanced", "beta": 0.9},
            {"name": "cross_entropy"},
        )
    ]
    assert len(set(losses)) == 3


def test_ctrl_c_is_no_fault_of_the_trial(make_config, make_material):
    def interrupt(report):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(make_config(), make_material(folds=1), keep_going=interrupt)
