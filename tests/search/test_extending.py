"""A wider study knows all that the older one has learnt; what lies outside keeps its results and teaches nobody."""

from __future__ import annotations

import json

import numpy as np
import optuna
import pytest

from sinesweep.errors import SweepError
from sinesweep.extending import extend_study, point_of
from sinesweep.picks import random_pick
from sinesweep.samplers import make_pruner
from sinesweep.storage import load_study
from sinesweep.study import Study
from sinesweep.sweep import Sweep
from sinesweep.trial import Cause, Failure, Report, Result, State

FIT = {"epochs": 9, "batch_size": [8, 16], "learning_rate": {"low": 1e-3, "high": 1e-2}}


def sweep_of(**changes):
    document = {
        "name": "test",
        "data": {"reader": "folder", "path": "sounds"},
        "features": {"log_mel": {"n_mels": {"low": 20, "high": 80}}},
        "architectures": {"mlp": None},
        "fit": FIT,
        "search": {"startup_trials": 3},
        **changes,
    }
    return Sweep.model_validate(document)


WIDER = {
    "features": {"log_mel": {"n_mels": {"low": 20, "high": 120}}, "mfcc": None},
    "fit": FIT | {"batch_size": [8, 16, 32]},
}


def score(trial):
    return trial.config["fit"]["learning_rate"] * trial.config["features"].get("n_mels", 30)


def search(study, trials):
    asked = []
    for _ in range(trials):
        trial = study.ask()
        asked.append(trial)
        for epoch in range(1, 4):
            study.keep_going(Report(trial.number, 0, epoch, {"accuracy": score(trial) * epoch}))
        study.tell(Result(trial, State.COMPLETE, value=score(trial), metrics={"accuracy": score(trial)}))
    return asked


def storage_in(folder, kind):
    return str(folder / "study.journal") if kind == "journal" else f"sqlite:///{folder}/study.db"


@pytest.fixture
def storage(tmp_path):
    return storage_in(tmp_path, "journal")


@pytest.mark.parametrize("kind", ["journal", "sqlite"])
def test_every_trial_keeps_its_number_its_result_and_what_pruners_saw(tmp_path, kind):
    storage = storage_in(tmp_path, kind)
    old = sweep_of()
    study = Study(old, storage)
    search(study, 6)
    study.record_baseline(Result(study.ask(), State.COMPLETE, value=0.1))
    study.record.bind("split 1")
    results, spent = study.record.results(), study.spend()
    extension = extend_study(old, sweep_of(**WIDER), storage)
    assert (extension.known, extension.aside) == (6, 0)  # the one that was interrupted teaches nobody
    wide = Study(extension.sweep, storage, resume=True)
    assert wide.record.results()[:6] == results
    assert wide.record.baseline.value == 0.1
    assert wide.spend() >= spent
    with pytest.raises(SweepError, match="another split"):
        wide.record.check_split("split 2")
    before, after = (load_study(sweep, storage).trials for sweep in (old, extension.sweep))
    for one, other in zip(before, after, strict=True):
        assert (one.number, one.state, one.values, one.intermediate_values) == (
            other.number,
            other.state,
            other.values,
            other.intermediate_values,
        )
        assert (one.datetime_start, one.datetime_complete) == (other.datetime_start, other.datetime_complete)


def test_the_sampler_learns_from_old_trials_over_the_new_ranges(storage):
    old = sweep_of()
    search(Study(old, storage), 12)
    extension = extend_study(old, sweep_of(**WIDER), storage)
    trials = load_study(extension.sweep, storage).trials[1:]
    assert {trial.params["features"] for trial in trials} == {"log_mel"}
    assert {trial.distributions["features.log_mel.n_mels"].high for trial in trials} == {120}
    assert {trial.distributions["fit.batch_size"].choices for trial in trials} == {(8, 16, 32)}
    fresh = search(Study(extension.sweep, storage, resume=True), 20)
    assert {trial.config["features"]["name"] for trial in fresh} == {"log_mel", "mfcc"}
    assert len({trial.seed for trial in fresh} | {result.trial.seed for result in results(extension, storage)}) == 32


def results(extension, storage):
    return Study(extension.sweep, storage, resume=True).record.results()


@pytest.mark.parametrize("sampler", ["tpe", "random", "qmc", "nsga2"])
def test_no_configuration_comes_twice(storage, sampler):
    old = sweep_of(search={"sampler": sampler, "startup_trials": 3})
    tried = search(Study(old, storage), 8)
    extension = extend_study(old, sweep_of(**WIDER, search={"sampler": sampler, "startup_trials": 3}), storage)
    tried += search(Study(extension.sweep, storage, resume=True), 8)
    assert len({json.dumps(trial.config["fit"]) for trial in tried}) == 16


