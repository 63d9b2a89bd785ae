"""Clusters, simulated on this machine: each node has its own Ray processes, resources and workers, on loopback."""

from __future__ import annotations

import importlib
import os
import socket
import subprocess
import sys
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import ray

from sinesweep.errors import SweepError, SweepFailed
from sinesweep.record import Record
from sinesweep.sections import Workers
from sinesweep.trial import Cause, State, Trial
from sinesweep_runner import run
from sinesweep_runner.executors import connection
from sinesweep_runner.executors import ray as executor
from sinesweep_runner.placement import Plan, plan_workers
from sinesweep_runner.sizing import Size

pytestmark = pytest.mark.ray

EPOCHS = 40
PATIENCE_S = 120


def results_of(sweep, folder):
    return Record.of(sweep, str(folder / "study.journal")).results()


def nodes_of(workers):
    """On which node each idle worker of an executor is, and which GPUs it sees."""
    ask = lambda self: (ray.get_runtime_context().get_node_id(), os.environ.get("CUDA_VISIBLE_DEVICES", ""))  # noqa: E731
    return ray.get([worker.__ray_call__.remote(ask) for worker in workers._crew.idle])


@pytest.mark.slow
def test_a_trial_on_a_node_that_is_gone_goes_on_elsewhere_and_a_node_that_joins_is_used(
    nodes, cluster_sweep, at_report, tmp_path, monkeypatch, capfd
):
    monkeypatch.setattr(executor, "GROWTH_S", 1.0)
    second, _third = nodes.add(), nodes.add()
    at_report({10: lambda: nodes.remove(second), 40: lambda: nodes.add(cpus=2)})
    sweep = cluster_sweep(nodes.address, trials=16, epochs=EPOCHS, count="auto")
    folder = run(sweep, tmp_path / "sweep", finalize=False).folder
    results, said = results_of(sweep, folder), capfd.readouterr().err
    assert [result.state for result in results] == [State.COMPLETE] * 16
    assert {len(fold.history) for result in results for fold in result.folds} == {EPOCHS}
    assert said.count("lost its worker") == 1
    assert "It goes on from its last epoch (1 of 2 times)" in said
    assert "The cluster has room for 2 workers more." in said


@pytest.mark.slow
def test_fractions_of_gpus_are_shared_out_on_the_nodes_that_have_them(nodes, make_material, tmp_path):
    nodes.add(cpus=2, gpus=1)
    nodes.add(cpus=2, gpus=2)
    plan = Plan(6, 0.5, 0.5)
    workers = executor.RayExecutor(plan, Workers(address=nodes.address))
    try:
        workers.open(make_material(), tmp_path)
        assert workers.slots == 6
        placed = nodes_of(workers)
    finally:
        workers.close()
    seen = [sorted(gpus for at, gpus in placed if at == node) for node in {at for at, _ in placed}]
    assert sorted(seen) == [["0", "0"], ["0", "0", "1", "1"]]


@pytest.fixture
def gpu_gib(tmp_path_factory, monkeypatch):
    """Says how much memory the GPUs have of machines that join from now on: it stands in for NVIDIA's driver."""

    def say(gib):
        driver = tmp_path_factory.mktemp("driver") / "nvidia-smi"
        driver.write_text(f"#!/bin/sh\necho {gib * 1024}\n")
        driver.chmod(0o755)
        monkeypatch.setenv("PATH", f"{driver.parent}:{os.environ['PATH']}")

    return say


@pytest.fixture
def begun(monkeypatch):
    """Which trials were begun, in their order, each with the memory, in GiB, that its GPU has for trials."""
    seen, begin = [], executor.RayExecutor._begin

    def look(workers, trial, worker):
        seen.append((trial.number, workers._crew._services[worker].device.most_bytes / 2**30))
        begin(workers, trial, worker)

    monkeypatch.setattr(executor.RayExecutor, "_begin", look)
    return seen


def test_on_a_cluster_gpus_are_shared_as_far_as_the_smallest_has_memory(nodes, gpu_gib):
    for gib in (24, 8):
        gpu_gib(gib)
        nodes.add(cpus=4, gpus=1)
    there = [replace(machine, memory_bytes=2**36) for machine in connection.cluster(nodes.address)]
    assert sorted((machine.gpus, machine.gpu_bytes) for machine in there) == [(0, 8 * 2**30)] + [(1, 8 * 2**30)] * 2
    workers = Workers(address=nodes.address)
    assert plan_workers(there, workers, trainings=50) == Plan(4, 2, 0.5, pooled=True)
    assert plan_workers(there, workers, trainings=2) == Plan(2, 4, 1)


