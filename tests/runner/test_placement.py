"""How many workers a machine gets is a pure function of the machine and the wish."""

import pytest

from sinesweep.errors import SweepError
from sinesweep.sweep import Workers
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
        (Machine(64, 512 * GIB, 8), {"gpus_per_trial": 0, "count": 5}, Plan(5, 1, 0)),
        (Machine(2, 1 * GIB, 0), {}, Plan(1, 1, 0)),
    ],
)
def test_as_many_workers_as_fit(machine, asked, plan):
    assert plan_workers(machine, Workers(**asked)) == plan


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"gpus_per_trial": 1}, "gpus_per_trial: 1 asked for; this machine has 0"),
        ({"cpus_per_trial": 8}, "cpus_per_trial: 8 asked for; this machine has 4"),
        ({"count": 5}, "at most 4 do"),
    ],
)
def test_more_than_there_is_is_refused(asked, reason):
    with pytest.raises(SweepError, match=reason):
        plan_workers(Machine(4, 64 * GIB, 0), Workers(**asked))


def test_this_machine_has_a_core_and_memory():
    machine = this_machine()
    assert machine.cpus >= 1
    assert machine.memory_bytes > 0
