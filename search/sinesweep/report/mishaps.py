"""What went wrong in a sweep, kind by kind, and what Sinesweep did about it."""

from __future__ import annotations

from collections.abc import Mapping

from sinesweep.leaderboard import Leaderboard
from sinesweep.mishaps import Mishap
from sinesweep.trial import Cause, State
from sinesweep.wording import many

POLICIES: Mapping[str, str] = {
    Cause.INFEASIBLE: "never trained; the sampler learnt it",
    Cause.LIMIT: "never trained; the sampler learnt by how much",
    Cause.NAN: "stopped there; the sampler learnt it",
    Cause.OUT_OF_MEMORY: "tried once more in halves of a batch, where the sweep allows it; the sampler learnt it",
    Cause.HUNG: "ended, with its worker, or interrupted where it had none; the sampler learnt it",
    Cause.LOST: "gone on with from its last epoch as often as workers.retries says, then given up",
    Cause.PLUGIN: "given up, and the sampler learnt it; a plugin that fails three times in a row is set aside",
    Cause.DISK: "ends the sweep; resume tries it again",
    Cause.ERROR: "given up; three in a row end the sweep",
}
"""What is done about a trial of each kind."""


def kind(each: Mishap) -> str:
    """The kind of what went wrong: a cause's name, or `infeasible` whatever the reason."""
    return str(Cause.INFEASIBLE) if each.state is State.INFEASIBLE else each.cause


def policy(each: Mishap) -> str:
    """What was done about it; empty where the kind is none of ours."""
    return POLICIES.get(kind(each), "")


def mishap(each: Mishap) -> str:
    """`2 × nan (stopped there; the sampler learnt it), such as trial 5: …`."""
    done = f" ({policy(each)})" if policy(each) else ""
    return f"{each.count} × {kind(each)}{done}, such as trial {each.trial}: {each.example}"


def mended(board: Leaderboard) -> str:
    """How many trials got another chance, and why; empty where none did."""
    told = []
    if board.halved:
        told.append(f"{many(board.halved, 'trial')} had another try in halves of a batch, for lack of memory.")
    if board.continued:
        told.append(f"{many(board.continued, 'trial')} went on from the last epoch after the loss of a worker.")
    return " ".join(told)


def chances(accumulate: int, lost: int) -> list[str]:
    """The other chances of one trial: `in halves of a batch, after it ran out of memory`, `worker lost 2 times`."""
    halves = ["in halves of a batch, after it ran out of memory"] if accumulate > 1 else []
    return halves + ([f"worker lost {many(lost, 'time')}"] if lost else [])
