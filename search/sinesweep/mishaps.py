"""Mishaps: trials that should have had a score, counted by what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sinesweep.judge import Judge
from sinesweep.trial import Cause, Result, State
from sinesweep.wording import without_numbers


@dataclass(frozen=True)
class Mishap:
    """Trials that have no score for one cause.

    Attributes:
        state: failed, or infeasible.
        cause: the kind of the failure; of infeasible ones the reason, its numbers replaced by `N`.
        count: of such trials.
        trial: the number of the first of them.
        example: what was said of that one.
    """

    state: State
    cause: str
    count: int
    trial: int
    example: str


def mishaps_of(results: Sequence[Result], judge: Judge) -> tuple[Mishap, ...]:
    """Failed trials by cause, infeasible ones by reason, the most frequent first."""
    found: dict[tuple[State, str], list[tuple[int, str]]] = {}
    for result in results:
        told = _mishap(result, judge)
        if told is not None:
            state, cause, message = told
            found.setdefault((state, cause), []).append((result.trial.number, message))
    mishaps = [Mishap(state, cause, len(cases), *cases[0]) for (state, cause), cases in found.items()]
    return tuple(sorted(mishaps, key=lambda each: (each.state, -each.count, each.trial)))


def _mishap(result: Result, judge: Judge) -> tuple[State, str, str] | None:
    """State, cause and message of a trial that should have had a score."""
    cause = str(result.failure.cause) if result.failure else "unknown"
    message = result.failure.message if result.failure else "no reason was given"
    if result.state is State.INFEASIBLE:
        # Without its numbers, so that like counts with like.
        return State.INFEASIBLE, without_numbers(message), message
    if result.state is State.FAILED:
        return State.FAILED, cause, message
    if result.state is State.COMPLETE and not judge.has_score(result):
        return State.FAILED, str(Cause.NAN), f"its {judge.metric.name} is not a finite number"
    return None
