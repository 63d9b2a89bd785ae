"""What is said where workers of a Ray executor find no place, or end with a trial in their hands."""

from __future__ import annotations

from pathlib import Path

import ray

from sinesweep.trial import Cause, Failure, Result, State, Trial
from sinesweep.wording import duration, many
from sinesweep_runner.placement import Plan


def too_busy(plan: Plan, waiting: int, waited_s: float, folder: Path) -> str:
    """Ray has room for all, and `waiting` of them were not ready."""
    return (
        f"workers: {waiting} of {plan.count} were not ready after {waited_s:g} s, though Ray has room for them: the"
        " machine is busy, or others are in their places. Wait until it is less so, or ask for less, and"
        f" {_way_out(plan, plan.count, folder)}"
    )


def no_place(plan: Plan, waiting: int, waited_s: float, room: int, folder: Path) -> str:
    """Ray has room for fewer than were asked for."""
    there = ray.cluster_resources()
    return (
        f"workers: {waiting} of {plan.count} found no place in {waited_s:g} s. Each needs {many(plan.cpus, 'core')}"
        f" and {many(plan.gpus, 'GPU')} of one machine; Ray has {many(there.get('CPU', 0), 'core')} and"
        f" {many(there.get('GPU', 0), 'GPU')} in all, room for {room}. Ask for less, and"
        f" {_way_out(plan, room, folder)}"
    )


def ended_meanwhile(folder: Path) -> str:
    """Ray is not there any more, before the search has begun."""
    return f"workers: Ray has ended while they were started; {way_back(folder)}"


def way_back(folder: Path) -> str:
    """What to do where the sweep cannot go on by itself."""
    return f"everything is kept. Go on with: sinesweep resume {folder}"


def lost(trial: Trial, fault: Exception, culprit: str = "") -> Result:
    """The end of a trial whose worker has ended; `culprit` is the plugin that is known for that, if any."""
    memory = isinstance(fault, ray.exceptions.OutOfMemoryError)
    cause = Cause.OUT_OF_MEMORY if memory else Cause.LOST
    what = "the machine ran out of memory" if memory else "its worker process ended"
    plugin = "" if memory else culprit
    return Result(trial, State.FAILED, failure=Failure(cause, f"{what} ({type(fault).__name__})", str(fault), plugin))


def _way_out(plan: Plan, room: int, folder: Path) -> str:
    return f"go on: sinesweep resume {folder} --set workers.count={max(1, min(room, plan.count - 1))}"


def still_busy(waiting: int, count: int, waited_s: float, patience_s: float) -> str:
    """Workers take long."""
    return (
        f"{waiting} of {many(count, 'worker')} not ready after {waited_s:g} s, though Ray has room for them: the"
        f" machine is busy. Waiting up to {duration(patience_s)} in all."
    )


def not_started(count: int, fault: Exception) -> str:
    """Workers ended before they were ready, one after the other, the last one so."""
    reason = str(fault)
    if isinstance(fault, ray.exceptions.RuntimeEnvSetupError):  # of its pages the last lines are the installer's
        lines = [line.strip() for line in reason.partition("lines of stdout:")[2].splitlines() if line.strip()]
        reason = (
            f"Ray cannot install there what this driver has: {' '.join(lines) or reason}\nInstall it there yourself, in"
            " the same versions, or let the machine reach an index"
        )
    return f"{count} workers in a row could not start: {reason}"


def crowded(trial: Trial) -> str:
    """A trial had too little memory, and others are to blame, perhaps."""
    return f"Trial {trial.number} ran out of memory beside others on its GPU. It goes on when it has one to itself."
