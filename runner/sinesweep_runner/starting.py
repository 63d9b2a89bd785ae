"""Starting: what has to be up before a sweep can train, the workers and, where they are one, Keras in this process."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from sinesweep.sweep import Sweep
from sinesweep_runner import backend
from sinesweep_runner.executors import Executor
from sinesweep_runner.executors.serial import SerialExecutor
from sinesweep_runner.lastresort import last_resort
from sinesweep_runner.machine import this_machine
from sinesweep_runner.placement import Plan, plan_workers, trainings_at_once
from sinesweep_runner.sweepfolder import SweepFolder
from sinesweep_runner.watch import Watch


def plan_for(sweep: Sweep) -> Plan:
    """Shares out this machine, or the cluster that is to be joined."""
    workers = sweep.workers
    if workers.address is None:
        return plan_workers([this_machine()], workers, trainings_at_once(sweep))
    from sinesweep_runner.executors.connection import cluster

    return plan_workers(cluster(workers.address), workers, trainings_at_once(sweep))


@contextmanager
def executor_for(sweep: Sweep, plan: Plan, watch: Watch, place: SweepFolder) -> Iterator[Executor]:
    """The executor for a plan, closed at the end. Its workers start while the data are prepared."""
    executor: Executor
    if plan.count == 1 and sweep.workers.address is None:
        executor = SerialExecutor(sweep.workers, last_resort(place, watch), watch.say)
    else:
        from sinesweep_runner.executors.ray import RayExecutor

        executor = RayExecutor(plan, sweep.workers, watch.say, trainings_at_once(sweep))
    try:
        yield executor
    finally:
        executor.close()


@contextmanager
def loading_keras(sweep: Sweep, plan: Plan) -> Iterator[Callable[[], None]]:
    """Loads Keras while the data are prepared; gives a function that waits for it and raises what went wrong.

    Where trials run in workers, this process trains the winner when they have ended, with all cores.

    Standard error is held back meanwhile, so nobody leaves before the end: a message would be lost. A baseline needs
    scikit-learn while Keras imports it too, and what two threads import at once one of them may find half made: so it
    is there before.
    """
    if sweep.baseline is not None:
        importlib.import_module("sklearn.base")
    alone = plan.count == 1 and sweep.workers.address is None
    threads = plan.threads if alone else this_machine().cpus
    gpus = (plan.gpus if alone else 0) or (0 if sweep.workers.gpus_per_trial == 0 else None)
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(backend.limit, threads, gpus).result
