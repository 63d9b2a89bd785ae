"""Finalists: the best trials of a search, trained again with fresh seeds before one of them is crowned.

A score that was chosen because it was the highest flatters: a part of it is the luck of its one seed. So the search's
own training of a finalist takes no part in its score; that is the mean of the fresh ones.
"""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sinesweep.continuing import Wish
from sinesweep.intervals import Interval
from sinesweep.judge import Judge
from sinesweep.sections import Finalists
from sinesweep.trial import Result, State
from sinesweep.wording import duration, many

FEWEST = 2
"""Of fewer trials none can be chosen, and of fewer seeds none says how far they spread."""


@dataclass(frozen=True)
class Finalist:
    """What fresh seeds have made of one trial.

    Attributes:
        trials: the numbers of the trainings that have a score.
        scores: the objective of each, mean over folds.
        score: their mean; None where there are none.
        spread: their standard deviation; None of fewer than two.
        interval: 95 %, over groups of clips and seeds; None without predictions.
        wanted: how many seeds there were to be; a training without a score is none of `trials`.
        ended: every one has come to its end.
    """

    trials: tuple[int, ...]
    scores: tuple[float, ...]
    score: float | None
    spread: float | None
    interval: Interval | None
    wanted: int
    ended: bool

    @property
    def eligible(self) -> bool:
        """Whether it may be crowned: every seed gave a score."""
        return self.score is not None and len(self.scores) == self.wanted


@dataclass(frozen=True)
class Entry:
    """How many finalists there are, and with how many seeds each; `why` says it in words, empty where there was nothing
    to decide."""

    trials: int
    seeds: int
    why: str


def entry(asked: Finalists, took: Sequence[float], searched: float, left: float | None, slots: int) -> Entry:
    """How many finalists the budget allows.

    Args:
        took: seconds of training of the best trials, the best first.
        searched: of the whole search.
        left: seconds of wall time that `budget.hours` leaves; None for no limit.
        slots: trainings at the same time.
    """
    if not asked.trials or len(took) < FEWEST:
        return Entry(0, 0, "")
    for trials, seeds in _smaller_and_smaller(min(asked.trials, len(took)), asked.seeds):
        seconds = seeds * sum(took[:trials])
        if seconds <= asked.share * searched and (left is None or seconds / slots <= left):
            fewer = " (fewer than asked)" if (trials, seeds) != (asked.trials, asked.seeds) else ""
            each = many(seeds, "fresh seed")
            why = (
                f"The best {trials} are trained again, each with {each}{fewer}: about {duration(seconds)} of training."
            )
            return Entry(trials, seeds, why)
    short = "" if left is None else f", or than the {duration(left)} that budget.hours leaves"
    return Entry(
        0,
        0,
        f"No finalists: the best {trials} with {many(seeds, 'fresh seed')} each would take {duration(seconds)} of"
        f" training, more than {asked.share:.0%} of the {duration(searched)} that the search trained"
        f" (finalists.share){short}.",
    )


def wishes_for(ranked: Sequence[Result], seeds: int, sweep_seed: int) -> list[Wish]:
    """The trainings of these finalists; all of them have the same fresh seeds, which follow from the sweep's."""
    fresh = [random.Random(f"{sweep_seed}/finalist/{place}").getrandbits(31) for place in range(seeds)]
    return [Wish(each.trial.origin, each.trial.config["fit"]["epochs"], seed) for each in ranked for seed in fresh]


def finalists_of(judge: Judge, results: Sequence[Result], wishes: Sequence[Wish]) -> dict[int, Finalist]:
    """The finalists by the origin of their trials.

    Args:
        results: every trial that ended.
        wishes: all that was ever wanted of finished trials.
    """
    again = [wish for wish in wishes if wish.seed is not None]
    ends = [each for each in results if each.trial.repeats is not None and each.state is not State.INTERRUPTED]
    return {
        origin: _finalist(judge, [wish for wish in again if wish.origin == origin], ends)
        for origin in dict.fromkeys(wish.origin for wish in again)
    }


def decided(ranked: Sequence[Result], finalists: Mapping[int, Finalist]) -> bool:
    """Whether fresh seeds decide: all finalists have come to their ends, and no later trial of the search, which ranks
    these results, has taken the lead since."""
    if not ranked or ranked[0].trial.origin not in finalists:
        return False
    return all(each.ended for each in finalists.values())


def crowned(ranked: Sequence[Result], finalists: Mapping[int, Finalist], judge: Judge) -> list[Result]:
    """The results with the finalists first, by their own scores, where these decide."""
    if not decided(ranked, finalists):
        return list(ranked)

    def order(result: Result) -> float:
        own = finalists.get(result.trial.origin)
        if own is None or own.score is None or not own.eligible:
            return math.inf
        return -judge.metric.goodness(own.score)

    return sorted(ranked, key=order)


def _finalist(judge: Judge, wishes: Sequence[Wish], ends: Sequence[Result]) -> Finalist:
    ended = [result for result in ends if any(wish.made(result.trial) for wish in wishes)]
    runs = [result for result in ended if judge.has_score(result)]
    scores = tuple(judge.score(run) for run in runs)
    return Finalist(
        trials=tuple(run.trial.number for run in runs),
        scores=scores,
        score=statistics.mean(scores) if scores else None,
        spread=statistics.stdev(scores) if len(scores) > 1 else None,
        interval=judge.interval_over(runs),
        wanted=len(wishes),
        ended=len(ended) == len(wishes),
    )


def _smaller_and_smaller(trials: int, seeds: int) -> Iterator[tuple[int, int]]:
    """What is asked, then with fewer seeds, then with fewer trials too."""
    yield trials, seeds
    for fewer in range(seeds - 1, FEWEST - 1, -1):
        yield trials, fewer
    for fewer in range(trials - 1, FEWEST - 1, -1):
        yield fewer, min(seeds, FEWEST)
