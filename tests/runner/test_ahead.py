"""While a worker trains, another process has the features of the next trial ready. Real Ray, real workers."""

from __future__ import annotations

import os
import signal
import time
from functools import partial

import pytest

from sinesweep.sections import Workers
from sinesweep.trial import State, Trial
from sinesweep_runner.executors import ray as executor
from sinesweep_runner.executors.scout import NICENESS
from sinesweep_runner.placement import Machine, Plan

pytestmark = [pytest.mark.ray, pytest.mark.slow]

PATIENCE_S = 120


def until(true):
    """Waits for it."""
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def runs(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The entries of this test's own cache of features."""
    monkeypatch.setenv("SINESWEEP_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "features" / "entries"


@pytest.fixture
def noted(tmp_path, monkeypatch):
    """Which process has computed frames of which length, each once."""
    file = tmp_path / "noted"
    monkeypatch.setenv("NOTED_FRAMES", str(file))

    def read():
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        return {int(frame): int(pid) for pid, frame in map(str.split, set(lines))}, len(set(lines))

    return read


@pytest.fixture(params=["a Ray of its own", "a cluster that was joined"])
def workers(request, make_material, tmp_path, monkeypatch, cache, noted, ray_head):
    """One worker, on a machine with a core to spare."""
    monkeypatch.setattr(executor, "this_machine", lambda: Machine(2, 2**35, 0))
    joined = {"address": ray_head(2), "count": 1} if "cluster" in request.param else {}
    one = executor.RayExecutor(Plan(1, 1, gpus=0), Workers(**joined))
    one.open(make_material(folds=1), tmp_path)
    yield one
    one.close()


def test_a_worker_finds_what_was_prepared_and_goes_on_alone_where_the_scout_is_killed(
    make_config, workers, cache, noted
):
    def trial(number, frame):
        features = {"name": "engine_plugins:NotedFrames", "frame": frame, "normalisation": "none"}
        return Trial(number, make_config(features=features, fit={"epochs": 2}), 7)

    def trained(number, frame):
        workers.submit(trial(number, frame))
        result = workers.next_result(lambda report: True)
        assert (result.state, result.failure) == (State.COMPLETE, None)

    workers.prepare(trial(2, 100))
    trained(1, 50)
    until(lambda: noted()[1] == 2 and len(list(cache.iterdir())) == 2)
    trained(2, 100)
    process, computed = noted()
    worker, scout = process[50], process[100]
    assert (worker != scout, computed) == (True, 2)
    niceness = partial(os.getpriority, os.PRIO_PROCESS)
    assert niceness(scout) == min(19, niceness(worker) + NICENESS)
    os.kill(scout, signal.SIGKILL)
    workers.prepare(trial(3, 200))
    trained(3, 200)
    assert noted() == ({**process, 200: worker}, 3)
    workers.close()
    until(lambda: not runs(worker))
