"""A real Ray on this machine: two workers share a sweep, and one that dies costs its own trial only."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import ray

from sinesweep.errors import SweepError
from sinesweep.sections import Workers
from sinesweep.sweepfile import check_document
from sinesweep.trial import Cause, State, Trial
from sinesweep_runner import run
from sinesweep_runner.executors import attention, connection, muster
from sinesweep_runner.executors import ray as executor
from sinesweep_runner.placement import Plan
from sinesweep_runner.watch import Watch

pytestmark = pytest.mark.ray

FATAL = "loss.engine_plugins:MortalLoss.fatal"
LOOPBACK = ("0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F")
LISTENS = "0A"


def descendants(pid: int) -> set[int]:
    """A process and all that it and its children started."""
    children = defaultdict(set)
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            children[int(re.search(r"PPid:\t(\d+)", status.read_text())[1])].add(int(status.parent.name))
        except OSError:  # it has ended meanwhile
            continue
    found, fresh = {pid}, children[pid]
    while fresh:
        found |= fresh
        fresh = {child for each in fresh for child in children[each]} - found
    return found


def listening(pids: set[int]) -> set[str]:
    """The local addresses, as the kernel writes them, on which these processes take TCP connections."""
    sockets = set()
    for descriptor in (each for pid in pids for each in Path(f"/proc/{pid}/fd").glob("*")):
        try:
            sockets.add(str(descriptor.readlink()))
        except OSError:
            continue
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    return {row[1].partition(":")[0] for row in rows if row[3] == LISTENS and f"socket:[{row[9]}]" in sockets}


@pytest.fixture(scope="module")
def swept(tones, tmp_path_factory):
    """A sweep over two workers, in which the third trial kills its worker; and where Ray listened meanwhile."""
    document = {
        "name": "tones",
        "data": {"reader": "folder", "path": str(tones), "group": r"(\w+/rec\d+)"},
        "features": {"log_mel": {"n_mels": 20, "window_ms": 32.0, "hop_ms": 32.0}},
        "architectures": {"mlp": {"layers": 1}},
        "losses": {"engine_plugins:MortalLoss": {}},
        "fit": {"epochs": 3, "batch_size": 16, "learning_rate": 0.003},
        "enqueue": [{FATAL: False}, {FATAL: False}, {FATAL: True}, {FATAL: False}, {FATAL: False}],
        "search": {"pruner": "none"},
        "budget": {"trials": 5},
        "workers": {"count": 2, "cpus_per_trial": 0.5},
    }
    addresses: set[str] = set()
    with pytest.MonkeyPatch.context() as patch:
        ended = Watch.ended

        def look(watch, result):
            addresses.update(listening(descendants(os.getpid())))
            ended(watch, result)

        patch.setattr(Watch, "ended", look)
        outcome = run(check_document(document), tmp_path_factory.mktemp("sweeps") / "tones")
    return outcome, addresses


def test_two_workers_finish_the_sweep_and_the_winner_is_tested(swept):
    outcome, _ = swept
    assert outcome.why == "5 trials done"
    assert [row.number for row in sorted(outcome.board.rows, key=lambda row: row.number)] == [1, 2, 4, 5]
    assert json.loads((outcome.folder / "test.json").read_text())["trial"] == outcome.board.best.number


def test_a_worker_that_dies_costs_its_own_trial_and_another_takes_its_place(swept):
    outcome, _ = swept
    (mishap,) = outcome.board.failures
    assert (mishap.state, mishap.cause, mishap.trial, mishap.count) == (State.FAILED, Cause.LOST, 3, 1)
    assert "its worker process ended" in mishap.example


def test_nothing_listens_beyond_this_machine(swept):
    _, addresses = swept
    assert addresses
    assert addresses <= set(LOOPBACK)


def test_nothing_of_ray_is_left_afterwards(swept):
    assert not ray.is_initialized()
    names = [Path(f"/proc/{pid}/cmdline").read_text() for pid in descendants(os.getpid()) - {os.getpid()}]
    assert not [name for name in names if "ray" in name]


def test_workers_that_find_no_place_are_an_error_and_no_endless_wait(make_material, tmp_path, monkeypatch):
    monkeypatch.setattr(muster, "PATIENCE_S", 2.0)
    workers = executor.RayExecutor(Plan(1, 1, gpus=64), Workers())
    try:
        with pytest.raises(SweepError, match=r"1 of 1 found no place .* 1 core and 64 GPUs of one .* room for 0"):
            workers.open(make_material(), tmp_path)
    finally:
        workers.close()


def test_workers_that_are_to_have_no_gpu_see_none(make_material, tmp_path, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    workers = executor.RayExecutor(Plan(1, 1, gpus=0), Workers(gpus_per_trial=0))
    try:
        workers.open(make_material(), tmp_path)
        [worker] = workers._crew.idle
        assert ray.get(worker.__ray_call__.remote(lambda self: os.environ["CUDA_VISIBLE_DEVICES"])) == "-1"
    finally:
        workers.close()


def test_workers_that_start_slowly_are_waited_for_and_that_is_said_once(make_material, tmp_path, monkeypatch):
    said = []
    workers = executor.RayExecutor(Plan(1, 1, gpus=0), Workers(), said.append)
    try:
        monkeypatch.setattr(muster, "PATIENCE_S", 0.0)
        with monkeypatch.context() as hurried:
            hurried.setattr(muster, "LONG_PATIENCE_S", 0.0)
            with pytest.raises(SweepError, match=r"1 of 1 were not ready .* room for them: the machine is busy"):
                workers.open(make_material(), tmp_path)
        said.clear()
        workers.open(make_material(), tmp_path)
    finally:
        workers.close()
    assert len(said) == 1
    assert "the machine is busy. Waiting up to 10 min in all." in said[0]


def test_a_worker_that_ends_between_two_trials_costs_the_next_a_try_and_another_takes_its_place(
    make_material, make_config, tmp_path
):
    workers = executor.RayExecutor(Plan(1, 1, gpus=0), Workers())

    def ended(trial):
        workers.submit(trial)
        return workers.next_result(lambda report: True)

    try:
        workers.open(make_material(), tmp_path)
        first = ended(Trial(1, make_config(), 7))
        [worker] = workers._crew.idle
        os.kill(ray.get(worker.__ray_call__.remote(lambda self: os.getpid())), signal.SIGKILL)
        second = Trial(2, make_config(), 8)
        lost, again = ended(second), ended(replace(second, lost=1))
    finally:
        workers.close()
    assert [first.state, lost.state, again.state] == [State.COMPLETE, State.FAILED, State.COMPLETE]
    assert lost.failure.cause is Cause.LOST


def test_a_driver_that_was_away_for_hours_ends_no_trial_for_that(make_config, make_material, tmp_path, monkeypatch):
    """Such as while another trial's plugin held it up."""
    away_s = [0.0]
    monkeypatch.setattr(attention, "time", SimpleNamespace(monotonic=lambda: time.monotonic() + away_s[0]))
    workers = executor.RayExecutor(Plan(1, 1, gpus=0), Workers(trial_minutes=60, silent_minutes=60))

    def keep_going(report):
        away_s[0] += 7200.0
        return True

    try:
        workers.open(make_material(folds=1), tmp_path)
        workers.submit(Trial(1, make_config(), seed=7))
        away_s[0] += 7200.0
        assert workers.next_result(keep_going).state is State.COMPLETE
    finally:
        workers.close()


@pytest.mark.slow
def test_a_cluster_that_is_joined_is_shared_out_as_a_whole(tone_sweep, tmp_path, ray_head):
    address = ray_head(64)
    document = tone_sweep(workers={"count": 2, "cpus_per_trial": 32, "address": address})
    assert [machine.cpus for machine in connection.cluster(address)] == [64]
    outcome = run(check_document(document), tmp_path / "sweep")
    assert outcome.why == "4 trials done"
    assert json.loads((outcome.folder / "test.json").read_text())["trial"] == outcome.board.best.number
