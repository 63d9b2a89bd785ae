"""Finals: which trials a sweep trains again before it crowns one, as far as its budget allows."""

from __future__ import annotations

from sinesweep.continuing import Wish, unmet
from sinesweep.finalists import entry, wishes_for
from sinesweep.judge import Judge
from sinesweep.metrics import metric
from sinesweep.record import Record
from sinesweep.sweep import Sweep


def finals_of(sweep: Sweep, record: Record, slots: int) -> tuple[list[Wish], str]:
    """What is to be trained again, and a sentence that says what was decided; empty where there was nothing to decide.

    Args:
        slots: trainings at the same time.
    """
    results = record.results()
    searched = [result for result in results if result.trial.repeats is None]
    judge = Judge(metric(sweep.search.objective), lambda result: None, (), sweep.search.seed)
    ranked = judge.ranked(searched)
    again = [wish for wish in record.wishes() if wish.seed is not None]
    if ranked and any(wish.origin == ranked[0].trial.origin for wish in again) and not unmet(again, results):
        return [], ""  # they have been
    left = None if sweep.budget.hours is None else sweep.budget.hours * 3600 - record.seconds
    seconds = sum(result.seconds for result in searched)
    decided = entry(sweep.finalists, [result.seconds for result in ranked], seconds, left, slots)
    return wishes_for(ranked[: decided.trials], decided.seeds, sweep.search.seed), decided.why
