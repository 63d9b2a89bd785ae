"""Plugins that never come back: with one worker a sweep ends or interrupts them, and its resume goes on without."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from sinesweep.record import Record
from sinesweep.sections import Workers
from sinesweep.sweepfile import check_document, read_sweep
from sinesweep.trial import Cause, State, Trial
from sinesweep_runner.executors import watchdog
from sinesweep_runner.executors.deaths import Deaths, outlived
from sinesweep_runner.executors.serial import SerialExecutor
from sinesweep_runner.lastresort import last_resort
from sinesweep_runner.process import OURS
from sinesweep_runner.sweepfolder import SweepFolder
from sinesweep_runner.training.drybuild import dry_build_on
from sinesweep_runner.watch import Watch

PATIENCE_S, FAILED = 240, 1
LOOPS, STUBBORN = "hostile_plugins:LoopsInCheck", "hostile_plugins:StubbornInBuild"


def never(why):
    raise AssertionError(why)


@pytest.fixture
def hasty(make_config, make_material, tmp_path, monkeypatch):
    """An executor in this process that soon loses its patience, and a dry build that has loaded all that it needs."""
    material = make_material(folds=1)
    dry_build = dry_build_on(material)
    assert dry_build(Trial(1, make_config(), 0)) is None
    monkeypatch.setattr(watchdog, "TICK_S", 0.1)
    executor = SerialExecutor(Workers(silent_minutes=0.02), never)
    executor.open(material, tmp_path)
    return executor, dry_build


@pytest.mark.parametrize("doing", ["building", "training"])
def test_a_loop_in_a_plugin_is_interrupted_and_the_plugin_to_blame(make_config, hasty, doing, tmp_path):
    executor, dry_build = hasty
    trial = Trial(1, make_config(features={"name": LOOPS}), 0)
    if doing == "building":
        result = executor.guard(dry_build)(trial)
    else:
        executor.submit(trial)
        result = executor.next_result(lambda report: True)
    assert (result.state, result.failure.cause) == (State.FAILED, Cause.HUNG)
    assert result.failure.message == "it said nothing for workers.silent_minutes, 0.02"
    assert result.failure.plugin == f"features '{LOOPS}'"
    assert not list((tmp_path / "checkpoints").glob(f"*.{doing}"))


@pytest.mark.slow
def test_a_process_in_which_nothing_can_be_interrupted_ends_and_its_resume_goes_on(write_sweep, tmp_path):
    folder = tmp_path / "sweep"
    file = write_sweep(
        architectures={"mlp": {"layers": 1}, STUBBORN: None},
        enqueue=[{"architecture": STUBBORN}, {"architecture": "mlp"}],
        budget={"trials": 2},
        workers={"count": 1, "silent_minutes": 0.02},
        baseline=None,
    )
    ended = sinesweep("run", file, "--out", folder, "--no-finalize")
    assert ended.returncode == FAILED
    assert (
        "A trial hangs: it said nothing for workers.silent_minutes, 0.02, and could not be interrupted." in ended.stderr
    )
    assert ended.stderr.rstrip().endswith(f"Go on with: sinesweep resume {folder}")
    assert "Traceback" not in ended.stderr
    again = sinesweep("resume", folder, "--no-finalize", "--set", "workers.silent_minutes=60")
    assert again.returncode == 0
    assert "ended without a word" not in again.stderr
    results = Record.of(read_sweep(folder / "sweep.yaml"), str(folder / "study.journal")).results()
    failed, complete = sorted(results, key=lambda result: result.state is State.COMPLETE)
    assert (failed.trial.config["architecture"]["name"], failed.failure.cause) == (STUBBORN, Cause.HUNG)
    assert complete.state is State.COMPLETE


def sinesweep(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, which may be ended."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    command = [sys.executable, "-m", "sinesweep_runner", *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE_S)


def test_a_process_that_runs_more_than_sinesweep_is_told_and_not_ended(tone_sweep, tmp_path, capfd):
    assert not OURS.is_set()
    watch = Watch(check_document(tone_sweep()), 1, Console(stderr=True))
    last_resort(SweepFolder(tmp_path / "my sweep"), watch)("it said nothing")
    said = capfd.readouterr().err
    assert said.startswith("A trial hangs: it said nothing. This process runs more than Sinesweep, and is not ended")
    assert said.rstrip().endswith(f"sinesweep resume '{tmp_path / 'my sweep'}'")


def test_a_trial_for_which_a_process_was_ended_is_not_begun_again(make_config, tmp_path):
    trial, begun = Trial(3, make_config(), 7), []
    deaths = Deaths(tmp_path, trial, "training")
    deaths.begin()
    deaths.hangs("it said nothing")
    result = outlived(Deaths(tmp_path, trial, "training"), trial, 5, begun.append, never)
    assert (result.failure.cause, result.failure.message, result.trial.lost) == (Cause.HUNG, "it said nothing", 0)
    assert not begun
    assert not list((tmp_path / "checkpoints").iterdir())
