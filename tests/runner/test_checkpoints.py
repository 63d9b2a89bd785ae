"""A trial that was interrupted goes on from its last epoch as if nothing had happened."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import soundfile

from sinesweep import predictions
from sinesweep.trial import State, Trial
from sinesweep_runner.training.archive import Damaged
from sinesweep_runner.training.progress import CHECKPOINTS, has_final_state
from sinesweep_runner.training.train import train

AUGMENTED = [{"name": "gain"}, {"name": "noise"}, {"name": "time_mask"}, {"name": "mixup"}]
PLAIN = {"epochs": 5}
WATCHED = {"epochs": 6, "patience": 2, "optimizer": "sgd", "momentum": 0.9, "schedule": "warmup_cosine"}


def interrupted_after(*reports):
    """Answers like a search that ends by Ctrl-C at the report `(fold, epoch)`, and notes what it is told."""
    told = []

    def keep_going(report):
        told.append((report.fold, report.epoch))
        if told[-1] in reports:
            raise KeyboardInterrupt
        return True

    return keep_going, told


@pytest.fixture
def config(make_config):
    return lambda augmentations, fit: make_config(augmentations=augmentations, fit=fit)


@pytest.mark.parametrize("fit", [PLAIN, WATCHED], ids=["plain", "watched"])
@pytest.mark.parametrize("augmentations", [[], AUGMENTED], ids=["clean", "augmented"])
def test_the_history_is_that_of_an_undisturbed_trial_bit_for_bit(config, make_material, tmp_path, augmentations, fit):
    material, settings = make_material(folds=2), config(augmentations, fit)
    whole = train(Trial(3, settings, 7), material, lambda report: True, tmp_path / "whole")
    first, _ = interrupted_after((0, 3))
    with pytest.raises(KeyboardInterrupt):
        train(Trial(3, settings, 7), material, first, tmp_path / "cut")
    second, told = interrupted_after((1, 2))
    with pytest.raises(KeyboardInterrupt):
        train(Trial(4, settings, 7, first=3), material, second, tmp_path / "cut")
    assert told[0] == (0, 3)  # the epoch whose report was not answered is the only one that is done again
    third, told = interrupted_after()
    result = train(Trial(5, settings, 7, first=3), material, third, tmp_path / "cut")
    assert told[0] == (1, 2)
    assert result.state is State.COMPLETE
    assert result.folds == whole.folds
    kept, undisturbed = (
        predictions.load(tmp_path / folder / each.predictions) for folder, each in (("cut", result), ("whole", whole))
    )
    np.testing.assert_array_equal(kept.probabilities, undisturbed.probabilities)


def test_a_trial_that_reads_sounds_from_a_folder_goes_on_too(config, make_material, tmp_path):
    soundfile.write(tmp_path / "rain.wav", np.random.default_rng(0).uniform(-0.5, 0.5, 3000), 4000)
    settings = config([{"name": "background_noise", "folder": str(tmp_path)}], {"epochs": 3})
    whole = train(Trial(3, settings, 7), make_material(folds=1), lambda report: True, tmp_path / "whole")
    cut, _ = interrupted_after((0, 2))
    with pytest.raises(KeyboardInterrupt):
        train(Trial(3, settings, 7), make_material(folds=1), cut, tmp_path / "cut")
    go_on, told = interrupted_after()
    again = train(Trial(4, settings, 7, first=3), make_material(folds=1), go_on, tmp_path / "cut")
    assert told[0] == (0, 2)
    assert again.folds == whole.folds


def test_a_trial_whose_driver_died_before_it_was_told_has_nothing_left_to_train(make_config, make_material, tmp_path):
    whole = train(Trial(3, make_config(), 7), make_material(), lambda report: True, tmp_path)
    go_on, told = interrupted_after()
    again = train(Trial(4, make_config(), 7, first=3), make_material(), go_on, tmp_path)
    assert told == []
    assert (again.folds, again.metrics, again.parameters) == (whole.folds, whole.metrics, whole.parameters)


@pytest.mark.parametrize(
    ("augmentations", "fit", "folds"),
    [
        (AUGMENTED, {"schedule": "constant"}, 2),
        ([], {"patience": 9, "optimizer": "sgd", "schedule": "constant"}, 1),
    ],
    ids=["plain", "watched"],
)
def test_a_trial_that_continues_another_equals_one_that_was_never_shorter(
    config, make_material, tmp_path, augmentations, fit, folds
):
    material = make_material(folds=folds)
    short, long = (config(augmentations, fit | {"epochs": epochs}) for epochs in (3, 6))
    whole = train(Trial(3, long, 7), material, lambda report: True, tmp_path / "whole")
    train(Trial(3, short, 7), material, lambda report: True, tmp_path / "cut")
    first, told = interrupted_after((folds - 1, 5))
    with pytest.raises(KeyboardInterrupt):
        train(Trial(8, long, 7, continues=3), material, first, tmp_path / "cut")
    assert told[0] == (0, 4)
    go_on, told = interrupted_after()
    result = train(Trial(9, long, 7, first=8, continues=3), material, go_on, tmp_path / "cut")
    assert told[0] == (folds - 1, 5)
    assert (result.state, result.folds) == (State.COMPLETE, whole.folds)


def test_patience_that_had_run_out_counts_anew_and_the_best_epoch_stays(config, make_material, tmp_path, monkeypatch):
    losses = iter([0.5, 0.4, 0.6, 0.7, 0.8, 0.9])
    monkeypatch.setattr("sinesweep_runner.training.train.Run._watched", lambda run, held, learner: next(losses))
    material, fit = make_material(folds=1), {"patience": 2, "schedule": "constant"}
    ended = train(Trial(3, config([], fit | {"epochs": 4}), 7), material, lambda report: True, tmp_path)
    assert (len(ended.folds[0].history), ended.folds[0].epochs) == (4, 2)
    longer = Trial(4, config([], fit | {"epochs": 9}), 7, continues=3)
    result = train(longer, material, lambda report: True, tmp_path)
    assert (len(result.folds[0].history), result.folds[0].epochs) == (6, 2)


def test_a_trial_that_continues_one_whose_final_state_is_gone_says_so(make_config, make_material, tmp_path):
    result = train(Trial(4, make_config(), 7, continues=3), make_material(), lambda report: True, tmp_path)
    assert result.state is State.FAILED
    assert result.failure.message == "the final state of trial 3, which this one continues, is not there any more"


def test_a_final_state_that_is_damaged_is_told_before_anything_is_trained_and_by_who_needs_it(
    make_config, make_material, tmp_path
):
    material = replace(make_material(), kept=True)
    ended = train(Trial(3, make_config(), 7), material, lambda report: True, tmp_path)
    assert has_final_state(tmp_path, ended)
    assert not has_final_state(tmp_path, replace(ended, trial=replace(ended.trial, number=4)))
    assert not has_final_state(tmp_path, replace(ended, folds=(*ended.folds, ended.folds[0])))
    file = tmp_path / CHECKPOINTS / "00003.fold1.npz"
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(Damaged, match=rf"{file} is damaged: it was cut off"):
        has_final_state(tmp_path, ended)
    longer = Trial(4, make_config(fit={"epochs": 6}), 7, continues=3)
    result = train(longer, material, lambda report: True, tmp_path)
    assert result.state is State.FAILED
    assert result.failure.message.startswith(f"this one continues trial 3, but its final state {file} is damaged: ")


@pytest.mark.parametrize("harm", ["cut", "empty", "another trial's"])
def test_a_checkpoint_that_is_of_no_use_is_passed_over(make_config, make_material, tmp_path, harm):
    material = make_material(folds=1)
    stop, _ = interrupted_after((0, 3))
    with pytest.raises(KeyboardInterrupt):
        train(Trial(3, make_config(), 7), material, stop, tmp_path)
    (file,) = (tmp_path / CHECKPOINTS).iterdir()
    if harm != "another trial's":
        file.write_bytes(file.read_bytes()[:1000] if harm == "cut" else b"")
    go_on, told = interrupted_after()
    train(Trial(3, make_config(), 8 if harm == "another trial's" else 7), material, go_on, tmp_path)
    assert told[0] == (0, 1)


def test_a_trial_that_is_paused_at_its_rungs_ends_like_one_that_is_not(config, make_material, tmp_path):
    material, settings = make_material(folds=2), config(AUGMENTED, WATCHED)
    whole = train(Trial(3, settings, 7), material, lambda report: True, tmp_path / "whole")
    paused = train(Trial(3, settings, 7, until=1), material, lambda report: True, tmp_path / "cut")
    assert (paused.state, paused.value) == (State.PAUSED, whole.folds[0].history[0]["accuracy"])
    # The driver died before it was told: the trial is tried again, and has nothing left to do up to its rung.
    again = train(Trial(4, settings, 7, first=3, until=1), material, lambda report: False, tmp_path / "cut")
    assert (again.state, again.value) == (State.PAUSED, paused.value)
    go_on, told = interrupted_after()
    result = train(Trial(5, settings, 7, first=3), material, go_on, tmp_path / "cut")
    assert told[0] == (0, 2)
    assert (result.state, result.folds) == (State.COMPLETE, whole.folds)
