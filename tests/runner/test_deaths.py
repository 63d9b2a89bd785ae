"""A trial that takes the driver of its sweep with it, again and again, is given up on resume; the others are not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sinesweep.blame import blaming
from sinesweep.record import Record
from sinesweep.sections import Workers
from sinesweep.sweepfile import read_sweep
from sinesweep.trial import Cause, State, Trial
from sinesweep_runner.executors.deaths import Deaths, died_in_building, marked
from sinesweep_runner.executors.intime import InTime
from sinesweep_runner.executors.serial import SerialExecutor
from sinesweep_runner.training.train import train

PATIENCE_S, DIED = 240, 7
FATAL = "loss.engine_plugins:CrashingLoss.fatal"
DIES, TINY = "hostile_plugins:DiesInBuild", "engine_plugins:TinyNet"


def sinesweep(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, which may crash."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    command = [sys.executable, "-m", "sinesweep_runner", *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE_S)


def test_a_trial_that_crashes_its_sweep_every_time_is_given_up_on_resume(write_sweep, tmp_path):
    folder = tmp_path / "sweep"
    file = write_sweep(
        losses={"engine_plugins:CrashingLoss": None},
        enqueue=[{FATAL: True}, {FATAL: False}],
        budget={"trials": 2},
        workers={"count": 1, "retries": 1},
    )
    assert sinesweep("run", file, "--out", folder, "--no-finalize").returncode == -signal.SIGSEGV
    again = sinesweep("resume", folder, "--no-finalize")
    assert again.returncode == -signal.SIGSEGV
    assert "ended without a word" in again.stderr
    assert (
        "has ended the process of the sweep once before an epoch was done. It is tried again (1 of 1 times)."
        in " ".join(again.stderr.split())
    )
    assert sinesweep("resume", folder, "--no-finalize").returncode == 0
    results = Record.of(read_sweep(folder / "sweep.yaml"), str(folder / "study.journal")).results()
    ended = [result for result in results if result.state is not State.INTERRUPTED]
    assert [result.state for result in ended] == [State.COMPLETE, State.FAILED]
    assert ended[1].failure.cause is Cause.LOST
    assert ended[1].trial.lost == 2
    assert "ended the process of the sweep 2 times in a row before an epoch was done" in ended[1].failure.message


def die_in_building(folder, trial, plugin):
    """The driver dies in a dry build, and leaves its mark."""
    deaths = Deaths(folder, trial, "building")
    deaths.begin()
    deaths.at_work(plugin)


def test_a_trial_that_crashes_its_sweep_while_it_is_built_is_given_up_too(make_config, tmp_path):
    trial, built, said = Trial(3, make_config(), 7), [], []
    executor = SerialExecutor(Workers(retries=1), said.append, said.append)
    executor.open(None, tmp_path)
    build = executor.guard(built.append)
    die_in_building(tmp_path, trial, f"architecture '{TINY}'")
    assert build(trial) is None
    [told] = said
    assert told == (
        f"Trial 3 has ended the process of the sweep once, the last time while architecture '{TINY}' was at work."
        " It is tried again (1 of 1 times)."
    )
    for _ in range(2):
        die_in_building(tmp_path, trial, f"architecture '{TINY}'")
    result = build(trial)
    assert (result.state, result.failure.cause) == (State.FAILED, Cause.LOST)
    assert result.failure.plugin == f"architecture '{TINY}'"
    assert "ended the process of the sweep 2 times in a row" in result.failure.message
    assert len(built) == 1
    assert build(trial) is None  # a process that has outlived it leaves no mark
    assert len(built) == 2


def test_while_a_trial_is_built_its_mark_says_whose_code_is_at_work(make_config, tmp_path):
    trial, marks = Trial(5, make_config(), 7, first=3), []

    def build(trial):
        marks.append(died_in_building(tmp_path))
        with blaming("architecture", "outer", "build"):
            with blaming("features", "inner", "layer"):
                marks.append(died_in_building(tmp_path))
            marks.append(died_in_building(tmp_path))
        marks.append(died_in_building(tmp_path))

    assert marked(build, tmp_path)(trial) is None
    assert marks == [{3: ""}, {3: "features 'inner'"}, {3: "architecture 'outer'"}, {3: ""}]
    assert died_in_building(tmp_path) == {}


def test_what_has_ended_a_driver_goes_to_workers_unbuilt_and_the_others_are_built(make_config, tmp_path):
    dead, other = Trial(3, make_config(), 7), Trial(4, make_config(architecture={"name": "mlp"}), 7)
    die_in_building(tmp_path, dead, f"architecture '{TINY}'")
    said, built = [], []
    in_time = InTime(said.append)
    in_time.leave_out(died_in_building(tmp_path))
    for trial in (dead, Trial(6, make_config(), 8), other):
        assert in_time.within(marked(built.append, tmp_path))(trial) is None
    assert built == [other]
    assert len(said) == 1
    assert "ended while trial 3 was built on shapes, with architecture 'engine_plugins:TinyNet' at work." in said[0]
    assert in_time.culprit(dead) == f"architecture '{TINY}'"
    assert in_time.culprit(other) == ""
    assert died_in_building(tmp_path).keys() == {3}


@pytest.mark.slow
@pytest.mark.ray
def test_a_plugin_that_ends_the_driver_of_workers_is_named_on_resume_and_the_sweep_goes_on(write_sweep, tmp_path):
    folder = tmp_path / "sweep"
    file = write_sweep(
        architectures={"mlp": {"layers": 1}, DIES: None},
        enqueue=[{"architecture": DIES}, {"architecture": "mlp"}],
        budget={"trials": 2},
        workers={"count": 2, "cpus_per_trial": 0.5, "retries": 0},
        baseline=None,
    )
    assert sinesweep("run", file, "--out", folder, "--no-finalize").returncode == DIED
    told = " ".join(sinesweep("status", folder).stdout.split())
    assert f"the process that ran it ended while trial 1 was built, with architecture '{DIES}' at work" in told
    again = sinesweep("resume", folder, "--no-finalize")
    assert again.returncode == 0
    assert f"was built on shapes, with architecture '{DIES}' at work." in " ".join(again.stderr.split())
    results = Record.of(read_sweep(folder / "sweep.yaml"), str(folder / "study.journal")).results()
    ended = {each.trial.config["architecture"]["name"]: each for each in results if each.state.spent}
    assert ended["mlp"].state is State.COMPLETE
    assert (ended[DIES].failure.cause, ended[DIES].failure.plugin) == (Cause.LOST, f"architecture '{DIES}'")


def stopped_after(epoch):
    """Answers like a search that dies at a report."""

    def keep_going(report):
        if report.epoch == epoch:
            raise KeyboardInterrupt
        return True

    return keep_going


def test_a_trial_that_comes_further_before_each_death_is_not_given_up(make_config, make_material, tmp_path):
    trial, material = Trial(3, make_config(), 7), make_material(folds=1)
    assert Deaths(tmp_path, trial, "training").begin() == 0
    assert Deaths(tmp_path, trial, "training").begin() == 1
    for epoch in (2, 3):
        with pytest.raises(KeyboardInterrupt):
            train(trial, material, stopped_after(epoch), tmp_path)
        assert Deaths(tmp_path, trial, "training").begin() == 0
    assert [Deaths(tmp_path, trial, "training").begin() for _ in range(3)] == [1, 2, 3]


def test_a_trial_that_is_tried_again_under_another_number_is_known_by_its_first(make_config, tmp_path):
    assert Deaths(tmp_path, Trial(3, make_config(), 7), "training").begin() == 0
    assert Deaths(tmp_path, Trial(5, make_config(), 7, first=3), "training").begin() == 1
    assert Deaths(tmp_path, Trial(4, make_config(), 8), "training").begin() == 0


def test_a_process_that_outlives_a_trial_leaves_no_mark(make_config, tmp_path):
    deaths = Deaths(tmp_path, Trial(3, make_config(), 7), "training")
    deaths.begin()
    [mark] = (tmp_path / "checkpoints").iterdir()
    assert json.loads(mark.read_text()) == {"deaths": 0, "epochs": 0}
    deaths.end()
    assert not mark.exists()
