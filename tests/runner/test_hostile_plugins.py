"""A plugin may do anything; whatever it does is told with its name, in one line, and ends no command silently."""

from __future__ import annotations

import signal

import pytest

from sinesweep.trial import Cause, State, Trial
from sinesweep_runner.beside import Beside
from sinesweep_runner.conversation import Conversation
from sinesweep_runner.model import winner
from sinesweep_runner.signals import stop_on_interrupt
from sinesweep_runner.training.drybuild import dry_build_on
from sinesweep_runner.training.failures import NotANumber
from sinesweep_runner.training.train import train

DONE, BROKEN, MISTAKE = 0, 1, 2
FAILED = 1


def reader(name: str, **settings) -> dict:
    return {"data": {"reader": f"hostile_plugins:{name}", "path": "x", **settings}}


@pytest.mark.parametrize("command", ["check", "run"])
@pytest.mark.parametrize(
    ("sections", "message"),
    [
        (reader("ExitsInRead"), "reader 'hostile_plugins:ExitsInRead' failed in read: SystemExit: 0"),
        (reader("RaisesInRead"), "reader 'hostile_plugins:RaisesInRead' failed in read: ValueError: no [2Jlabels"),
        (reader("ReadsNothing"), "failed in read: it gives NoneType, expected a sinesweep.Dataset"),
        (reader("ReadsNothing", what="list"), "failed in read: it gives list, expected a sinesweep.Dataset"),
        (
            {"losses": ["hostile_plugins:ExitsInLossCheck"]},
            "loss 'hostile_plugins:ExitsInLossCheck' failed in check: SystemExit: 0",
        ),
        (
            {"baseline": "hostile_plugins:Ragged"},
            "baseline 'hostile_plugins:Ragged' failed in describe: it gives (",
        ),
        (
            {"baseline": "hostile_plugins:ExitsInEstimator"},
            "baseline 'hostile_plugins:ExitsInEstimator' failed in estimator: SystemExit: 0",
        ),
    ],
)
def test_what_a_plugin_does_before_the_first_trial_is_told_with_its_name(
    sinesweep, write_sweep, tmp_path, command, sections, message
):
    out = ["--out", tmp_path / "sweep"] if command == "run" else []
    said = sinesweep(command, write_sweep(**sections), *out)
    assert said.code == MISTAKE
    assert message in said.err


@pytest.mark.parametrize(
    ("features", "message"),
    [
        ("ExitsInCheck", "features 'hostile_plugins:ExitsInCheck' failed in check: SystemExit: 0"),
        ("PostInit", "features 'hostile_plugins:PostInit' failed in __post_init__: ValueError: no licence"),
    ],
)
def test_a_front_end_that_fails_by_arithmetic_is_told_by_check(sinesweep, write_sweep, features, message):
    said = sinesweep("check", write_sweep(features=[f"hostile_plugins:{features}"]))
    assert said.code == MISTAKE
    assert message in said.err


@pytest.mark.parametrize(("sides", "given"), [("negative", "-1 × 4"), ("float", "10.0 × 4"), ("none", "nothing")])
def test_a_shape_that_no_features_can_have_is_the_fault_of_the_plugin(sinesweep, write_sweep, sides, given):
    said = sinesweep("check", write_sweep(features={"hostile_plugins:Misshapen": {"sides": sides}}))
    assert said.code == MISTAKE
    assert (
        f"features 'hostile_plugins:Misshapen' failed in shape: it gives {given}, expected (frames, bins)" in said.err
    )


