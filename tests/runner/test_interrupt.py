"""A sweep that is stopped: by Ctrl-C, twice, or by a death without warning. `sinesweep resume` goes on with it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from optuna.trial import TrialState

from sinesweep.errors import SweepError
from sinesweep.record import Record
from sinesweep.storage import load_study
from sinesweep.sweep import Sweep
from sinesweep.sweepfile import read_sweep
from sinesweep.trial import State
from sinesweep_runner import resume, run
from sinesweep_runner.__main__ import main
from sinesweep_runner.process import INTERRUPTED
from sinesweep_runner.sweepfolder import SweepFolder

COMMAND = (sys.executable, "-m", "sinesweep_runner")
PATIENCE_S = 240


@pytest.fixture
def ray_sweep(write_sweep):
    """Eight trials on two workers, each of some seconds."""
    return write_sweep(
        fit={"epochs": 150, "batch_size": 8, "learning_rate": {"low": 1e-3, "high": 1e-2}},
        search={"pruner": "none"},
        budget={"trials": 8},
        workers={"count": 2, "cpus_per_trial": 0.5},
    )


@contextmanager
def running(file: Path, folder: Path):
    """`sinesweep run` in a process of its own."""
    with (folder.parent / "said.txt").open("w") as said:
        command = [*COMMAND, "run", str(file), "--out", str(folder)]
        process = subprocess.Popen(command, stdout=said, stderr=said, process_group=0)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def interrupt(*_args: object) -> None:
    """Somebody presses Ctrl-C."""
    raise KeyboardInterrupt


def record_of(folder: Path) -> Record:
    place = SweepFolder(folder)
    return Record.of(place.sweep(), place.storage(place.sweep()))


def states(folder: Path) -> list[State]:
    return [result.state for result in record_of(folder).results()]


def wait_for(process: subprocess.Popen, condition) -> None:
    """Waits until `condition` holds; fails where the process has ended before."""
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert process.poll() is None, "the sweep ended too early"
        assert time.monotonic() < until, "the sweep never came so far"
        time.sleep(0.05)


def trains(folder: Path, done: int, running: int = 1):
    """So many trials have ended, and as many as there are workers are past their first epoch."""

    def look() -> bool:
        place = SweepFolder(folder)
        if not place.sweep_file.exists() or not place.has_begun(place.sweep()):
            return False
        if len(record_of(folder).results()) < done:
            return False
        trials = load_study(place.sweep(), place.storage(place.sweep())).trials
        return sum(bool(t.intermediate_values) for t in trials if t.state is TrialState.RUNNING) == running

    return look


@pytest.fixture
def long_sweep(write_sweep):
    """Trials that last some seconds, so that there is something to interrupt."""
    return write_sweep(
        fit={"epochs": 60, "batch_size": 8, "learning_rate": {"low": 1e-3, "high": 1e-2}},
        search={"pruner": "none"},
        budget={"trials": 3},
    )


def begin(sweep: Sweep, folder: Path) -> SweepFolder:
    """A sweep that died before its search began."""
    place = SweepFolder(folder)
    with place.claimed():
        place.begin(sweep)
    return place


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_before_the_search_a_signal_ends_the_sweep_with_the_way_back(long_sweep, tmp_path, number):
    folder = tmp_path / "sweep"
    with running(long_sweep, folder) as process:
        wait_for(process, lambda: "Trial 0 comes first" in (tmp_path / "said.txt").read_text())
        process.send_signal(number)
        assert process.wait(PATIENCE_S) == INTERRUPTED
    assert "Stopped. Go on with: sinesweep resume" in (tmp_path / "said.txt").read_text()


def finish(folder: Path) -> list[int]:
    """Resumes in this process with short trials; the numbers of the trials that have a score."""
    outcome = resume(folder)
    assert outcome.why == "3 trials done"
    assert record_of(folder).running == 0
    assert (folder / "best" / "model.keras").exists()
    return sorted(row.number for row in outcome.board.rows)


def test_ctrl_c_once_finishes_the_trial_that_runs_and_resume_goes_on(long_sweep, tmp_path):
    folder = tmp_path / "sweep"
    with running(long_sweep, folder) as process:
        wait_for(process, trains(folder, done=1))
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 130
    said = (tmp_path / "said.txt").read_text()
    assert "the trials that run are finished first" in said
    assert f"sinesweep resume {folder}" in said
    assert "Traceback" not in said
    assert states(folder) == [State.COMPLETE] * 2
    assert len(json.loads((folder / "leaderboard.json").read_text())["rows"]) == 2
    assert not (folder / "test.json").exists()
    assert finish(folder) == [1, 2, 3]


def test_ctrl_c_twice_stops_at_once_and_resume_tries_the_trial_again(long_sweep, tmp_path):
    folder = tmp_path / "sweep"
    with running(long_sweep, folder) as process:
        wait_for(process, trains(folder, done=1))
        process.send_signal(signal.SIGINT)
        wait_for(process, lambda: "Press Ctrl-C again" in (tmp_path / "said.txt").read_text())
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 130
    assert "Traceback" not in (tmp_path / "said.txt").read_text()
    assert states(folder) == [State.COMPLETE, State.INTERRUPTED]
    interrupted = record_of(folder).results()[1].trial.config
    assert (folder / "leaderboard.json").exists()
    assert finish(folder) == [1, 3, 4]
    again = record_of(folder).results()[1].trial
    assert (again.first, again.config) == (2, interrupted)


@pytest.mark.slow
@pytest.mark.ray
def test_sigterm_stops_at_once_in_our_words_and_the_sweep_can_be_resumed(ray_sweep, tmp_path):
    """Ray's C++ would answer it with a page of its own."""
    folder = tmp_path / "sweep"
    with running(ray_sweep, folder) as process:
        wait_for(process, trains(folder, done=1, running=2))
        process.terminate()
        assert process.wait(PATIENCE_S) == 130
    said = (tmp_path / "said.txt").read_text()
    assert f"sinesweep resume {folder}" in said
    assert "SIGTERM received" not in said
    assert "Traceback" not in said


