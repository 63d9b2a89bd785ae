"""The leaderboard: who is first, who is as good, and what went wrong."""

from dataclasses import replace

import numpy as np
import pytest

from sinesweep.errors import SweepError
from sinesweep.report import notes
from sinesweep.rows import COMPARED
from sinesweep.trial import Cause, Failure, Result, State, Trial


def ended(number, state, cause=None, message=""):
    return Result(Trial(number, {}, 1), state, failure=Failure(cause, message) if cause else None)


def test_trials_are_ranked_by_an_objective_that_is_to_be_high(sweep_of):
    board = sweep_of([1.0, 3.0, 2.0]).board()
    assert [row.number for row in board.rows] == [2, 3, 1]
    assert [row.rank for row in board.rows] == [1, 2, 3]
    assert board.best.score == max(row.score for row in board.rows)


def test_trials_are_ranked_by_an_objective_that_is_to_be_low(sweep_of):
    board = sweep_of([1.0, 3.0, 2.0], baseline=0.5, objective="loss").board()
    assert [row.number for row in board.rows] == [2, 3, 1]
    assert board.best.score == min(row.score for row in board.rows)
    assert board.lead.difference < 0
    assert board.lead.distinguishable


def test_of_equal_scores_the_smaller_network_comes_first_and_then_the_earlier_trial(sweep_of):
    made = sweep_of([2.0, 2.0, 2.0])
    sizes = (500, 100, 100)
    made.results = [
        replace(result, value=0.8 + 1e-13 * size, parameters=size)
        for result, size in zip(made.results, sizes, strict=True)
    ]
    assert [row.number for row in made.board().rows] == [2, 3, 1]


def test_a_row_tells_interval_folds_curves_and_metrics(sweep_of):
    row = sweep_of([2.0]).board().best
    assert row.interval[0] < row.score < row.interval[1]
    assert np.mean(row.folds) == pytest.approx(row.score)
    assert len(row.curves) == len(row.folds) == 3
    assert row.curves[0][-1] == row.folds[0]
    assert row.metrics["accuracy"] == row.score


def test_the_recommendation_is_the_smallest_of_those_that_the_data_cannot_tell_apart(sweep_of):
    """The helper makes later trials smaller: the last of the equally good ones is to be taken, not the weak one."""
    board = sweep_of([2.0, 2.0, 2.0, 0.1]).board()
    assert {row.number for row in board.tied} == {1, 2, 3}
    assert board.rows[0].tied is None
    assert board.rows[-1].tied is False
    assert board.recommended == 3


def test_nothing_is_recommended_that_is_worse_than_the_baseline(sweep_of):
    """All are tied and later ones are smaller: the smallest is below the baseline, and of the weak ones both are."""
    board = sweep_of([2.3, 2.2, 1.9], baseline=2.0).board()
    assert [(row.number, row.score < board.baseline.score) for row in board.tied] == [(1, False), (2, False), (3, True)]
    assert board.recommended == 2
    assert "the smallest of those that are no worse than the baseline: trial 2" in notes.ties(board)
    weak = sweep_of([0.5, 0.5], baseline=2.0).board()
    assert len(weak.tied) == 2
    assert weak.recommended is None
    assert notes.ties(weak).endswith("marked ≈.")


def test_only_the_first_rows_are_compared_with_the_best(sweep_of):
    board = sweep_of([2.0] * (COMPARED + 3)).board()
    assert all(row.tied is not None for row in board.rows[1:COMPARED])
    assert all(row.tied is None for row in board.rows[COMPARED:])


def test_the_baseline_is_beaten_only_beyond_chance(sweep_of):
    clear = sweep_of([3.0], baseline=0.5).board()
    assert clear.lead.difference > 0
    assert clear.lead.distinguishable
    slight = sweep_of([2.0, 2.0, 2.0], baseline=2.0).board()
    assert not slight.lead.distinguishable
    assert slight.baseline.rank is None


