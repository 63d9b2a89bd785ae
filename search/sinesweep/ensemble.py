"""Ensemble: the best trials answering together, and how much of its score is owed to choosing them on the same clips.

Members are chosen greedily with replacement: whoever makes the mean of all answers best is added, again if need be
(Caruana, Niculescu-Mizil, Crew and Ksikes 2004, ICML, "Ensemble selection from libraries of models").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from sinesweep.intervals import Interval, interval
from sinesweep.judge import Judge
from sinesweep.metrics import Metric
from sinesweep.trial import Result

CANDIDATES, ROUNDS, PARTS = 10, 6, 5
"""Trials to choose from, members with repetitions, and parts of the groups, at most, that are left out in turn."""

MOST, MOST_RANKED = 300_000, 30_000
"""Probabilities that one trial gave: with more, or more of a metric that ranks all clips, choosing takes minutes."""


@dataclass(frozen=True)
class Ensemble:
    """Trials whose answers are averaged.

    Attributes:
        members: how often each trial counts, by its number; the most important first.
        chosen: the objective on the clips that the members were chosen on, which flatters.
        score: the same where, for each part of the groups, members were chosen on all others.
        optimism: by how much `chosen` is better than `score`; below 0 where choosing has not flattered.
        interval: 95 % around `score`.
        single: what choosing one trial alone comes to in the same way.
        parameters: of all members together; each has to answer.
    """

    members: dict[int, int]
    chosen: float
    score: float
    optimism: float
    interval: Interval
    single: float
    parameters: int


class NoEnsemble(StrEnum):
    """Why the best trials do not answer together: fewer than two were judged on the same clips, all clips are of one
    group, they are so many that choosing would take minutes, or no mean is better than one trial alone."""

    FEW_TRIALS = "few_trials"
    ONE_GROUP = "one_group"
    MANY_CLIPS = "many_clips"
    NO_GAIN = "no_gain"


def ensemble_of(judge: Judge, ranked: Sequence[Result]) -> Ensemble | NoEnsemble:
    """The ensemble of the best of these trials, or why there is none."""
    known = judge.comparable(ranked[:CANDIDATES])
    if len(known) < 2:
        return NoEnsemble.FEW_TRIALS
    first = next(iter(known.values()))
    if first.probabilities.size > (MOST_RANKED if judge.metric.ranks else MOST):
        return NoEnsemble.MANY_CLIPS
    groups = judge.groups_of(first)
    if len(set(groups)) < 2:
        return NoEnsemble.ONE_GROUP
    answers = np.stack([each.probabilities for each in known.values()]).astype(np.float64)
    picks = _greedy(judge.metric, first.targets, answers, ROUNDS)
    if len(set(picks)) < 2:
        return NoEnsemble.NO_GAIN
    apart = _parts(groups, judge.seed)
    honest = _cross_validated(judge.metric, first.targets, answers, apart, ROUNDS)
    single = _cross_validated(judge.metric, first.targets, answers, apart, 1)
    numbers = [*known]
    sizes = {result.trial.number: result.parameters for result in ranked}
    members = {numbers[place]: count for place, count in Counter(picks).most_common()}
    chosen, score = (judge.metric.score(first.targets, told) for told in (answers[picks].mean(axis=0), honest))
    return Ensemble(
        members=members,
        chosen=chosen,
        score=score,
        optimism=judge.metric.goodness(chosen) - judge.metric.goodness(score),
        interval=interval(judge.metric.name, first.targets, honest, groups, seed=judge.seed),
        single=judge.metric.score(first.targets, single),
        parameters=sum(sizes[number] for number in members),
    )


def _greedy(judged: Metric, targets: NDArray[np.generic], answers: NDArray[np.float64], rounds: int) -> list[int]:
    """The places of the members among `answers` `(trials, clips, outputs)`, one a round, as long as each is a gain."""
    picks: list[int] = []
    total, best = np.zeros_like(answers[0]), -np.inf
    for count in range(1, rounds + 1):
        scores = [judged.goodness(judged.score(targets, (total + each) / count)) for each in answers]
        place = int(np.argmax(scores))
        if scores[place] <= best:
            break
        picks.append(place)
        total, best = total + answers[place], scores[place]
    return picks


def _cross_validated(
    judged: Metric, targets: NDArray[np.generic], answers: NDArray[np.float64], parts: NDArray[np.int64], rounds: int
) -> NDArray[np.float64]:
    """For every clip the answer of the members that were chosen without its part."""
    told: NDArray[np.float64] = np.empty_like(answers[0])
    for part in np.unique(parts):
        mine = parts == part
        picks = _greedy(judged, targets[~mine], answers[:, ~mine], rounds)
        told[mine] = answers[picks][:, mine].mean(axis=0)
    return told


def _parts(groups: Sequence[str], seed: int) -> NDArray[np.int64]:
    """The part of every clip: whole groups, shuffled."""
    names, member = np.unique(np.asarray(groups), return_inverse=True)
    of_group = np.random.default_rng(seed).permutation(len(names)) % PARTS  # of few groups, each is a part
    return np.asarray(of_group[member], np.int64)
