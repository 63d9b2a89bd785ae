"""How many workers a machine gets is a pure function of the machine and the wish."""

import pytest

from sinesweep.errors import SweepError
from sinesweep.sections import Workers
from sinesweep_runner.placement import (
    Machine,
    Plan,
    comfortable_room,
    cores_for,
    has_room_for_scout,
    plan_workers,
    room,
    this_machine,
)

GIB = 2**30


@pytest.mark.parametrize(
    ("machine", "asked", "plan"),
    [
        (Machine(2, 20 * GIB, 0), {}, Plan(2, 1, 0)),
        (Machine(1, 8 * GIB, 0), {}, Plan(1, 1, 0)),
        (Machine(64, 9 * GIB, 0), {}, Plan(4, 1, 0)),
        (Machine(64, 512 * GIB, 0), {"cpus_per_trial": 4}, Plan(16, 4, 0)),
        (Machine(64, 512 * GIB, 8), {}, Plan(8, 1, 1)),
        (Machine(64, 512 * GIB, 8), {"gpus_per_trial": 0.25}, Plan(32, 1, 0.25)),
        (Machine(64, 512 * GIB, 2), {"gpus_per_trial": 0.4}, Plan(4, 1, 0.4)),
        (Machine(64, 512 * GIB, 8), {"gpus_per_trial": 0, "count": 5}, Plan(5, 1, 0)),
        (Machine(2, 1 * GIB, 0), {}, Plan(1, 1, 0)),
        # A GPU is shared as far as its memory, the cores and their memory go.
        (Machine(64, 512 * GIB, 8, 80 * GIB), {}, Plan(32, 1, 0.25, pooled=True)),
        (Machine(64, 512 * GIB, 8, 80 * GIB), {"cpus_per_trial": 4}, Plan(16, 4, 0.5, pooled=True)),
        (Machine(16, 64 * GIB, 1, 143 * GIB), {}, Plan(4, 1, 0.25, pooled=True)),
        (Machine(16, 64 * GIB, 1, 8 * GIB), {}, Plan(2, 1, 0.5, pooled=True)),
        (Machine(16, 64 * GIB, 1, 6 * GIB), {}, Plan(1, 1, 1)),
        (Machine(16, 7 * GIB, 1, 24 * GIB), {}, Plan(3, 1, 1 / 3, pooled=True)),
        (Machine(2, 64 * GIB, 1, 24 * GIB), {}, Plan(2, 1, 0.5, pooled=True)),
        (Machine(8, 64 * GIB, 8, 24 * GIB), {}, Plan(8, 1, 1)),
        # What a person has said stays.
        (Machine(64, 512 * GIB, 8, 80 * GIB), {"count": 8}, Plan(8, 1, 1)),
        (Machine(64, 512 * GIB, 8, 80 * GIB), {"gpus_per_trial": 1}, Plan(8, 1, 1)),
        (Machine(64, 512 * GIB, 8, 80 * GIB), {"gpus_per_trial": 0.5}, Plan(16, 1, 0.5)),
        (Machine(64, 512 * GIB, 8, 80 * GIB), {"gpus_per_trial": 0}, Plan(64, 1, 0)),
    ],
)
def test_as_many_workers_as_fit(machine, asked, plan):
    assert plan_workers(machine, Workers(**asked)) == plan


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
        plan_workers(Machine(4, 64 * GIB, 0), Workers(**asked))


def test_one_and_a_half_gpus_are_refused():
    with pytest.raises(SweepError, match="expected a whole number, or a part of one GPU"):
        plan_workers(Machine(4, 64 * GIB, 2), Workers(gpus_per_trial=1.5))


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
    assert cores_for(Plan(3, 2, 0)) == 8


def test_this_machine_has_a_core_and_memory():
    machine = this_machine()
    assert machine.cpus >= 1
    assert machine.memory_bytes > 0