def test_the_lead_is_corrected_for_the_trials_that_the_best_was_chosen_from(sweep_of):
    alone, chosen = sweep_of([1.5], baseline=1.0), sweep_of([1.5] + [0.0] * 9, baseline=1.0)
    assert chosen.board().best.number == 1
    assert chosen.board().lead.p_value == pytest.approx(min(1.0, 10 * alone.board().lead.p_value))


def test_without_predictions_ranks_stay_and_nothing_is_claimed(sweep_of):
    made = sweep_of([1.0, 3.0], baseline=0.5)
    made.told.clear()
    board = made.board()
    assert [row.number for row in board.rows] == [2, 1]
    assert board.best.interval is None
    assert [row.tied for row in board.rows] == [None, None]
    assert board.lead.distinguishable is None
    assert (board.judged_clips, board.luck) == (0, None)
    assert board.recommended == 2


def test_a_trial_that_was_judged_on_other_clips_is_not_compared(sweep_of):
    made = sweep_of([3.0, 2.9])
    other = made.told[2]
    made.told[2] = replace(
        other, clips=other.clips[1:], targets=other.targets[1:], probabilities=other.probabilities[1:]
    )
    board = made.board()
    assert board.rows[1].tied is None
    assert board.rows[1].interval is not None


def test_the_evidence_is_counted(sweep_of):
    board = sweep_of([2.0] * 10).board()
    assert (board.judged_clips, board.judged_groups) == (240, 80)


def test_no_finished_trial_gives_an_empty_board(sweep_of):
    board = sweep_of().board()
    assert (board.best, board.rows, board.recommended, board.lead, board.counts) == (None, (), None, None, {})


def test_failures_are_counted_by_cause_and_infeasible_ones_by_reason(sweep_of):
    made = sweep_of([2.0])
    made.results += [
        ended(2, State.FAILED, Cause.NAN, "loss is NaN after epoch 3"),
        ended(3, State.FAILED, Cause.OUT_OF_MEMORY, "16 GiB"),
        ended(4, State.FAILED, Cause.NAN, "loss is NaN after epoch 1"),
        ended(5, State.INFEASIBLE, Cause.ERROR, "3 of 128 mel filters are empty at 8000 Hz"),
        ended(6, State.INFEASIBLE, Cause.ERROR, "12 of 96 mel filters are empty at 8000 Hz"),
        ended(7, State.INFEASIBLE),
        ended(8, State.PRUNED),
        replace(ended(9, State.INTERRUPTED), began=1.0),
        ended(11, State.INTERRUPTED),  # no worker had it yet
        Result(Trial(10, {}, 1), State.COMPLETE, float("nan")),
    ]
    board = made.board()
    found = [(each.state, each.count, each.trial, each.example) for each in board.failures]
    assert found == [
        (State.FAILED, 3, 2, "loss is NaN after epoch 3"),
        (State.FAILED, 1, 3, "16 GiB"),
        (State.INFEASIBLE, 2, 5, "3 of 128 mel filters are empty at 8000 Hz"),
        (State.INFEASIBLE, 1, 7, "no reason was given"),
    ]
    assert board.counts == {"complete": 2, "pruned": 1, "infeasible": 3, "failed": 3, "interrupted": 1}
    assert [row.number for row in board.rows] == [1]


def test_a_baseline_that_failed_is_told_among_the_failures(sweep_of):
    made = sweep_of([2.0])
    made.baseline = ended(0, State.FAILED, Cause.ERROR, "no clip is long enough")
    board = made.board()
    assert board.baseline is None
    assert board.failures[0].trial == 0


def test_the_same_results_give_the_same_board(sweep_of):
    assert sweep_of([1.0, 2.0], baseline=1.0, objective="macro_f1").board() == (
        sweep_of([1.0, 2.0], baseline=1.0, objective="macro_f1").board()
    )


def test_an_unknown_objective_is_a_mistake_of_the_sweep(sweep_of):
    with pytest.raises(SweepError, match="Did you mean 'accuracy'"):
        sweep_of([1.0]).board(objective="acuracy")
