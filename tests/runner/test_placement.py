"""How many workers a machine gets is a pure function of the machine and the wish."""

import pytest

from sinesweep.errors import SweepError
from sinesweep.sweep import Workers
from sinesweep_runner.executors.ray import cores_for
from sinesweep_runner.placement import Machine, Plan, plan_workers, this_machine

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
    ],
)
def test_as_many_workers_as_fit(machine, asked, plan):
    assert plan_workers(machine, Workers(**asked)) == plan


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


def test_workers_that_take_parts_of_cores_fit_on_the_cores_that_ray_is_given():
    assert cores_for(Plan(5, 0.5, 0)) == 3
    assert cores_for(Plan(1, 0.5, 0)) == 1
    assert cores_for(Plan(3, 2, 0)) == 6


def test_this_machine_has_a_core_and_memory():
    machine = this_machine()
    assert machine.cpus >= 1
    assert machine.memory_bytes > 0
