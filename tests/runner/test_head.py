"""Ray itself dies under a sweep, by a signal that it cannot answer: the sweep starts it again and goes on."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest
import ray

from sinesweep.record import Record
from sinesweep.sweepfile import check_document
from sinesweep.trial import State
from sinesweep_runner import run
from sinesweep_runner.watch import Watch

pytestmark = [pytest.mark.ray, pytest.mark.slow]  # Ray is ended under the process that tests

EPOCHS = 6


HELPERS = ("DashboardAgent", "RuntimeEnvAgent")
"""Processes with which Ray's part of a machine ends itself."""


def kill(part: str) -> None:
    """Ends Ray's head (`gcs_server`), its part of this machine (`raylet`) or a helper of that without warning."""
    processes = ray._private.worker._global_node.all_processes
    if part in HELPERS:
        [raylet] = processes["raylet"]
        children = subprocess.run(["pgrep", "-P", str(raylet.process.pid)], capture_output=True, text=True, check=True)
        pids = map(int, children.stdout.split())
        [pid] = [pid for pid in pids if f"ray::{part}" in Path(f"/proc/{pid}/cmdline").read_text()]
    else:
        [process] = processes[part]
        pid = process.process.pid
    os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("part", ["gcs_server", "raylet", *HELPERS])
def test_where_ray_dies_it_is_started_again_and_no_trial_is_lost(tone_sweep, tmp_path, monkeypatch, part, capfd):
    seen = []
    reported = Watch.reported

    def look(watch, report):
        seen.append(report)
        if len(seen) == 4:
            kill(part)
        reported(watch, report)

    monkeypatch.setattr(Watch, "reported", look)
    sweep = check_document(
        tone_sweep(
            fit={"epochs": EPOCHS, "batch_size": 16, "learning_rate": {"low": 1e-3, "high": 1e-2}},
            search={"pruner": "none"},
            workers={"count": 2, "cpus_per_trial": 0.5},
        )
    )
    folder = run(sweep, tmp_path / "sweep", finalize=False).folder
    results = Record.of(sweep, str(folder / "study.journal")).results()
    assert [result.state for result in results] == [State.COMPLETE] * 4
    assert [len(fold.history) for result in results for fold in result.folds] == [EPOCHS] * 4
    said = capfd.readouterr()
    assert "Ray has ended unexpectedly. It is started again" in said.err
    assert "raylet" not in said.out + said.err  # Ray would print its own log
    assert not ray.is_initialized()
