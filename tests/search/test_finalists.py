"""Finalists: how many the budget allows, whose seeds count, and who is crowned."""

import pytest

from sinesweep import report
from sinesweep.finalists import Entry, entry, wishes_for
from sinesweep.intervals import interval_over_runs, wilson
from sinesweep.report import notes, words
from sinesweep.sections import Finalists
from sinesweep.trial import Cause, Failure, Result, State

MINUTE = 60.0


@pytest.mark.parametrize(
    ("share", "left", "slots", "expected"),
    [
        (0.5, None, 1, (3, 3)),
        (0.35, None, 1, (3, 2)),
        (0.2, None, 1, (2, 2)),
        (0.1, None, 1, (0, 0)),
        (0.5, 7 * MINUTE, 1, (3, 2)),
        (0.5, 7 * MINUTE, 2, (3, 3)),
        (0.5, 0.0, 1, (0, 0)),
    ],
)
def test_there_are_fewer_seeds_then_fewer_trials_then_none_as_the_budget_shrinks(share, left, slots, expected):
    decided = entry(Finalists(share=share), [MINUTE] * 5, 20 * MINUTE, left, slots)
    assert (decided.trials, decided.seeds) == expected


def test_the_decision_is_said_with_its_figures():
    enough = entry(Finalists(share=0.35), [MINUTE] * 5, 20 * MINUTE, None, 1)
    assert enough.why == (
        "The best 3 are trained again, each with 2 fresh seeds (fewer than asked): about 6 min of training."
    )
    short = entry(Finalists(share=0.1), [MINUTE] * 5, 20 * MINUTE, 30.0, 1)
    assert short.why == (
        "No finalists: the best 2 with 2 fresh seeds each would take 4 min of training, more than 10% of the 20 min"
        " that the search trained (finalists.share), or than the 30 s that budget.hours leaves."
    )


@pytest.mark.parametrize(("trials", "took"), [(0, [1.0] * 5), (3, [1.0]), (3, [])])
def test_where_nobody_can_be_chosen_nothing_is_decided(trials, took):
    assert entry(Finalists(trials=trials, share=9), took, 100.0, None, 1) == Entry(0, 0, "")


def test_all_finalists_have_the_same_seeds_and_the_sweep_s_seed_gives_them_again(sweep_of):
    ranked = sweep_of([1.0, 2.0]).results
    wishes = wishes_for(ranked, 3, 7)
    assert wishes == wishes_for(ranked, 3, 7)
    assert {wish.origin for wish in wishes} == {1, 2}
    assert len({wish.seed for wish in wishes}) == 3
    assert wishes != wishes_for(ranked, 3, 8)


def test_the_crown_goes_to_the_best_mean_of_fresh_seeds_not_to_the_luckiest_search(final):
    made = final([1.2, 1.0, 1.1], [2.5, 2.4, 2.6])
    board = made.board()
    best = board.best
    assert [row.number for row in board.rows] == [2, 1, 3]
    assert best.finalist.trials == (7, 8, 9)
    assert best.finalist.score == pytest.approx(sum(best.finalist.scores) / 3)
    assert best.honest == (best.finalist.score, best.finalist.interval)
    assert best.finalist.interval[0] < best.finalist.score < best.finalist.interval[1]
    assert board.lead.difference == pytest.approx(best.finalist.score - board.baseline.score)
    assert "the mean of 3 fresh seeds" in words.verdict(board)
    assert "ranked by the mean of these alone" in notes.finals(board)


def test_ties_of_crowned_finalists_are_told_by_their_fresh_seeds(final):
    """In the search trial 1 is as good as 2 and trial 3 far behind; with fresh seeds 1 is as weak as 3 was."""
    board = final([1.0, 1.0, 1.0], [3.0, 2.9, 3.1]).board()
    assert {row.number: row.tied for row in board.rows} == {2: None, 1: False, 3: False}
    level = final([2.9, 3.1, 3.0], [3.0, 2.9, 3.1], search=(3.0, 1.6, 1.0)).board()
    tied = {row.number: row.tied for row in level.rows}
    assert sorted(tied) == [1, 2, 3]
    assert tied[level.rows[1].number] is True


def test_as_long_as_the_search_ranks_its_own_trainings_tell_the_ties(final):
    """Trial 3 has taken the lead; fresh seeds would set trial 1 apart from it, the trainings that rank do not."""
    board = final([0.5] * 3, [0.6] * 3, search=(2.5, 0.5, 2.9)).board()
    assert [(row.number, row.tied) for row in board.rows] == [(3, None), (1, True), (2, False)]


def test_a_lead_over_the_baseline_that_fresh_seeds_contradict_is_none(final):
    """Two seeds are far ahead of the baseline and one is far behind: each beyond chance, together nothing."""
    board = final([4.0, 4.0, 0.0], [0.1] * 3, baseline=1.5).board()
    assert board.best.number == 1
    assert board.lead.difference > 0
    assert board.lead.p_value == 1.0


def test_trainings_of_finalists_are_no_rows_and_no_trials_of_the_search(final):
    board = final([2.0] * 3, [2.0] * 3).board()
    assert [row.number for row in board.rows if row.number > 3] == []
    assert board.counts == {State.COMPLETE: 3}


def test_a_finalist_that_failed_with_a_fresh_seed_is_out(final):
    made = final([3.0] * 3, [1.0] * 3)
    broken = made.results[3]
    made.results[3] = Result(broken.trial, State.FAILED, failure=Failure(Cause.NAN, "the loss became nan"))
    board = made.board()
    assert board.best.number == 2
    assert "Trial 1 did not end with a score every time, and is out." in notes.finals(board)


def test_as_long_as_a_training_is_missing_the_search_ranks(final):
    made = final([1.0] * 3, [2.5] * 3)
    made.results.pop()
    board = made.board()
    assert board.best.number == 1
    assert "not all of it has ended yet" in notes.finals(board)
    assert "(2 of 3 seeds)" in words.fresh(board.metric, board.finalists[1])


def test_a_later_trial_that_takes_the_lead_of_the_search_is_not_ranked_behind_old_finalists(final):
    made = final([1.0] * 3, [1.2] * 3, search=(2.0, 1.9, 6.0))
    board = made.board()
    assert [row.number for row in board.rows] == [3, 1, 2]
    assert "a later trial has taken the lead since" in notes.finals(board)


def test_every_form_of_the_leaderboard_tells_the_fresh_seeds_and_json_gives_them_back(final):
    board = final([1.2, 1.0, 1.1], [2.5, 2.4, 2.6]).board()
    shown = words.fresh(board.metric, board.best)
    assert " ± " in shown
    assert shown in report.to_text(board, 200)
    assert shown in report.to_markdown(board)
    assert f",{board.best.finalist.score}," in report.to_csv(board)
    assert report.from_json(report.to_json(board)) == board


def test_an_interval_over_seeds_is_never_narrower_than_that_of_its_clips(final):
    made = final([2.0] * 3, [2.0] * 3)
    told = [made.told[number] for number in (4, 5, 6)]
    answers, groups = [each.probabilities for each in told], [f"{i // 3}" for i in range(240)]
    low, high = interval_over_runs("accuracy", told[0].targets, answers, groups)
    mean = sum(float((each.argmax(1) == told[0].targets).mean()) for each in answers) / 3
    least, most = wilson(mean, 240)
    assert low <= least < mean < most <= high
    assert interval_over_runs("macro_f1", told[0].targets, answers, groups) != (low, high)
