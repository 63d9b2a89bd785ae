"""How many workers a machine gets, and with what, is a pure function of the machine, the wish and the budget."""

import pytest

from sinesweep.errors import SweepError
from sinesweep.sections import Workers
from sinesweep.sweepfile import check_document
from sinesweep_runner import machine as machines
from sinesweep_runner.containers import cpu_limit, memory_left_bytes
from sinesweep_runner.machine import Machine, this_machine
from sinesweep_runner.placement import (
    Plan,
    comfortable_room,
    cores_for,
    has_room_for_scout,
    plan_workers,
    room,
    trainings_at_once,
)

GIB = 2**30
PLENTY = 500
"""Trials, when the budget is no limit."""


@pytest.mark.parametrize(
    ("machine", "trials", "plan"),
    [
        # As many workers as there are cores, and memory for.
        (Machine(2, 20 * GIB, 0), PLENTY, Plan(2, 1, 0)),
        (Machine(8, 64 * GIB, 0), PLENTY, Plan(8, 1, 0)),
        (Machine(64, 512 * GIB, 0), PLENTY, Plan(64, 1, 0)),
        # One that is alone has all cores; of several, each has its part of them, eight at most.
        (Machine(1, 8 * GIB, 0), PLENTY, Plan(1, 1, 0)),
        (Machine(2, 1 * GIB, 0), PLENTY, Plan(1, 2, 0)),
        (Machine(64, 3 * GIB, 0), PLENTY, Plan(1, 64, 0)),
        (Machine(64, 9 * GIB, 0), PLENTY, Plan(4, 8, 0)),
        (Machine(16, 9 * GIB, 0), PLENTY, Plan(4, 4, 0)),
        (Machine(14, 9 * GIB, 0), PLENTY, Plan(4, 3, 0)),
        # No more workers than trials.
        (Machine(64, 512 * GIB, 0), 8, Plan(8, 8, 0)),
        (Machine(64, 512 * GIB, 0), 1, Plan(1, 64, 0)),
        (Machine(2, 20 * GIB, 0), 1, Plan(1, 2, 0)),
        # A GPU whose memory nobody tells is for one trial.
        (Machine(64, 512 * GIB, 8), PLENTY, Plan(8, 8, 1)),
        (Machine(16, 64 * GIB, 1), PLENTY, Plan(1, 16, 1)),
        # Any other is shared as far as its memory, the cores and their memory go.
        (Machine(64, 512 * GIB, 8, 80 * GIB), PLENTY, Plan(32, 2, 0.25, pooled=True)),
        (Machine(64, 512 * GIB, 8, 80 * GIB), 20, Plan(16, 4, 0.5, pooled=True)),
        (Machine(64, 512 * GIB, 8, 80 * GIB), 10, Plan(8, 8, 1)),
        (Machine(16, 64 * GIB, 1, 143 * GIB), PLENTY, Plan(4, 4, 0.25, pooled=True)),
        (Machine(16, 64 * GIB, 1, 8 * GIB), PLENTY, Plan(2, 8, 0.5, pooled=True)),
        (Machine(16, 64 * GIB, 1, 6 * GIB), PLENTY, Plan(1, 16, 1)),
        (Machine(16, 7 * GIB, 1, 24 * GIB), PLENTY, Plan(3, 5, 1 / 3, pooled=True)),
        (Machine(2, 64 * GIB, 1, 24 * GIB), PLENTY, Plan(2, 1, 0.5, pooled=True)),
        (Machine(8, 64 * GIB, 8, 24 * GIB), PLENTY, Plan(8, 1, 1)),
    ],
)
def test_auto_fills_a_machine(machine, trials, plan):
    assert plan_workers([machine], Workers(), trials) == plan


@pytest.mark.parametrize(
    ("machine", "asked", "plan"),
    [
        (Machine(64, 512 * GIB, 0), {"cpus_per_trial": 4}, Plan(16, 4, 0)),
        (Machine(64, 9 * GIB, 0), {"cpus_per_trial": 1}, Plan(4, 1, 0)),
        (Machine(64, 512 * GIB, 0), {"cpus_per_trial": 16}, Plan(4, 16, 0)),
        (Machine(64, 512 * GIB, 0), {"cpus_per_trial": 1, "count": 1}, Plan(1, 1, 0)),
        (Machine(2, 20 * GIB, 0), {"cpus_per_trial": 0.5}, Plan(4, 0.5, 0)),
        (Machine(64, 9 * GIB, 0), {"count": 20}, Plan(20, 3, 0)),
        (Machine(64, 512 * GIB, 0), {"count": 1}, Plan(1, 64, 0)),
        (Machine(64, 512 * GIB, 8, 80 * GIB), {"cpus_per_trial": 4}, Plan(16, 4, 0.5, pooled=True)),
        (Machine(64, 512 * GIB, 8, 80 * GIB), {"count": 8}, Plan(8, 8, 1)),
        (Machine(64, 512 * GIB, 8, 80 * GIB), {"gpus_per_trial": 1}, Plan(8, 8, 1)),
        (Machine(64, 512 * GIB, 8, 80 * GIB), {"gpus_per_trial": 0.5}, Plan(16, 4, 0.5)),
        (Machine(64, 512 * GIB, 8, 80 * GIB), {"gpus_per_trial": 0}, Plan(64, 1, 0)),
        (Machine(64, 512 * GIB, 8), {"gpus_per_trial": 0.25}, Plan(32, 2, 0.25)),
        (Machine(64, 512 * GIB, 2), {"gpus_per_trial": 0.4}, Plan(4, 8, 0.4)),
        (Machine(64, 512 * GIB, 8), {"gpus_per_trial": 0, "count": 5}, Plan(5, 8, 0)),
    ],
)
def test_what_a_person_has_said_stays(machine, asked, plan):
    assert plan_workers([machine], Workers(**asked), PLENTY) == plan