@pytest.mark.parametrize(
    ("changes", "plugin", "message"),
    [
        ({"features": {"name": "hostile_plugins:PostInit"}}, "features", "failed in __post_init__: ValueError"),
        ({"features": {"name": "hostile_plugins:ExitsInCheck"}}, "features", "failed in check: SystemExit: 0"),
        ({"features": {"name": "hostile_plugins:ExitsInLayer"}}, "features", "failed in layer: SystemExit: so long"),
        (
            {"features": {"name": "hostile_plugins:NoLayer"}},
            "features",
            "failed in layer: it gives NoneType, expected a Keras layer",
        ),
        ({"features": {"name": "hostile_plugins:NoLayer", "raises": True}}, "features", "failed in layer: ValueError"),
        ({"features": {"name": "hostile_plugins:ExitsInExtract"}}, "features", "failed in extract: SystemExit: 0"),
        ({"features": {"name": "hostile_plugins:ComplexNumbers"}}, "features", "it gives complex128, expected float32"),
        ({"architecture": {"name": "hostile_plugins:ExitsInBuild"}}, "architecture", "failed in build: SystemExit: 0"),
        (
            {"architecture": {"name": "hostile_plugins:BuildsNothing"}},
            "architecture",
            "failed in build: it gives None, expected a Keras model that gives logits of shape (None, 2)",
        ),
        ({"augmentations": [{"name": "hostile_plugins:BailsInCall"}]}, "augmentation", "failed in call: Bail: enough"),
    ],
)
def test_what_a_plugin_does_in_a_trial_is_the_trial_s_result(make_material, make_config, changes, plugin, message):
    result = train(Trial(1, make_config(**changes), seed=0), make_material(), lambda report: True)
    assert (result.state, result.failure.cause) == (State.FAILED, Cause.PLUGIN)
    assert result.failure.plugin.startswith(f"{plugin} 'hostile_plugins:")
    assert message in result.failure.message


REGISTERED = "put @keras.saving.register_keras_serializable(package='hostile_plugins') above it"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"features": {"name": "hostile_plugins:Unregistered"}},
            "features 'hostile_plugins:Unregistered' failed in layer: a saved model could not be read back: Keras does"
            f" not know its class Env; {REGISTERED}",
        ),
        (
            {"architecture": {"name": "hostile_plugins:UnregisteredNet"}},
            "architecture 'hostile_plugins:UnregisteredNet' failed in build: a saved model could not be read back:"
            f" Keras does not know its class Plain; {REGISTERED}",
        ),
        (
            {"architecture": {"name": "hostile_plugins:ExitsInConfig"}},
            "architecture 'hostile_plugins:ExitsInConfig' failed in build: a saved model could not be read back:",
        ),
    ],
)
def test_what_no_saved_model_could_be_read_with_is_told_before_a_trial_is_trained(
    make_material, make_config, changes, message
):
    judge = dry_build_on(make_material())
    for number in (1, 2):  # what was refused once is refused again
        refused = judge(Trial(number, make_config(**changes), seed=0))
        assert (refused.state, refused.failure.cause) == (State.FAILED, Cause.PLUGIN)
        assert refused.failure.message.startswith(message)


@pytest.mark.filterwarnings("ignore:Skipping nested container")  # Keras looks there too before it gives up
def test_a_winner_that_cannot_be_read_back_leaves_the_test_part_sealed(sinesweep, write_sweep, tmp_path):
    file = write_sweep(architectures=["hostile_plugins:Forgetful"], budget={"trials": 2}, search={"pruner": "none"})
    said = sinesweep("run", file, "--out", tmp_path / "sweep")
    assert said.code == MISTAKE
    assert ", the winner, failed in its last training, on training and validation clips together: model" in said.err
    assert "Forgetful' failed in save: it cannot be read back: ValueError: " in said.err
    assert ". The test part is still sealed. To make" in said.err
    assert f"To make the next best the winner: sinesweep finalize {tmp_path / 'sweep'} --trial " in said.err
    assert not (tmp_path / "sweep" / "test.json").exists()
    assert not (tmp_path / "sweep" / "best").exists()
    assert (tmp_path / "sweep" / "leaderboard.md").exists()


def test_features_that_are_no_numbers_fail_the_trial_whatever_the_network_answers(make_material, make_config):
    config = make_config(features={"name": "hostile_plugins:SometimesNan"})
    result = train(Trial(1, config, seed=0), make_material(), lambda report: True)
    assert (result.state, result.failure.cause) == (State.FAILED, Cause.NAN)
    told = "features 'hostile_plugins:SometimesNan' are NaN or infinite in 48 of 48 examples"
    assert result.failure.message == told


