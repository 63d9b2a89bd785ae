"""Starting: what has to be up before a sweep can train, the workers and, where they are one, Keras in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from sinesweep.sections import Workers
from sinesweep.sweep import Sweep
from sinesweep_runner import backend
from sinesweep_runner.executors import Executor
from sinesweep_runner.executors.serial import SerialExecutor
from sinesweep_runner.lastresort import last_resort
from sinesweep_runner.placement import Plan, plan_workers, this_machine
from sinesweep_runner.sweepfolder import SweepFolder
from sinesweep_runner.watch import Watch


def plan_for(workers: Workers) -> Plan:
    """Shares out this machine, or the cluster that is to be joined."""
    if workers.address is None:
        return plan_workers(this_machine(), workers)
    from sinesweep_runner.executors.connection import cluster

    return plan_workers(cluster(workers.address), workers)


@contextmanager
def executor_for(sweep: Sweep, plan: Plan, watch: Watch, place: SweepFolder) -> Iterator[Executor]:
    """The executor for a plan, closed at the end. Its workers start while the data are prepared."""
    executor: Executor
    if plan.count == 1 and sweep.workers.address is None:
        executor = SerialExecutor(sweep.workers, last_resort(place, watch))
    else:
        from sinesweep_runner.executors.ray import MOST, RayExecutor

        executor = RayExecutor(plan, sweep.workers, watch.say, min(MOST, sweep.budget.trials))
    try:
        yield executor
    finally:
        executor.close()


@contextmanager
def loading_keras(plan: Plan) -> Iterator[Callable[[], None]]:
    """Loads Keras while the data are prepared; gives a function that waits for it and raises what went wrong.

    Standard error is held back meanwhile, so nobody leaves before the end: a message would be lost.
    """
    gpus = plan.gpus if plan.count == 1 else 0  # of several workers each has its own share
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(backend.limit, this_machine().cpus, gpus).result
