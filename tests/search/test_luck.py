"""The winner's curse: what the best of many equal models reads, and where the report says so."""

from statistics import NormalDist

import numpy as np
import pytest

from sinesweep import report
from sinesweep.luck import best_of_scores, best_of_shares
from sinesweep.report import notes, words
from sinesweep.report.page.embed import text
from sinesweep.trial import Result, State, Trial
from sinesweep.wording import escaped


@pytest.mark.parametrize(("n", "p", "trials", "best"), [(80, 0.65, 50, 0.767), (400, 0.82, 50, 0.862)])
def test_the_best_of_many_equal_models_reads_high(n, p, trials, best):
    assert best_of_shares(trials, p, n) == pytest.approx(best, abs=5e-4)


def test_the_expected_best_agrees_with_chance_and_with_its_limits():
    drawn = np.random.default_rng(0).binomial(50, 0.7, size=(20_000, 10)).max(axis=1).mean() / 50
    assert best_of_shares(10, 0.7, 50) == pytest.approx(drawn, abs=2e-3)
    assert best_of_shares(1, 0.3, 1000) == pytest.approx(0.3)
    assert best_of_shares(9, 1.0, 5) == 1.0
    with pytest.raises(ValueError, match="expected trials, clips and a share"):
        best_of_shares(0, 0.5, 10)


@pytest.mark.parametrize("trials", [2, 5, 40, 1000, 10_000])
def test_the_largest_of_normal_scores_is_within_three_hundredths_of_a_standard_error(trials):
    """Held to the integral of the quantile, over the density of the largest of so many uniform numbers."""
    middles = (np.arange(1_000_000) + 0.5) / 1_000_000
    exact = np.mean([NormalDist().inv_cdf(u) for u in middles[::50] ** (1 / trials)])
    assert best_of_scores(trials, 0.0, 1.0) == pytest.approx(exact, abs=0.03)
    assert best_of_scores(trials, 5.0, 2.0) == pytest.approx(5 + 2 * best_of_scores(trials, 0.0, 1.0))


def test_one_score_is_no_choice_and_an_error_below_nothing_is_none():
    assert best_of_scores(1, 0.4, 0.1) == pytest.approx(0.4)
    with pytest.raises(ValueError, match="an error of 0 or more, got 3 and nan"):
        best_of_scores(3, 0.4, float("nan"))


@pytest.mark.parametrize(("clips", "trials", "value"), [(100, 5, 0.5), (240, 40, 0.7), (1000, 200, 0.9)])
def test_normal_scores_and_exact_shares_agree_within_half_a_point(clips, trials, value):
    error = (value * (1 - value) / clips) ** 0.5
    assert best_of_scores(trials, value, error) == pytest.approx(best_of_shares(trials, value, clips), abs=0.005)


@pytest.mark.parametrize("objective", ["accuracy", "macro_f1", "auc", "balanced_accuracy"])
def test_luck_lies_between_the_median_and_a_full_score_where_more_is_better(sweep_of, objective):
    board = sweep_of([2.0] * 10, objective=objective).board()
    assert np.median([row.score for row in board.rows]) < board.luck < 1


def test_luck_lies_below_the_median_where_less_is_better_and_never_below_no_error(sweep_of):
    board = sweep_of([2.0] * 10, objective="loss").board()
    assert 0 < board.luck < np.median([row.score for row in board.rows])


def test_luck_ends_where_scores_end(sweep_of):
    """Nine of ten models are right about every clip, and unsure of some: no metric is read better than perfect."""
    for objective in ("macro_f1", "auc", "loss"):
        board = sweep_of([60.0] * 10, objective=objective).board()
        assert board.luck == board.metric.perfect


def test_luck_of_a_metric_that_is_no_share_agrees_with_the_exact_one(sweep_of):
    """The micro-F1 of one class a clip is the accuracy: both ways have to say the same within a point."""
    exact, normal = (sweep_of([2.0] * 20, objective=name).board() for name in ("accuracy", "micro_f1"))
    assert [row.score for row in normal.rows] == pytest.approx([row.score for row in exact.rows])
    assert normal.luck == pytest.approx(exact.luck, abs=0.01)


def test_luck_is_about_the_search_whatever_fresh_seeds_have_said(final, story_of):
    with_seeds = final([1.2, 1.0, 1.1], [2.5, 2.4, 2.6])
    board = with_seeds.board()
    with_seeds.results, with_seeds.wishes = with_seeds.results[:3], []
    assert board.luck == with_seeds.board().luck
    searched = board.metric.show(board.best.score)
    assert f"; the search had read {searched}, where the best of 3 equal" in words.verdict(board)
    assert f"<small>{text(f'by luck; the search had read {searched}')}</small>" in report.to_html(story_of(board))


@pytest.mark.parametrize("objective", ["accuracy", "macro_f1", "loss"])
def test_every_form_of_the_report_tells_luck_beside_the_top_score(sweep_of, story_of, objective):
    board = sweep_of([1.0, 3.0, 2.9], baseline=1.5, objective=objective).board()
    top, luck = words.scored(board.metric, board.best), board.metric.show(board.luck)
    beside = f"{top}, where the best of 3 equal models would read {luck} by luck;"
    assert beside in report.to_text(board, 400)
    page = report.to_html(story_of(board))
    first, _, _ = page.partition('<section id="leaderboard"')
    assert text(beside) in first
    assert f'<dt>Best of 3 equal models</dt><dd><strong class="">{text(luck)}</strong>' in first
    assert escaped(beside) in report.to_markdown(board)
    assert f"would be expected to read {luck} on 240 clips" in notes.luck(board)


@pytest.mark.parametrize("state", [State.PRUNED, State.PAUSED])
def test_that_trials_which_were_stopped_were_chosen_against_too_is_said(sweep_of, state):
    made = sweep_of([1.0, 3.0, 2.9])
    assert "stopped on the way" not in notes.luck(made.board())
    made.results.append(Result(Trial(9, {}, 1), state))
    assert notes.luck(made.board()).endswith(" with those that were stopped on the way it is more.")


def test_of_one_trial_nothing_was_chosen_and_nothing_is_said(sweep_of, story_of):
    board = sweep_of([2.0], baseline=1.0).board()
    assert board.luck is None
    assert "by luck" not in report.to_text(board) + report.to_html(story_of(board))
