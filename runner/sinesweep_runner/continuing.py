"""Continuing: which finished trials can be trained longer, and what a sweep is like that trains nothing else."""

from __future__ import annotations

import shlex
from pathlib import Path

from sinesweep.continuing import Wish
from sinesweep.errors import SweepError
from sinesweep.leaderboard import Leaderboard
from sinesweep.record import Record
from sinesweep.stopping import Plateau
from sinesweep.sweep import Sweep
from sinesweep.wording import numbered
from sinesweep_runner.training.progress import has_final_state


def wishes_for(folder: Path, board: Leaderboard, record: Record, top: int, epochs: int) -> list[Wish]:
    """The best `top` trials of a leaderboard, as they are to be trained up to `epochs`, but for those that have been.

    A trial that was continued before is stood for by the one that continues it.

    Raises:
        SweepError: there is nothing to continue, or final states were not kept.
    """
    results = {result.trial.number: result for result in record.results()}
    before = {results[number].trial.continues for number in board.longer}
    best = [results[row.number] for row in board.rows if results[row.number].trial.origin not in before][:top]
    if not best:
        raise SweepError(
            f"{folder}: no trial has a score yet, so there is nothing to continue; `sinesweep resume"
            f" {shlex.quote(str(folder))}` goes on with the search"
        )
    short = [result for result in best if result.trial.config["fit"]["epochs"] < epochs]
    if not short:
        longest = max(result.trial.config["fit"]["epochs"] for result in best)
        raise SweepError(f"--epochs {epochs}: expected more than the best were given before, which is {longest}")
    lost = [result.trial.number for result in short if not has_final_state(folder, result)]
    if lost:
        left = next((place for place, result in enumerate(best) if result.trial.number in lost), 0)
        raise SweepError(
            f"{folder}: no final state was kept of {numbered(lost)}, so there is nothing to go on from;"
            " budget.keep_checkpoints says of how many trials it is, budget.disk_gb how much room there is."
            f" {f'--top {left} works' if left else 'Begin a new sweep with more of them'}"
        )
    return [Wish(result.trial.origin, epochs) for result in short]


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
