"""Continuing: which finished trials can be trained longer, and what a sweep is like that trains nothing else."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

from sinesweep.continuing import Wish
from sinesweep.errors import SweepError
from sinesweep.leaderboard import Leaderboard
from sinesweep.record import Record
from sinesweep.stopping import Plateau
from sinesweep.sweep import Sweep
from sinesweep.trial import Result
from sinesweep.wording import capitalised
from sinesweep_runner.training.archive import Damaged
from sinesweep_runner.training.progress import has_final_state


def wishes_for(
    folder: Path, board: Leaderboard, record: Record, top: int, epochs: int, say: Callable[[str], None]
) -> list[Wish]:
    """The best `top` trials of a leaderboard, as they are to be trained up to `epochs`.

    A trial that was continued before is stood for by the one that continues it.

    Args:
        say: told of every one of them that is left out, and why.

    Raises:
        SweepError: none is left.
    """
    results = {result.trial.number: result for result in record.results()}
    before = {results[number].trial.continues for number in board.longer}
    best = [results[row.number] for row in board.rows if results[row.number].trial.origin not in before][:top]
    if not best:
        raise SweepError(
            f"{folder}: no trial has a score yet, so there is nothing to continue; `sinesweep resume"
            f" {shlex.quote(str(folder))}` goes on with the search"
        )
    against = {result.trial.number: _against(folder, result, epochs) for result in best}
    left_out = [f"trial {number} is left out: {reason}" for number, reason in against.items() if reason]
    if len(left_out) == len(best):
        raise SweepError(f"--epochs {epochs}: there is nothing to go on from; {'; '.join(left_out)}")
    for sentence in left_out:
        say(f"{capitalised(sentence)}.")
    return [Wish(result.trial.origin, epochs) for result in best if not against[result.trial.number]]


def _against(folder: Path, result: Result, epochs: int) -> str:
    """Why a trial cannot be trained up to so many epochs; empty where it can."""
    given = result.trial.config["fit"]["epochs"]
    if given >= epochs:
        return f"expected more epochs than it was given before, which is {given}"
    try:
        if has_final_state(folder, result):
            return ""
    except Damaged as reason:
        return f"its final state cannot be read, {reason}"
    return (
        "its final state was not kept; budget.keep_checkpoints says of how many trials it is, budget.disk_gb how much"
        " room there is"
    )


def with_budget_spent(sweep: Sweep, record: Record) -> Sweep:
    """The sweep with a budget that allows no trial of its own any more."""
    spent = {result.trial.origin for result in record.results() if result.spent}
    return sweep.model_copy(
        update={"budget": sweep.budget.model_copy(update={"trials": max(1, len(spent)), "hours": None})}
    )


def is_unfinished(sweep: Sweep, record: Record) -> bool:
    """Whether the search of a sweep would go on, if it were resumed."""
    if len(record.spent()) >= sweep.budget.trials or Plateau(sweep, record.results()).reached():
        return False
    return sweep.budget.hours is None or record.seconds < sweep.budget.hours * 3600