LEAN, SMALL, LARGE = Machine(64, 9 * GIB, 0), Machine(2, 64 * GIB, 0), Machine(64, 512 * GIB, 4, 24 * GIB)


@pytest.mark.parametrize(
    ("cluster", "trials", "plan"),
    [
        ([SMALL] * 3, PLENTY, Plan(6, 1, 0)),
        ([SMALL] * 3, 3, Plan(3, 2, 0)),
        ([LEAN] * 2, PLENTY, Plan(8, 8, 0)),
        # What no machine has alone, nobody is given; and no machine is left out.
        ([LEAN, SMALL], PLENTY, Plan(6, 1, 0)),
        ([LEAN, SMALL], 5, Plan(5, 2, 0)),
        # Smaller machines may join, so that one that is alone does not fill the only machine.
        ([LEAN], 1, Plan(1, 8, 0)),
        ([SMALL, LARGE], PLENTY, Plan(16, 4, 0.25, pooled=True)),
    ],
)
def test_auto_fills_a_cluster(cluster, trials, plan):
    assert plan_workers(cluster, Workers(address="auto"), trials) == plan


def test_a_cluster_whose_machines_do_not_tell_the_memory_of_every_gpu_shares_none():
    assert plan_workers([LARGE, Machine(64, 512 * GIB, 4)], Workers(address="auto"), PLENTY) == Plan(8, 8, 1)


@pytest.mark.parametrize(
    ("budget", "finalists", "expected"),
    [
        (50, {}, 50),
        (8, {}, 8),
        (8, {"share": 2}, 9),
        (8, {"share": 2, "trials": 0}, 8),
        (2, {"share": 10, "trials": 5, "seeds": 4}, 8),
        (10_000, {}, 256),
    ],
)
def test_no_more_trainings_run_at_once_than_there_are_trials_or_fresh_seeds(budget, finalists, expected):
    sweep = {
        "name": "small",
        "data": {"reader": "folder", "path": "nowhere"},
        "features": ["log_mel"],
        "architectures": ["mlp"],
        "budget": {"trials": budget},
        "finalists": finalists,
    }
    assert trainings_at_once(check_document(sweep)) == expected


@pytest.mark.parametrize(
    ("machine", "plan", "has_room"),
    [
        (Machine(2, 20 * GIB, 0), Plan(2, 1, 0), False),
        (Machine(3, 20 * GIB, 0), Plan(2, 1, 0), True),
        (Machine(16, 64 * GIB, 0), Plan(4, 4, 0), False),
        (Machine(16, 64 * GIB, 0), Plan(3, 4, 0), True),
        (Machine(4, 20 * GIB, 0), Plan(7, 0.5, 0), False),
        (Machine(2, 20 * GIB, 1), Plan(2, 1, 0.5), True),
        (Machine(64, 512 * GIB, 8), Plan(8, 1, 1), True),
        (Machine(16, 5 * GIB, 1), Plan(2, 1, 0.5), False),
    ],
)
def test_features_are_computed_ahead_where_a_core_is_idle_and_memory_left(machine, plan, has_room):
    assert has_room_for_scout(machine, plan) is has_room


def test_workers_that_share_a_gpu_may_take_of_it_what_their_trials_need():
    assert Plan(4, 1, 0.25, pooled=True).memory_gpus == 1
    assert Plan(4, 1, 0.25).memory_gpus == 0.25
    assert Plan(1, 1, 2).memory_gpus == 2


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"gpus_per_trial": 1}, "gpus_per_trial: 1 asked for; there are 0"),
        ({"cpus_per_trial": 8}, "cpus_per_trial: 8 asked for; there are 4"),
        ({"count": 5}, "at most 4 do"),
    ],
)
def test_more_than_there_is_is_refused(asked, reason):
    with pytest.raises(SweepError, match=reason):
        plan_workers([Machine(4, 64 * GIB, 0)], Workers(**asked), PLENTY)


