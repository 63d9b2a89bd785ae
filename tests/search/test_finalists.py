"""Finalists: how many the budget allows, whose seeds count, and who is crowned."""

from dataclasses import replace

import pytest

from sinesweep import report
from sinesweep.continuing import Wish
from sinesweep.finalists import Entry, entry, wishes_for
from sinesweep.intervals import interval_over_runs, wilson
from sinesweep.leaderboard import Leaderboard
from sinesweep.report import notes, words
from sinesweep.sections import Finalists
from sinesweep.trial import Cause, Failure, Result, State

SEEDS = (11, 12, 13)
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


@pytest.fixture
def final(sweep_of):
    """Trials 1 and 2 lead the search; fresh seeds have made of them what their skills say."""

    def make(first, second, search=(3.0, 2.9, 1.0)):
        made = sweep_of([*search, *first, *second], baseline=0.5)
        results, wishes = made.results[: len(search)], []
        for place, run in enumerate(made.results[len(search) :]):
            origin, seed = (1, SEEDS[place]) if place < len(first) else (2, SEEDS[place - len(first)])
            results.append(replace(run, trial=replace(run.trial, seed=seed, repeats=origin)))
            wishes.append(Wish(origin, 4, seed))
        made.results = results
        return made, wishes

    return make


def board_of(made, wishes):
    groups = [f"recording {i // 3}" for i in range(240)]
    find = lambda result: made.told.get(result.trial.number)  # noqa: E731
    return Leaderboard.of(made.header, made.results, made.baseline, find, groups, wishes=wishes)


def test_the_crown_goes_to_the_best_mean_of_fresh_seeds_not_to_the_luckiest_search(final):
    made, wishes = final([1.2, 1.0, 1.1], [2.5, 2.4, 2.6])
    board = board_of(made, wishes)
    best = board.best
    assert [row.number for row in board.rows] == [2, 1, 3]
    assert best.finalist.trials == (7, 8, 9)
    assert best.finalist.score == pytest.approx(sum(best.finalist.scores) / 3)
    assert best.honest == (best.finalist.score, best.finalist.interval)
    assert best.finalist.interval[0] < best.finalist.score < best.finalist.interval[1]
    assert board.lead.difference == pytest.approx(best.finalist.score - board.baseline.score)
    assert "the mean of 3 fresh seeds" in words.verdict(board)
    assert "ranked by the mean of these alone" in notes.finals(board)


def test_trainings_of_finalists_are_no_rows_and_no_trials_of_the_search(final):
    board = board_of(*final([2.0] * 3, [2.0] * 3))
    assert [row.number for row in board.rows if row.number > 3] == []
    assert board.counts == {State.COMPLETE: 3}


def test_a_finalist_that_failed_with_a_fresh_seed_is_out(final):
    made, wishes = final([3.0] * 3, [1.0] * 3)
    broken = made.results[3]
    made.results[3] = Result(broken.trial, State.FAILED, failure=Failure(Cause.NAN, "the loss became nan"))
    board = board_of(made, wishes)
    assert board.best.number == 2
    assert "Trial 1 did not end with a score every time, and is out." in notes.finals(board)


def test_as_long_as_a_training_is_missing_the_search_ranks(final):
    made, wishes = final([1.0] * 3, [2.5] * 3)
    made.results.pop()
    board = board_of(made, wishes)
    assert board.best.number == 1
    assert "not all of it has ended yet" in notes.finals(board)
    assert "(2 of 3 seeds)" in words.fresh(board.metric, board.finalists[1])


def test_a_later_trial_that_takes_the_lead_of_the_search_is_not_ranked_behind_old_finalists(final):
    made, wishes = final([1.0] * 3, [1.2] * 3, search=(2.0, 1.9, 6.0))
    board = board_of(made, wishes)
    assert [row.number for row in board.rows] == [3, 1, 2]
    assert "a later trial has taken the lead since" in notes.finals(board)


def test_every_form_of_the_leaderboard_tells_the_fresh_seeds_and_json_gives_them_back(final):
    board = board_of(*final([1.2, 1.0, 1.1], [2.5, 2.4, 2.6]))
    shown = words.fresh(board.metric, board.best)
    assert " ± " in shown
    assert shown in report.to_text(board, 200)
    assert shown in report.to_markdown(board)
    assert f",{board.best.finalist.score}," in report.to_csv(board)
    assert report.from_json(report.to_json(board)) == board


def test_an_interval_over_seeds_is_never_narrower_than_that_of_its_clips(final):
    made, _ = final([2.0] * 3, [2.0] * 3)
    told = [made.told[number] for number in (4, 5, 6)]
    answers, groups = [each.probabilities for each in told], [f"{i // 3}" for i in range(240)]
    low, high = interval_over_runs("accuracy", told[0].targets, answers, groups)
    mean = sum(float((each.argmax(1) == told[0].targets).mean()) for each in answers) / 3
    least, most = wilson(mean, 240)
    assert low <= least < mean < most <= high
    assert interval_over_runs("macro_f1", told[0].targets, answers, groups) != (low, high)
