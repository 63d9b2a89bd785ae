"""The ensemble: better together where errors differ, and honest about what was owed to choosing."""

from dataclasses import replace

import numpy as np
import pytest

from sinesweep import report
from sinesweep.leaderboard import Leaderboard
from sinesweep.predictions import Predictions
from sinesweep.report import notes


def test_trials_whose_errors_differ_are_better_together(sweep_of):
    """The helper draws every trial's noise anew, so four of one skill know more than one."""
    board = sweep_of([1.5] * 6).board()
    group = board.ensemble
    assert len(group.members) > 1
    assert group.chosen > board.best.score
    assert group.score > group.single
    assert group.interval[0] < group.score < group.interval[1]
    assert group.parameters == sum(row.parameters for row in board.rows if row.number in group.members)


def test_where_all_trials_are_noise_most_of_the_gain_is_owed_to_the_choice(sweep_of):
    group = sweep_of([0.0] * 10).board().ensemble
    assert group.optimism > 0.02
    assert group.score < 0.3 < group.chosen


@pytest.mark.parametrize("objective", ["macro_f1", "loss", "auc"])
def test_any_objective_will_do(sweep_of, objective):
    board = sweep_of([1.5] * 4, objective=objective).board()
    assert board.metric.goodness(board.ensemble.chosen) > board.metric.goodness(board.best.score)


@pytest.mark.parametrize(("each", "apart"), [(3, "groups"), (1, "clips")])
def test_what_it_was_chosen_apart_from_is_called_by_what_there_is(sweep_of, each, apart):
    made = sweep_of([1.5] * 6)
    groups = [f"recording {i // each}" for i in range(240)]
    told = lambda result: made.told.get(result.trial.number)  # noqa: E731
    board = Leaderboard.of(made.header, made.results, None, told, groups)
    assert f"Chosen on other {apart} than it is judged on" in notes.ensemble(board)


def test_there_is_none_where_one_trial_alone_is_best_or_where_nothing_can_be_compared(sweep_of):
    assert sweep_of([9.0, 0.0, 0.0]).board().ensemble is None
    assert sweep_of([1.5]).board().ensemble is None
    unknown = sweep_of([1.5, 1.5])
    unknown.told.clear()
    assert unknown.board().ensemble is None


def test_values_are_averaged_in_regression(sweep_of):
    made, rng = sweep_of([1.0] * 4), np.random.default_rng(0)
    truth = rng.normal(size=240)
    for place, result in enumerate(made.results):
        told = (truth + rng.normal(size=240))[:, None].astype(np.float32)
        made.told[result.trial.number] = Predictions(np.arange(240), truth, told)
        made.results[place] = replace(result, value=float(np.mean((told[:, 0] - truth) ** 2)))
    assert made.board(objective="mean_squared_error").ensemble.score < 0.6


def test_its_cost_and_its_optimism_are_told_and_read_back(sweep_of):
    board = sweep_of([1.5] * 6).board()
    sentence = notes.ensemble(board)
    assert "parameters together" in sentence
    assert "of its score is owed to the choice" in sentence
    assert "An ensemble of trials" in report.to_text(board, 200)
    assert sentence.split(" reads")[0] in report.to_markdown(board).replace("\\", "")
    assert report.from_json(report.to_json(board)) == board
