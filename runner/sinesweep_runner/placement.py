"""Placement: how many workers, with what share of the machine. Pure functions over what the machines have."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from sinesweep.errors import SweepError
from sinesweep.sections import Workers
from sinesweep.sweep import Sweep
from sinesweep.wording import many
from sinesweep_runner.machine import Machine

WORKER_BYTES = 2 * 2**30
"""Memory that a worker with Keras, its data and its model is expected to need."""

CORES = 8
"""So many cores a trial is given at most, unless it is alone or somebody says more. Small networks gain little from
more: their layers are soon too small to be shared out."""

SHARING, SHARING_BYTES = 4, 4 * 2**30
"""So many workers share a GPU at most, and so much of its memory is there for each."""

MOST = 256
"""So many workers one driver keeps busy."""


@dataclass(frozen=True)
class Plan:
    """`count` workers, each with `cpus` cores and `gpus` GPUs.

    Attributes:
        pooled: workers on one GPU share its memory as their trials need it, and not in equal parts.
    """

    count: int
    cpus: float
    gpus: float
    pooled: bool = False

    @property
    def threads(self) -> int:
        """How many threads a trial computes with."""
        return max(1, int(self.cpus))

    @property
    def memory_gpus(self) -> float:
        """The memory of how many GPUs, or of what part of one, a worker may take."""
        return 1.0 if self.pooled else self.gpus


Fitting = Callable[[Iterable[Machine], Plan], int]


def trainings_at_once(sweep: Sweep) -> int:
    """How many trainings of a sweep can run at the same time at most: its trials', or later its finalists'."""
    trials, finalists = sweep.budget.trials, sweep.finalists
    affordable = int(finalists.share * trials)  # by the time of a search whose trials take about as long
    return min(MOST, max(trials, min(affordable, min(trials, finalists.trials) * finalists.seeds)))


def plan_workers(machines: Sequence[Machine], asked: Workers, trainings: int) -> Plan:
    """The plan for one machine, or for those of a cluster: what was asked for; and where that is `auto`, as many
    workers as fit and are of use, and then as many cores for each as are left.

    Args:
        trainings: how many there are that can run at the same time.

    Raises:
        SweepError: more is asked for than there is.
    """
    each = _each(machines, asked, trainings)
    if asked.count == "auto":
        fitting, wanted = comfortable_room, max(1, min(comfortable_room(machines, each), trainings))
    else:
        fitting, wanted = room, asked.count
        _check_room(machines, each, asked.count)
    plan = replace(each, count=wanted)
    return plan if asked.cpus_per_trial is not None else _widened(machines, plan, fitting, asked)


def room(machines: Iterable[Machine], plan: Plan) -> int:
    """How many of a plan's workers have cores and GPUs on these machines; none is shared by two of them."""
    return sum(_places(machine, plan) for machine in machines)


def comfortable_room(machines: Iterable[Machine], plan: Plan) -> int:
    """The same, but no more on a machine than its memory is good for."""
    return sum(min(_places(each, plan), max(1, each.memory_bytes // WORKER_BYTES)) for each in machines)


def cores_for(plan: Plan) -> int:
    """The whole cores in which all workers of a plan have their place."""
    return math.ceil(plan.count * plan.cpus)


def has_room_for_scout(machine: Machine, plan: Plan) -> bool:
    """Whether features can be computed ahead, beside all workers of a plan, without taking from them.

    GPUs leave their processors idle while they train. Without any, a core has to be left over.
    """
    idle = plan.gpus > 0 or machine.cpus - plan.count * plan.cpus >= 1
    return idle and machine.memory_bytes >= (plan.count + 1) * WORKER_BYTES


def _each(machines: Sequence[Machine], asked: Workers, trainings: int) -> Plan:
    """One worker with the least that it is to have; raises SweepError where no machine has as much."""
    cpus, sharing = asked.cpus_per_trial or 1, _sharing(machines, asked, trainings)
    some, most = any(machine.gpus for machine in machines), max(machine.gpus for machine in machines)
    gpus = asked.gpus_per_trial if asked.gpus_per_trial is not None else float(some) / sharing
    if gpus > most:
        raise SweepError(f"workers.gpus_per_trial: {gpus:g} asked for; there are {most}{_largest(machines)}")
    if gpus > 1 and gpus != int(gpus):
        raise SweepError(f"workers.gpus_per_trial: {gpus:g} asked for; expected a whole number, or a part of one GPU")
    if cpus > (largest := max(machine.cpus for machine in machines)):
        raise SweepError(f"workers.cpus_per_trial: {cpus:g} asked for; there are {largest}{_largest(machines)}")
    return Plan(1, cpus, gpus, pooled=sharing > 1)


def _check_room(machines: Sequence[Machine], each: Plan, count: int) -> None:
    if count <= (most := room(machines, each)):
        return
    cpus, gpus = sum(machine.cpus for machine in machines), sum(machine.gpus for machine in machines)
    raise SweepError(
        f"workers.count: {many(count, 'worker')} with {many(each.cpus, 'core')} and {many(each.gpus, 'GPU')} each do"
        f" not fit on {many(cpus, 'core')} and {many(gpus, 'GPU')}; at most {most} do"
    )


def _widened(machines: Sequence[Machine], plan: Plan, fitting: Fitting, asked: Workers) -> Plan:
    """The same plan with as many cores for each of its workers as are there for all of them.

    One that is alone on this machine has it all; a cluster may be joined by machines that are smaller.
    """
    largest = max(machine.cpus for machine in machines)
    most = largest if plan.count == 1 and asked.address is None else min(CORES, largest)
    wider = (replace(plan, cpus=cpus) for cpus in range(most, 1, -1))
    return next((each for each in wider if fitting(machines, each) >= plan.count), plan)


def _largest(machines: Sequence[Machine]) -> str:
    return " on the largest machine" if len(machines) > 1 else ""


def _sharing(machines: Sequence[Machine], asked: Workers, trainings: int) -> int:
    """How many workers share a GPU where nobody says how many there are, nor what each is given.

    Small networks leave most of a GPU idle. It is shared as far as its memory, the cores and their memory go, but not
    while another one would have nothing to do.
    """
    having = [machine for machine in machines if machine.gpus]
    if asked.gpus_per_trial is not None or asked.count != "auto" or not having:
        return 1
    sizes = [machine.gpu_bytes for machine in having if machine.gpu_bytes is not None]
    if len(sizes) < len(having):
        return 1
    gpus = sum(machine.gpus for machine in having)
    by_cpu = int(sum(machine.cpus for machine in having) / (asked.cpus_per_trial or 1))
    by_memory = sum(machine.memory_bytes for machine in having) // WORKER_BYTES
    return max(1, min(SHARING, min(sizes) // SHARING_BYTES, min(by_cpu, by_memory, trainings) // gpus))


def _places(machine: Machine, plan: Plan) -> int:
    by_cpu = int(machine.cpus / plan.cpus)
    return min(by_cpu, _by_gpu(machine.gpus, plan.gpus)) if plan.gpus else by_cpu


def _by_gpu(gpus: int, share: float) -> int:
    """How many shares there are; none is cut out of two GPUs."""
    return int(gpus // share) if share >= 1 else gpus * int(1 / share)