def test_what_a_narrower_space_leaves_out_is_set_aside_and_comes_back_with_a_wider_one(storage):
    old = sweep_of(search={"pruner": "none"})
    study = Study(old, storage)
    tried = search(study, 8)
    study.tell(Result(study.ask(), State.FAILED, failure=Failure(Cause.NAN, "the loss became nan")))
    narrow = extend_study(old, sweep_of(fit=FIT | {"batch_size": 8}), storage)
    within = sum(trial.config["fit"]["batch_size"] == 8 for trial in tried)
    assert 0 < within < 8
    frozen = load_study(narrow.sweep, storage).trials
    assert sum(trial.state.name == "COMPLETE" for trial in frozen) == within
    assert all(trial.params == {} for trial in frozen if trial.state.name == "FAIL")
    assert len(results(narrow, storage)) == 9
    wide = extend_study(narrow.sweep, sweep_of(**WIDER), storage)
    assert wide.aside == 0
    whole, again = load_study(old, storage).trials, load_study(wide.sweep, storage).trials
    assert [(t.state, t.values, t.system_attrs) for t in whole] == [(t.state, t.values, t.system_attrs) for t in again]


def test_what_waits_is_tried_as_the_new_space_has_it(storage):
    old = sweep_of(enqueue=[{"fit.batch_size": size} for size in (16, 8)])
    lost = Study(old, storage).ask()
    extension = extend_study(old, sweep_of(**WIDER), storage)
    wide = Study(extension.sweep, storage, resume=True)
    again, other = sorted([wide.ask(), wide.ask()], key=lambda trial: trial.first is None)
    assert (again.config, again.seed, again.first) == (lost.config, lost.seed, lost.number)
    assert other.config["fit"]["batch_size"] == 8
    assert wide.ask().number > max(again.number, other.number)


def test_what_waits_outside_the_new_space_is_not_tried(storage):
    old = sweep_of(enqueue=[{"fit.batch_size": size} for size in (16, 8)])
    Study(old, storage).ask()
    extension = extend_study(old, sweep_of(fit=FIT | {"batch_size": [8, 32]}, enqueue=[]), storage)
    wide = Study(extension.sweep, storage, resume=True)
    trial = wide.ask()
    assert (trial.config["fit"]["batch_size"], trial.first) == (8, None)
    assert wide.ask().first is None


def test_a_grid_goes_on_with_the_points_that_are_new(storage):
    def grid(sizes):
        pinned = {"features": {"log_mel": FIXED}, "architectures": {"mlp": MLP}}
        return sweep_of(**pinned, fit=FIT | {"batch_size": sizes, "learning_rate": 1e-3}, search={"sampler": "grid"})

    search(Study(grid([8, 16]), storage), 2)
    extension = extend_study(grid([8, 16]), grid([8, 16, 32]), storage)
    wide = Study(extension.sweep, storage, resume=True)
    assert [trial.config["fit"]["batch_size"] for trial in search(wide, 1)] == [32]
    assert wide.ask() is None


FIXED = {"n_mels": 20, "window_ms": 32.0, "hop_ms": 16.0, "compression": "db", "deltas": 0, "normalisation": "per_clip"}
MLP = {"layers": 1, "units": 32, "norm": "batch", "activation": "relu", "dropout": 0.0, "l2": 0.0, "l1": 0.0}


def test_an_extension_that_was_cut_off_leaves_the_old_study_whole_and_can_be_made_again(tmp_path, storage):
    old = sweep_of()
    search(Study(old, storage), 3)
    journal = tmp_path / "study.journal"
    before = journal.read_bytes()
    extend_study(old, sweep_of(**WIDER), storage)
    lines = journal.read_bytes()[len(before) :].splitlines(keepends=True)
    assert len(lines) == 6  # the study, the seconds spent so far and its four trials
    for end in range(len(lines)):
        journal.write_bytes(before + b"".join(lines[:end]) + lines[end][:7])
        assert len(Study(old, storage, resume=True).record.results()) == 3
        extension = extend_study(old, sweep_of(**WIDER), storage)
        assert extension.sweep.study == "test/2"
        assert len(results(extension, storage)) == 3


def test_every_configuration_of_a_space_is_found_in_it_again():
    space = sweep_of(
        features={"log_mel": None, "stack": None, "mfcc": None},
        architectures={"cnn": None, "transformer": None},
        augmentations={"gain": None, "time_mask": {"enabled": True}, "noise": {"enabled": False}},
        fit={"optimizer": ["sgd", "adamw", "adam"], "epochs": {"low": 1, "high": 90, "log": True}},
    ).space()
    rng = np.random.default_rng(0)
    for _ in range(100):
        config = space.suggest(random_pick(rng))
        point = point_of(space, json.loads(json.dumps(config)))
        assert space.suggest(lambda name, domain, told=point.params: told[name]) == config
        assert point_of(sweep_of().space(), config) is None


def test_trials_keep_their_hyperband_brackets_in_the_study_of_an_extended_sweep():
    pruner = make_pruner(sweep_of(search={"pruner": "hyperband"}).search, 81)

    def brackets(name):
        study = optuna.create_study(study_name=name, pruner=pruner)
        trials = [optuna.create_trial(value=0.0) for _ in range(30)]
        study.add_trials(trials)
        pruner.prune(study, study.trials[0])
        return [pruner._get_bracket_id(study, trial) for trial in study.trials]

    assert brackets("test") == brackets("test/2") == brackets("test/17")
    assert brackets("test") != brackets("another")