def test_more_than_any_machine_of_a_cluster_has_is_refused():
    with pytest.raises(SweepError, match="cpus_per_trial: 80 asked for; there are 64 on the largest machine"):
        plan_workers([LEAN, LARGE], Workers(cpus_per_trial=80, address="auto"), PLENTY)


def test_one_and_a_half_gpus_are_refused():
    with pytest.raises(SweepError, match="expected a whole number, or a part of one GPU"):
        plan_workers([Machine(4, 64 * GIB, 2)], Workers(gpus_per_trial=1.5), PLENTY)


def test_on_a_cluster_no_worker_is_shared_by_two_machines():
    each = Plan(1, 2, 0.4)
    machines = [Machine(8, 64 * GIB, 2), Machine(3, 64 * GIB, 1), Machine(64, 64 * GIB, 0), Machine(1, 64 * GIB, 8)]
    assert [room([machine], each) for machine in machines] == [4, 1, 0, 0]
    assert room(machines, each) == 5
    assert room(machines, Plan(1, 2, 0)) == 4 + 1 + 32 + 0


def test_a_machine_with_little_memory_takes_one_worker_though_it_has_many_cores():
    machines = [Machine(16, 5 * GIB, 0), Machine(16, 1 * GIB, 0), Machine(0, 64 * GIB, 0)]
    assert comfortable_room(machines, Plan(1, 1, 0)) == 2 + 1 + 0


def test_workers_that_take_parts_of_cores_fit_on_the_cores_that_ray_is_given():
    assert cores_for(Plan(5, 0.5, 0)) == 3
    assert cores_for(Plan(1, 0.5, 0)) == 1
    assert cores_for(Plan(3, 2, 0)) == 6


def test_this_machine_has_a_core_and_memory():
    machine = this_machine()
    assert machine.cpus >= 1
    assert machine.memory_bytes > 0


@pytest.mark.parametrize(("limit", "cpus"), [(0.5, 1), (1.0, 1), (1.9, 1), (1e6, None)])
def test_a_container_has_the_whole_cores_of_its_limit_and_one_at_least(monkeypatch, limit, cpus):
    free = this_machine().cpus
    monkeypatch.setattr(machines, "cpu_limit", lambda: limit)
    assert this_machine().cpus == (cpus or free)


def test_a_container_has_no_more_memory_than_its_limit_leaves(monkeypatch):
    monkeypatch.setattr(machines, "memory_left_bytes", lambda: 12345)
    assert this_machine().memory_bytes == 12345


VERSION_2 = {
    "proc/self/cgroup": "0::/box/inner\n",
    "sys/fs/cgroup/box/inner/cpu.max": "max 100000\n",
    "sys/fs/cgroup/box/cpu.max": "250000 100000\n",
    "sys/fs/cgroup/box/inner/memory.max": "8000\n",
    "sys/fs/cgroup/box/inner/memory.current": "6000\n",
    "sys/fs/cgroup/box/inner/memory.stat": "anon 1000\ninactive_file 500\n",
    "sys/fs/cgroup/box/memory.max": "max\n",
}
MOUNTED = {  # a container that has a control group for itself
    "proc/self/cgroup": "0::/\n",
    "sys/fs/cgroup/cpu.max": "400000 100000\n",
    "sys/fs/cgroup/memory.max": "8000\n",
    "sys/fs/cgroup/memory.current": "9000\n",
}
VERSION_1 = {
    "proc/self/cgroup": "9:name=systemd:/docker/4b1d\n4:memory:/docker/4b1d\n1:cpu,cpuacct:/docker/4b1d\n0::/\n",
    "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "150000\n",
    "sys/fs/cgroup/cpu/cpu.cfs_period_us": "50000\n",
    "sys/fs/cgroup/memory/memory.limit_in_bytes": "8000\n",
    "sys/fs/cgroup/memory/memory.usage_in_bytes": "6000\n",
    "sys/fs/cgroup/memory/memory.stat": "inactive_file 100\ntotal_inactive_file 700\n",
}
UNLIMITED_1 = VERSION_1 | {
    "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
    "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
}
UNLIMITED_2 = {
    "proc/self/cgroup": "0::/user.slice\n",
    "sys/fs/cgroup/user.slice/cpu.max": "max 100000\n",
    "sys/fs/cgroup/user.slice/memory.max": "max\n",
}


@pytest.mark.parametrize(
    ("files", "cores", "left_bytes"),
    [
        (VERSION_2, 2.5, 2500),
        (MOUNTED, 4.0, 0),
        (VERSION_1, 3.0, 2700),
        (UNLIMITED_1, None, None),
        (UNLIMITED_2, None, None),
        ({}, None, None),
    ],
    ids=["version 2", "version 2, mounted", "version 1", "version 1, no limit", "version 2, no limit", "macOS"],
)
def test_the_limits_of_a_container_are_those_of_its_control_groups(tmp_path, files, cores, left_bytes):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert cpu_limit(tmp_path) == cores
    assert memory_left_bytes(tmp_path) == left_bytes
