"""A made-up sweep that leaderboards and reports are tested on.

Fixtures:
    sweep_of: `sweep_of(skills, …)` → `Made`: one completed trial a skill (its logit margin), a baseline as trial 0, and
        `board()` that ranks them.
    board: of four trials, a baseline, and one trial that failed.
    final: `final(first, second)` → `Made`: trials 1 and 2 lead the search, and fresh seeds have made of them what these
        skills say.
    story_of: `story_of(board)` → the `Story` of a report, its results those of the rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from sinesweep.continuing import Wish
from sinesweep.leaderboard import Header, Leaderboard
from sinesweep.metrics import measure
from sinesweep.predictions import Predictions
from sinesweep.report.story import Story
from sinesweep.trial import Cause, Failure, FoldScore, Result, State, Trial

CLIPS, CLASSES, FOLDS = 240, 4, 3
SEEDS = (11, 12, 13)
HEADER = Header(
    name="bells",
    dataset="church bells",
    clips=300,
    groups=100,
    classes=("bronze", "iron", "steel", "glass"),
    how="3-fold cross-validation by recording; 60 clips are sealed for the test.",
    objective="accuracy",
    seed=7,
    budget_trials=40,
    budget_hours=2.0,
    hours=0.5,
    versions={"sinesweep": "0.1.0", "keras": "3.15.0"},
)


@dataclass
class Made:
    """Results and their predictions, and what was wanted of finished trials."""

    header: Header
    results: list[Result] = field(default_factory=list)
    baseline: Result | None = None
    told: dict[int, Predictions] = field(default_factory=dict)
    wishes: list[Wish] = field(default_factory=list)

    def board(self, **changes) -> Leaderboard:
        header = replace(self.header, **changes)
        groups = [f"recording {i // 3}" for i in range(CLIPS)]
        told = lambda result: self.told.get(result.trial.number)  # noqa: E731
        return Leaderboard.of(header, self.results, self.baseline, told, groups, wishes=self.wishes)


@pytest.fixture
def sweep_of():
    def make(skills=(), baseline=None, objective="accuracy", header=HEADER, **config):
        made = Made(replace(header, objective=objective))
        if baseline is not None:
            made.baseline = _result(made, 0, baseline, {"baseline": {"name": "svm", "C": 10.0}})
        for i, skill in enumerate(skills):
            made.results.append(_result(made, i + 1, skill, config_of(i, **config)))
        return made

    return make


@pytest.fixture
def final(sweep_of):
    def make(first, second, search=(3.0, 2.9, 1.0), **more):
        made = sweep_of([*search, *first, *second], **{"baseline": 0.5} | more)
        places = [(1, seed) for seed, _ in zip(SEEDS, first, strict=False)]
        places += [(2, seed) for seed, _ in zip(SEEDS, second, strict=False)]
        for place, (origin, seed) in enumerate(places, start=len(search)):
            run = made.results[place]
            made.results[place] = replace(run, trial=replace(run.trial, seed=seed, repeats=origin))
            made.wishes.append(Wish(origin, 4, seed))
        return made

    return make


@pytest.fixture
def story_of():
    def make(board, **more):
        results = [
            Result(
                Trial(row.number, row.config, 1),
                row.state,
                row.score,
                row.metrics,
                tuple(FoldScore({}, tuple({board.metric.name: value} for value in c), len(c)) for c in row.curves),
                row.parameters,
                row.seconds,
            )
            for row in board.rows
        ]
        return Story(board, **{"results": results, "command": "sinesweep run bells/sweep.yaml"} | more)

    return make


def config_of(i, features="log_mel", architecture="cnn"):
    return {
        "features": {"name": features, "normalisation": "per_bin", "window_ms": 25.0, "n_mels": 32 + 4 * i},
        "architecture": {"name": architecture, "dropout": 0.2, "blocks": 3, "batch_norm": i % 2 == 0},
        "loss": {"name": "cross_entropy", "label_smoothing": 0.0},
        "augmentations": [{"name": "gain", "db": 6.0}] if i % 2 else [],
        "fit": {"epochs": 4, "batch_size": 32, "optimizer": "adam", "learning_rate": 0.001 * (i + 1) / 3},
    }


def _result(made, number, skill, config):
    rng = np.random.default_rng(number)
    targets = np.random.default_rng(99).integers(CLASSES, size=CLIPS)
    logits = rng.normal(size=(CLIPS, CLASSES))
    logits[np.arange(CLIPS), targets] += skill
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    made.told[number] = Predictions(np.arange(CLIPS), targets, probabilities)
    parts = [np.arange(CLIPS) % FOLDS == fold for fold in range(FOLDS)]
    scores = [measure(targets[part], probabilities[part]) for part in parts]
    folds = tuple(FoldScore(m, tuple({k: v * e / 4 for k, v in m.items()} for e in (1, 2, 3, 4)), 4) for m in scores)
    mean = {name: float(np.mean([m[name] for m in scores])) for name in scores[0]}
    value = mean[made.header.objective]
    size = 0 if number == 0 else 10_000 - number
    return Result(Trial(number, config, 1), State.COMPLETE, value, mean, folds, size, 12.5, {}, "cpu")


@pytest.fixture
def board(sweep_of):
    made = sweep_of([1.0, 3.4, 2.9, 0.2], baseline=1.5)
    made.results.append(Result(Trial(5, {}, 1), State.FAILED, failure=Failure(Cause.NAN, "loss is NaN")))
    return made.board()