@pytest.mark.slow
@pytest.mark.ray
def test_ctrl_c_in_a_terminal_reaches_all_processes_and_the_workers_finish_their_trials(ray_sweep, tmp_path):
    folder = tmp_path / "sweep"
    with running(ray_sweep, folder) as process:
        wait_for(process, trains(folder, done=1, running=2))
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(PATIENCE_S) == 130
    done = [state for state in states(folder) if state is not State.INTERRUPTED]  # one was ready, and did not begin
    assert done == [State.COMPLETE] * len(done)
    assert 3 <= len(done) < 8
    assert "Traceback" not in (tmp_path / "said.txt").read_text()


def test_ctrl_c_while_sounds_are_read_stops_at_once_and_says_how_to_go_on(write_sweep, tmp_path, monkeypatch, capfd):
    folder = tmp_path / "sweep"
    monkeypatch.setattr("sinesweep_runner.sweeping.look", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run(read_sweep(write_sweep()), folder)
    assert f"Stopped. Go on with: sinesweep resume {folder}" in capfd.readouterr().err


def test_ctrl_c_while_the_command_line_is_loaded_leaves_no_traceback(monkeypatch):
    class Loading:
        def __getattr__(self, name):
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "sinesweep_runner.cli", Loading())
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130


def test_a_killed_sweep_resumes_and_tries_the_trial_that_ran_again(long_sweep, tmp_path):
    folder = tmp_path / "sweep"
    with running(long_sweep, folder) as process:
        wait_for(process, trains(folder, done=1))
        process.kill()
        assert process.wait(PATIENCE_S) == -signal.SIGKILL
    assert record_of(folder).running == 1
    first = record_of(folder).results()
    assert finish(folder) == [1, 3, 4]
    assert [result.trial.first for result in record_of(folder).results()] == [None, 2, None]
    assert record_of(folder).results()[0] == first[0]


def test_a_sweep_that_dies_before_its_search_begins_can_be_run_and_resumed(write_sweep, tmp_path):
    folder = tmp_path / "sweep"
    begin(read_sweep(write_sweep(budget={"trials": 1})), folder)
    assert resume(folder, finalize=False).why == "1 trial done"
    shutil.rmtree(folder)
    other = read_sweep(write_sweep(name="other", budget={"trials": 1}))
    begin(read_sweep(write_sweep()), folder)
    assert run(other, folder, finalize=False).why == "1 trial done"


def test_nobody_else_may_run_a_sweep_that_is_running(write_sweep, tmp_path):
    place = begin(read_sweep(write_sweep()), tmp_path / "sweep")
    before = place.sweep_file.read_text()
    with place.claimed():
        with pytest.raises(SweepError, match=r"process \d+, since .* is running this sweep"):
            resume(place.path, ["budget.trials=1"])
        with pytest.raises(SweepError, match=r"process \d+, since .* is running this sweep"):
            run(read_sweep(write_sweep(name="other")), place.path)
    assert place.sweep_file.read_text() == before
