"""Entries: every trial that ended, as the page tells it, the ranked ones first and the baseline last."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from sinesweep.report.mishaps import chances
from sinesweep.report.story import Story
from sinesweep.rows import Row
from sinesweep.trial import Config, Result


@dataclass(frozen=True)
class Entry:
    """One trial.

    Attributes:
        row: its row of the leaderboard; None where it has no rank.
        result: what came of it; None where the story does not tell.
        score: the objective, of a trial without a rank that of its last epoch; None where there is none.
        why: what is to be known of its end, as a sentence; empty where there is nothing.
        repeats: the trial that it trains again with a fresh seed; None where it is one of the search.
        baseline: it is the baseline.
    """

    number: int
    row: Row | None
    result: Result | None
    score: float | None
    state: str
    config: Config
    metrics: Mapping[str, float]
    costs: Mapping[str, float]
    parameters: int
    seconds: float
    device: str
    why: str
    repeats: int | None = None
    baseline: bool = False

    @property
    def ended(self) -> str:
        """Its state; of what is no trial of the search, what it is instead: `fresh seed`, `baseline`."""
        if self.repeats is not None:
            return "fresh seed"
        return "baseline" if self.baseline else str(self.state)

    @classmethod
    def ranked(cls, row: Row, result: Result | None, baseline: bool = False) -> Entry:
        """The entry of a row."""
        return cls(
            number=row.number,
            row=row,
            result=result,
            score=row.score,
            state=row.state,
            config=row.config,
            metrics=row.metrics,
            costs=row.costs,
            parameters=row.parameters,
            seconds=row.seconds,
            device=row.device,
            why="; ".join(chances(row.accumulate, row.lost)),
            baseline=baseline,
        )

    @classmethod
    def unranked(cls, result: Result) -> Entry:
        """The entry of a trial that was not finished."""
        value, failure = result.value, result.failure
        told = [f"{failure.cause}: {failure.message}"] if failure else []
        if result.trial.repeats is not None:
            told.insert(0, f"trial {result.trial.repeats} again, with a fresh seed")
        return cls(
            number=result.trial.number,
            row=None,
            result=result,
            score=value if value is not None and math.isfinite(value) else None,
            state=result.state,
            config=result.trial.config,
            metrics=result.metrics,
            costs=result.costs,
            parameters=result.parameters,
            seconds=result.seconds,
            device=result.device,
            why="; ".join(told + chances(result.trial.accumulate, result.trial.lost)),
            repeats=result.trial.repeats,
        )


def entries(story: Story) -> list[Entry]:
    """The rows by rank, then the other trials by number, then the baseline, if there is one."""
    board, results = story.board, {result.trial.number: result for result in story.results}
    found = [Entry.ranked(row, results.pop(row.number, None)) for row in board.rows]
    found += [Entry.unranked(results[number]) for number in sorted(results)]
    return found + ([Entry.ranked(board.baseline, None, baseline=True)] if board.baseline else [])