@pytest.mark.slow
def test_small_trials_share_the_smaller_gpu_and_a_large_one_waits_until_it_has_the_larger_one_alone(
    nodes, gpu_gib, begun, make_material, make_config, tmp_path
):
    for gib in (8, 24):
        gpu_gib(gib)
        nodes.add(cpus=2, gpus=1)
    small, large, hopeless = Size(10**5, 10**6), Size(7 * 10**8, 10**6), Size(4 * 10**9, 10**6)
    workers = executor.RayExecutor(Plan(4, 0.5, 0.5, pooled=True), Workers(address=nodes.address, count=4))
    try:
        workers.open(make_material(), tmp_path)
        for number, size in enumerate([large, large, small, small, hopeless], 1):
            trial = Trial(number, make_config(), seed=1)
            workers.expect(trial, size)
            workers.submit(trial)
        assert begun == [(1, pytest.approx(0.9 * 24)), (3, pytest.approx(0.9 * 8)), (4, pytest.approx(0.9 * 8))]
        results = {
            result.trial.number: result for result in (workers.next_result(lambda report: True) for _ in range(5))
        }
    finally:
        workers.close()
    assert begun[3] == (2, pytest.approx(0.9 * 24))
    assert [number for number, result in sorted(results.items()) if result.state is State.COMPLETE] == [1, 2, 3, 4]
    assert results[5].state is State.INFEASIBLE
    assert "need 29.8 GiB of a GPU's memory; a trial can be given at most 21.6 GiB" in results[5].failure.message


@pytest.mark.slow
def test_a_trial_that_runs_out_of_memory_beside_another_is_tried_again_when_it_has_the_gpu_to_itself(
    nodes, gpu_gib, begun, make_material, make_config, tmp_path
):
    gpu_gib(24)
    nodes.add(cpus=2, gpus=1)
    said, size = [], Size(10**5, 10**6)
    hungry = make_config(architecture={"name": "engine_plugins:HungryNet", "room": 4}, fit={"batch_size": 8})
    plan, asked = Plan(2, 0.5, 0.5, pooled=True), Workers(address=nodes.address, count=2)
    workers = executor.RayExecutor(plan, asked, said.append)
    try:
        workers.open(make_material(), tmp_path)
        for number, config in ((1, make_config(fit={"epochs": EPOCHS})), (2, hungry)):
            trial = Trial(number, config, seed=1)
            workers.expect(trial, size)
            workers.submit(trial)
        results = [workers.next_result(lambda report: True) for _ in range(2)]
    finally:
        workers.close()
    assert [number for number, _ in begun] == [1, 2, 2]
    assert [(result.trial.number, result.state) for result in results] == [(1, State.COMPLETE), (2, State.FAILED)]
    assert results[1].failure.cause is Cause.OUT_OF_MEMORY
    assert said == ["Trial 2 ran out of memory beside others on its GPU. It goes on when it has one to itself."]


def test_a_cluster_that_may_grow_is_given_as_many_workers_as_each_machine_has_room_for(nodes, make_material, tmp_path):
    nodes.add(cpus=3)
    plan = Plan(2, 2, 0)  # four cores in all, but only one machine has two of them
    workers = executor.RayExecutor(plan, Workers(address=nodes.address, cpus_per_trial=2))
    try:
        workers.open(make_material(), tmp_path)
        assert workers.slots == 1
    finally:
        workers.close()


def test_a_module_beside_the_sweep_reaches_workers_that_do_not_see_its_folder(
    nodes, make_material, tmp_path, monkeypatch
):
    (tmp_path / "beside").mkdir()
    (tmp_path / "beside" / "my_far_plugin.py").write_text("ANSWER = 42\n")
    monkeypatch.syspath_prepend(tmp_path / "beside")
    importlib.import_module("my_far_plugin")
    workers = executor.RayExecutor(Plan(1, 1, 0), Workers(address=nodes.address, count=1))
    (tmp_path / "beside").rename(tmp_path / "elsewhere")
    try:
        workers.open(make_material(), tmp_path)
        [worker] = workers._crew.idle
        assert ray.get(worker.__ray_call__.remote(lambda self: importlib.import_module("my_far_plugin").ANSWER)) == 42
    finally:
        workers.close()
        del sys.modules["my_far_plugin"]


