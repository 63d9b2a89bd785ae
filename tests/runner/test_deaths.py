"""A trial that takes the driver of its sweep with it, again and again, is given up on resume; the others are not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sinesweep.record import Record
from sinesweep.sweepfile import read_sweep
from sinesweep.trial import Cause, State, Trial
from sinesweep_runner.executors.deaths import Deaths, careful
from sinesweep_runner.training.train import train

PATIENCE_S = 240
FATAL = "loss.engine_plugins:CrashingLoss.fatal"


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
    assert sinesweep("resume", folder, "--no-finalize").returncode == 0
    results = Record.of(read_sweep(folder / "sweep.yaml"), str(folder / "study.journal")).results()
    ended = [result for result in results if result.state is not State.INTERRUPTED]
    assert [result.state for result in ended] == [State.COMPLETE, State.FAILED]
    assert ended[1].failure.cause is Cause.LOST
    assert ended[1].trial.lost == 2
    assert "ended the process of the sweep 2 times in a row before an epoch was done" in ended[1].failure.message


def test_a_trial_that_crashes_its_sweep_while_it_is_built_is_given_up_too(make_config, tmp_path):
    trial, built = Trial(3, make_config(), 7), []
    build = careful(built.append, tmp_path, retries=1)
    for _ in range(2):  # the driver dies in the dry build, and leaves its mark
        Deaths(tmp_path, trial, "building").begin()
    result = build(trial)
    assert (result.state, result.failure.cause) == (State.FAILED, Cause.LOST)
    assert "ended the process of the sweep 2 times in a row" in result.failure.message
    assert not built
    assert build(trial) is None  # a process that has outlived it leaves no mark
    assert built == [trial]


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