def test_a_winner_that_falls_apart_in_its_last_training_is_told_with_the_way_out(
    sinesweep, write_sweep, tmp_path, monkeypatch
):
    class Exploding(winner.Learner):
        def train_epoch(self, epoch):
            raise NotANumber("the loss became nan in step 2 of epoch 1; a learning_rate below 0.01 may help")

    monkeypatch.setattr(winner, "Learner", Exploding)
    said = sinesweep("run", write_sweep(budget={"trials": 1}), "--out", tmp_path / "sweep")
    assert said.code == FAILED
    assert (
        "trial 1, the winner, failed in its last training, on training and validation clips together: the loss became"
        " nan in step 2 of epoch 1; a learning_rate below 0.01 may help. The test part is still sealed" in said.err
    )


def test_ctrl_c_in_a_plugin_is_nobodys_fault(make_material, make_config, monkeypatch):
    import hostile_plugins

    def interrupted(self, rate_hz, samples):
        raise KeyboardInterrupt

    monkeypatch.setattr(hostile_plugins.ExitsInCheck, "check", interrupted)
    trial = Trial(1, make_config(features={"name": "hostile_plugins:ExitsInCheck"}), seed=0)
    with pytest.raises(KeyboardInterrupt):
        train(trial, make_material(), lambda report: True)


@pytest.fixture
def interrupting(make_config):
    """A trial in which a plugin raises KeyboardInterrupt without a signal."""
    return Trial(1, make_config(features={"name": "hostile_plugins:InterruptsInCheck"}), seed=0)


def test_an_interrupt_that_nobody_sent_is_the_plugins_fault_in_a_worker(make_material, interrupting):
    """Where trainings, and dry builds for workers, have a thread of their own."""
    material = make_material()
    trained = Conversation(lambda ask: train(interrupting, material, ask)).begin()
    for result in (trained, Beside(lambda: dry_build_on(material)(interrupting)).result()):
        assert (result.state, result.failure.cause) == (State.FAILED, Cause.PLUGIN)
        assert "failed in check: KeyboardInterrupt" in result.failure.message


def test_an_interrupt_that_nobody_sent_is_the_plugins_fault_where_a_search_answers_ctrl_c(make_material, interrupting):
    with stop_on_interrupt(lambda text: None) as stop:
        result = train(interrupting, make_material(), lambda report: True)
    assert result.failure.plugin == "features 'hostile_plugins:InterruptsInCheck'"
    assert not stop.asked


def test_ctrl_c_twice_goes_through_a_plugin_at_once(make_material, make_config, monkeypatch):
    import hostile_plugins

    def interrupted(self, rate_hz, samples):
        for _ in range(2):
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(hostile_plugins.ExitsInCheck, "check", interrupted)
    trial = Trial(1, make_config(features={"name": "hostile_plugins:ExitsInCheck"}), seed=0)
    with stop_on_interrupt(lambda text: None) as stop, pytest.raises(KeyboardInterrupt):
        train(trial, make_material(), lambda report: True)
    assert stop.at_once


@pytest.mark.parametrize("name", ["ExitsInCheck", "ExitsInLayer", "ExitsInBuild", "ExitsInEstimator", "BailsInCall"])
def test_the_suite_has_a_verdict_on_a_plugin_that_ends_the_process(sinesweep, name):
    said = sinesweep("plugins", "check", f"hostile_plugins:{name}")
    assert said.code == BROKEN
    assert f"hostile_plugins:{name} breaks " in said.out


def test_a_plugin_that_cannot_be_made_is_shown_and_not_checked(sinesweep):
    fault = "features 'hostile_plugins:PostInit' failed in __post_init__: ValueError: no licence"
    shown = sinesweep("plugins", "show", "hostile_plugins:PostInit")
    assert (shown.code, f"unknown: {fault}" in shown.out) == (DONE, True)
    checked = sinesweep("plugins", "check", "hostile_plugins:PostInit")
    assert (checked.code, fault in checked.err) == (MISTAKE, True)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("hostile_plugins:Raged", "has no attribute 'Raged'. Did you mean 'Ragged'?"),
        ("hostile_plugins.py:Ragged", "Did you mean 'hostile_plugins:Ragged'?"),
        ("nowhere_at_all:Ragged", "Its module has to lie in the folder where sinesweep is started, or on PYTHONPATH"),
    ],
)
def test_a_class_that_is_not_there_is_told_with_the_way_out(sinesweep, name, message):
    said = sinesweep("plugins", "show", name)
    assert said.code == MISTAKE
    assert message in said.err