def test_other_versions_on_a_machine_are_refused_with_its_name(nodes, make_material, tmp_path, monkeypatch):
    ours = executor.backend.versions()
    monkeypatch.setattr(executor.backend, "versions", lambda: ours | {"keras": "3.99", "backend": "jax 9.1"})
    workers = executor.RayExecutor(Plan(1, 1, 0), Workers(address=nodes.address, count=1))
    try:
        there = f"keras {ours['keras']}, {ours['backend']}"
        with pytest.raises(SweepError, match=f"the machine 127.0.0.1 has {there}; this driver has keras 3.99, jax 9.1"):
            workers.open(make_material(), tmp_path)
    finally:
        workers.close()


@pytest.mark.slow  # Ray is ended under the process that tests
def test_where_the_head_of_a_cluster_dies_the_sweep_ends_and_says_how_to_go_on(
    nodes, cluster_sweep, at_report, tmp_path, monkeypatch, capfd
):
    monkeypatch.setattr(executor, "RETURN_S", 2.0)
    at_report({3: nodes.kill_head})
    sweep, folder = cluster_sweep(nodes.address, trials=3, epochs=EPOCHS, count=1), tmp_path / "sweep"
    with pytest.raises(
        SweepFailed, match=f"cluster does not answer any more.* sinesweep resume {folder}; .*address=null"
    ):
        run(sweep, folder, finalize=False)
    assert "The Ray cluster does not answer. It is waited for, 2 s at most." in capfd.readouterr().err
    assert [result.state for result in results_of(sweep, folder)] == [State.INTERRUPTED]


TOKEN = "0123456789abcdef" * 4
JOIN = (
    "import sys; from sinesweep_runner.executors.connection import cluster, on_loopback\n"
    "with on_loopback(): print([machine.cpus for machine in cluster(sys.argv[1])])"
)
HEAD = (
    "import ray; from sinesweep_runner.executors.connection import on_loopback\n"
    "with on_loopback(): ray.init('local', num_cpus=3, include_dashboard=False, log_to_driver=False)\n"
    "print(ray.get_runtime_context().gcs_address, flush=True); input()"
)


def test_a_cluster_that_is_not_there_is_told_for_what_it_is_with_the_way_out():
    with pytest.raises(SweepError, match=r"known by the name 'nobody\.invalid'.*workers\.address=null"):
        connection.cluster("nobody.invalid:6379")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(SweepError, match=rf"nothing listens there.* --port={port}` begins one.*workers\.address=null"):
        connection.cluster(f"127.0.0.1:{port}")


@pytest.mark.slow  # Ray gives it half a minute
def test_something_else_that_listens_is_no_cluster(capfd):
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            refusal = pytest.raises(SweepError, match=r"does not answer as a Ray cluster .*`ray start --head` told; ")
            with connection.on_loopback(), refusal:
                connection.cluster(f"localhost:{server.server_port}")
        finally:
            server.shutdown()
            serving.join()
    assert "gcs_client.cc" not in capfd.readouterr().err


@pytest.mark.slow
def test_a_cluster_that_asks_for_a_token_takes_those_who_have_it(tmp_path):
    environment = os.environ | {"HOME": str(tmp_path), "RAY_AUTH_MODE": "token"}

    def joined(address, **token):
        command = [sys.executable, "-c", JOIN, address]
        return subprocess.run(command, env=environment | token, capture_output=True, text=True, timeout=PATIENCE_S)

    with subprocess.Popen(
        [sys.executable, "-c", HEAD],
        env=environment | {"RAY_AUTH_TOKEN": TOKEN},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as head:
        address = head.stdout.readline().strip()
        stranger, nobody, friend = (
            joined(address, RAY_AUTH_TOKEN=TOKEN[::-1]),
            joined(address),
            joined(address, RAY_AUTH_TOKEN=TOKEN),
        )
        head.communicate("\n")
    asks = f"workers.address: the Ray cluster at {address} asks for a token that is not this driver's"
    for refused in (stranger, nobody):
        assert asks in refused.stderr
        assert "gcs_client.cc" not in refused.stderr
    assert friend.stdout.strip() == "[3]"
