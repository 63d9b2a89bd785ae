"""Sweeps side by side: the scores that are shown, the points between them and the test are of the same trainings."""

from __future__ import annotations

import json

import pytest

from sinesweep.comparison import Side, compare
from sinesweep.judge import told_by_seed
from sinesweep.report import beside, words


def side(made, name):
    board = made.board()
    runs = [result for result in made.results if result.trial.number in board.best.trainings]
    told = told_by_seed(lambda result: made.told.get(result.trial.number), runs)
    return Side(name, board, {}, "split", told, [f"recording {i // 3}" for i in range(240)])


def test_the_points_of_a_gap_are_those_between_the_scores_that_are_shown(final, sweep_of):
    """The search read trial 1 far ahead of the other sweep; its fresh seeds are far behind."""
    first, other = side(final([1.0, 1.1, 1.2], [0.9] * 3), "ours"), side(sweep_of([2.5, 0.5]), "theirs")
    assert first.board.best.score > other.board.best.score > first.board.best.honest[0]
    comparison = compare([first, other])
    (gap,) = comparison.gaps
    assert gap.difference == pytest.approx(first.board.best.honest[0] - other.board.best.honest[0])
    told = json.loads(beside.to_json(comparison))
    shown = [each["best"]["score"] for each in told["sweeps"]]
    assert told["gaps"][0]["difference"] == pytest.approx(shown[0] - shown[1])
    points = words.amount(first.board.metric, abs(gap.difference))
    assert f"the best of theirs beats that of ours by {points} points" in beside.verdicts(comparison)[0]


def test_fresh_seeds_that_level_two_sweeps_leave_no_proof(final, sweep_of):
    """By the search's own trainings the first would win beyond chance."""
    lucky, other = final([1.0, 1.1, 0.9], [0.5] * 3, search=(3.0, 2.9, 1.0)), sweep_of([1.0, 0.2])
    comparison = compare([side(lucky, "ours"), side(other, "theirs")])
    assert not comparison.gaps[0].distinguishable
    lucky.results, lucky.wishes = lucky.results[:3], []
    assert compare([side(lucky, "ours"), side(other, "theirs")]).gaps[0].distinguishable


def test_a_training_whose_predictions_are_gone_keeps_its_sweep_apart(final, sweep_of):
    made = final([1.0] * 3, [2.0] * 3)
    del made.told[8]  # one of the three that the score of trial 2 stands on
    comparison = compare([side(sweep_of([1.0, 2.0]), "ours"), side(made, "theirs")])
    assert comparison.gaps == ()
    assert comparison.apart == {"theirs": "the predictions of theirs are not there any more"}
