"""The ensemble: better together where errors differ, and honest about what was owed to choosing."""

from dataclasses import replace

import numpy as np
import pytest

from sinesweep import report
from sinesweep.ensemble import NoEnsemble
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


def best_alone(sweep_of):
    return sweep_of([9.0, 0.0, 0.0]).board()


def of_one_group(sweep_of):
    made = sweep_of([1.5] * 4)
    told = lambda result: made.told.get(result.trial.number)  # noqa: E731
    return Leaderboard.of(made.header, made.results, None, told, ["recording"] * 240)


def of_many_clips(sweep_of):
    made = sweep_of([1.5, 1.4])
    for number, told in made.told.items():
        made.told[number] = Predictions(
            np.arange(80_000), np.resize(told.targets, 80_000), np.resize(told.probabilities, (80_000, 4))
        )
    told = lambda result: made.told.get(result.trial.number)  # noqa: E731
    return Leaderboard.of(made.header, made.results, None, told, [f"recording {i}" for i in range(80_000)])


def of_other_clips(sweep_of):
    made = sweep_of([1.5, 1.4])
    made.told[2] = replace(made.told[2], clips=made.told[2].clips[::-1])
    return made.board()


@pytest.mark.parametrize(
    ("board_of", "why", "said"),
    [
        (best_alone, NoEnsemble.NO_GAIN, "brings nothing: on the 240 clips no mean of the best trials' answers"),
        (of_one_group, NoEnsemble.ONE_GROUP, "cannot be judged: the 240 clips are of one group"),
        (of_many_clips, NoEnsemble.MANY_CLIPS, "was not looked for: to choose its members on 80,000 clips"),
        (of_other_clips, NoEnsemble.FEW_TRIALS, "cannot be judged: no other of the best trials has answers"),
    ],
)
def test_where_there_is_none_it_is_said_why(sweep_of, board_of, why, said):
    board = board_of(sweep_of)
    assert board.ensemble is None
    assert board.no_ensemble == why
    assert said in notes.ensemble(board)
    assert report.from_json(report.to_json(board)) == board


def test_where_nobody_would_look_for_one_nothing_is_said(sweep_of):
    assert notes.ensemble(sweep_of([1.5]).board()) == ""
    unknown = sweep_of([1.5, 1.5])
    unknown.told.clear()
    assert notes.ensemble(unknown.board()) == ""
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
