"""Charts: each can be drawn, says in words what it shows, and stays small and whole whatever the results are."""

import json
import math
import re
from dataclasses import replace

import pytest

from sinesweep import report
from sinesweep.report import charts
from sinesweep.report.charts import files, theme
from sinesweep.report.charts.clock import PAUSE_S, Clock, stints
from sinesweep.report.charts.workers import workers
from sinesweep.report.story import Story
from sinesweep.trial import TRAIN_LOSS, VALID_LOSS, Cause, Failure, FoldScore, Result, State, Trial

SKILLS = [1.0, 3.4, 2.9, 0.2, 2.0, 1.7, 2.4, 0.9, 3.1, 1.2, 2.2, 2.7]
BELL = '🔔 </svg><script>alert("x")</script> & "bells"'


def told(made, **changes):
    return Story(made.board(**changes), results=made.results, stretches=made.results)


def failed(number, cause=Cause.NAN):
    return Result(Trial(number, {}, 1), State.FAILED, failure=Failure(cause, "so it was"))


def pruned(number, value):
    return Result(Trial(number, {}, 1), State.PRUNED, value=value)


def usual(sweep_of):
    made = sweep_of(SKILLS, baseline=1.5)
    made.results += [failed(20), failed(21, Cause.OUT_OF_MEMORY), pruned(22, 0.4), pruned(23, math.nan)]
    made.results[:] = [
        replace(each, began=100.0 * place, ended=100.0 * place + 90, worker=1 + place % 2)
        for place, each in enumerate(made.results)
    ]
    return told(made)


def only_failures(sweep_of):
    made = sweep_of()
    made.results += [failed(1), failed(2, Cause.HUNG)]
    return told(made)


def not_a_number(sweep_of):
    made = sweep_of(SKILLS)
    made.results[3] = replace(
        made.results[3], value=math.nan, metrics={"accuracy": math.nan}, costs={"latency_ms": 1.0}
    )
    return told(made)


STORIES = {
    "usual": usual,
    "nothing": lambda sweep_of: told(sweep_of()),
    "one trial": lambda sweep_of: told(sweep_of([1.0])),
    "only failures": only_failures,
    "all the same": lambda sweep_of: told(sweep_of([2.0] * 12, baseline=2.0)),
    "not a number": not_a_number,
    "to be low": lambda sweep_of: told(sweep_of(SKILLS, objective="loss")),
    "strange names": lambda sweep_of: told(sweep_of(SKILLS, features=BELL, architecture="日本語"), name=BELL),
}


@pytest.fixture(params=STORIES)
def any_story(request, sweep_of):
    return STORIES[request.param](sweep_of)


@pytest.fixture
def story(sweep_of):
    return usual(sweep_of)


def named(story):
    return {chart.name: chart for chart in charts.charts(story)}


def styles(spec):
    return {each["mark"]["style"] for each in spec["layer"]}


def test_every_chart_of_every_story_can_be_drawn(any_story, tmp_path):
    made = charts.charts(any_story)
    assert len({chart.name for chart in made}) == len(made)
    for chart in made:
        assert re.fullmatch(r"[a-z0-9_]+", chart.name)
        assert chart.caption.endswith(".")
        assert (chart.spec is None) == (chart.alt == "")
        json.dumps(chart.spec, allow_nan=False)
    written = report.write_figures(any_story, tmp_path)
    assert len(written) == 2 * sum(chart.spec is not None for chart in made)


def test_a_story_without_a_score_says_so_and_draws_its_failures_alone(sweep_of):
    assert [chart.name for chart in charts.charts(only_failures(sweep_of)) if chart.spec] == ["failures"]
    assert not [chart.name for chart in charts.charts(told(sweep_of())) if chart.spec]
    assert named(told(sweep_of()))["progress"].caption == "No trial has a score yet."


def test_too_few_trials_are_called_so(sweep_of):
    assert "Too few trials" in named(told(sweep_of([1.0, 2.0])))["importance"].caption


def test_every_style_has_its_colour_and_the_page_decides_it(story):
    used = set().union(*(styles(chart.spec) for chart in charts.charts(story) if chart.spec))
    assert used <= theme.PAGE_CONFIG["style"].keys() == theme.FILE_CONFIG["style"].keys()
    outside = re.sub(r"var\(--\w+, #\w+\)", "", json.dumps(theme.PAGE_CONFIG))
    assert "#" not in outside


def test_a_story_of_a_leaderboard_alone_has_the_charts_that_need_no_more(story):
    drawn = named(Story(story.board))
    assert drawn["progress"].spec is drawn["workers"].spec is None
    assert drawn["importance"].spec is not None


def test_the_search_is_told_in_words(story):
    best = story.board.best
    text = named(story)["progress"].caption
    assert f"nothing better came after trial {best.number}" in text
    assert "12 finished trials, rings 1 pruned one" in text
    assert "2 trials without a score" in text


def test_curves_tell_the_best_epoch_and_both_losses(sweep_of):
    made = sweep_of([1.0, 3.0])
    history = tuple({"accuracy": 0.2 * epoch, "loss": 2.0 / epoch, TRAIN_LOSS: 1.0 / epoch} for epoch in (1, 2, 3, 4))
    made.results[1] = replace(made.results[1], folds=(FoldScore(history[-1], history, 4),))
    drawn = named(told(made))
    assert "best at epoch 4 of 4 with 80.0 %" in drawn["learning"].caption
    assert "training loss (dots) went from 1 to 0.25" in drawn["losses"].caption
    assert styles(drawn["losses"].spec) == {"training", "best"}
    assert "so only the shapes compare" in drawn["losses"].caption


def test_both_losses_are_drawn_in_one_unit_where_it_is_known(sweep_of):
    made = sweep_of([1.0, 3.0])
    history = tuple({"loss": 90.0, TRAIN_LOSS: 1.0 / epoch, VALID_LOSS: 2.0 / epoch} for epoch in (1, 2, 3, 4))
    made.results[1] = replace(made.results[1], folds=(FoldScore(made.results[1].metrics, history, 4),))
    caption = named(told(made))["losses"].caption
    assert "its training loss (dots) went from 1 to 0.25, its validation loss (line) from 2 to 0.5" in caption
    assert "shapes" not in caption


def test_the_front_ends_settings_have_a_chart_each(story):
    chart = named(story)["effect_features_log_mel_n_mels"]
    assert chart.title == "log_mel.n_mels"
    assert "Median accuracy is best at" in chart.caption


def test_two_settings_together_tell_their_best_field(sweep_of):
    made = sweep_of([1.0 + place / 20 for place in range(40)])
    for place, each in enumerate(made.results):
        front_end = {**each.trial.config["features"], "window_ms": (16.0, 25.0)[place % 2]}
        config = {**each.trial.config, "features": front_end}
        made.results[place] = replace(each, trial=replace(each.trial, config=config))
    [pair] = [chart for name, chart in named(told(made)).items() if name.startswith("pair")]
    assert {"log_mel.n_mels", "log_mel.window_ms"} == set(pair.title.split(" and "))
    assert sum(cell["trials"] for cell in pair.spec["layer"][0]["data"]["values"]) == 40


def test_lines_are_strong_and_the_axis_is_written_by_the_scores_that_are_drawn_whatever_fresh_seeds_rank(final):
    made = final([1.0] * 3, [4.0] * 3, search=[4.0, 2.5, *SKILLS[3:8]])
    story = told(made)
    assert story.board.best.number == 2
    chart = named(story)["parallel"]
    lines, written = (
        {each["mark"]["style"]: each["data"]["values"] for each in chart.spec["layer"]}[style]
        for style in ("best", "loud")
    )
    scores = [row.score for row in story.board.rows]
    assert {each["trial"] for each in lines} == {1}
    ends = {each["height"]: each["said"] for each in written if each["axis"] == "accuracy"}
    assert ends[max(ends)] == story.board.metric.show(max(scores))
    assert ends[min(ends)] == story.board.metric.show(min(scores))


def test_the_front_is_of_trials_that_nothing_beats(sweep_of):
    made = sweep_of([1.0, 3.0, 2.0])
    made.results[:] = [
        replace(each, parameters=size) for each, size in zip(made.results, (10, 1000, 5000), strict=True)
    ]
    drawn = named(told(made))["front_parameters"]
    assert "2 of 3 trials are beaten by no other in both, from trial 1 (" in drawn.caption
    assert [dot["trial"] for dot in drawn.spec["layer"][2]["data"]["values"]] == [1, 2]


def test_where_answers_were_not_timed_it_says_how_they_would_be(sweep_of):
    made = sweep_of([1.0, 3.0])
    untimed = named(told(made))["front_latency_ms"]
    assert untimed.spec is None
    assert "Not measured." in untimed.caption
    assert "limits: {latency_ms: 20}, or search: {objective: [accuracy, latency_ms]}" in untimed.caption
    made.results[:] = [replace(each, costs={"latency_ms": 1.5 * each.trial.number}) for each in made.results]
    assert named(told(made))["front_latency_ms"].spec is not None
    assert "front_latency_ms" not in named(told(sweep_of()))


def stint(number, worker, began, ended, state=State.COMPLETE):
    return Result(Trial(number, {}, 1), state, value=0.5, worker=worker, began=began, ended=ended)


def test_idle_time_is_told():
    chart = workers([stint(1, 1, 1000, 1030), stint(2, 2, 1000, 1040), stint(3, 1, 1050, 1060)])
    assert "2 workers trained 67 % of 60 s." in chart.caption
    assert "The longest gap of one was 20 s, between trials 1 and 3." in chart.caption
    assert "had nothing more to do for 20 s, after trial 2." in chart.caption
    assert [bar["worker"] for bar in chart.spec["layer"][0]["data"]["values"]] == ["worker 1", "worker 1", "worker 2"]


def test_the_time_in_which_nobody_drove_the_sweep_does_not_count():
    clock = Clock(stints([stint(1, 1, 0, 50), stint(2, 1, 60 + PAUSE_S, 100 + PAUSE_S)]))
    assert clock.pauses == 1
    assert clock.total == 90
    assert "1 pause" in workers([stint(1, 1, 0, 50), stint(2, 1, 60 + PAUSE_S, 100 + PAUSE_S)]).caption


def test_results_of_an_older_version_have_no_time_line(sweep_of):
    drawn = named(told(sweep_of(SKILLS)))
    assert drawn["workers"].spec is None
    assert "not known" in drawn["workers"].caption
    assert drawn["progress"].spec["layer"][0]["encoding"]["x"]["title"] == "trial"


def test_a_chart_of_thousands_of_trials_stays_small(sweep_of):
    made = sweep_of([1.0, 3.0])
    first = made.results[0]
    made.results[:] = [
        replace(first, trial=replace(first.trial, number=place), value=0.5 + place % 997 / 2000, parameters=place)
        for place in range(1, 5001)
    ]
    for place, each in enumerate(made.results):
        metrics = {"accuracy": each.value}
        made.results[place] = replace(each, metrics=metrics, worker=1 + place % 4, began=place, ended=place + 3.5)
    made.told.clear()
    drawn = charts.charts(told(made))
    assert max(len(json.dumps(chart.spec)) for chart in drawn) < 200_000


def test_files_stand_alone_and_let_nothing_through(sweep_of, tmp_path):
    story = STORIES["strange names"](sweep_of)
    written = {path.name: path.read_bytes() for path in report.write_figures(story, tmp_path)}
    assert written["importance.png"].startswith(b"\x89PNG")
    picture = written["importance.svg"].decode()
    assert 'role="img" aria-label="Bar chart' in picture
    assert "Importance of the settings" in picture
    assert "<script" not in picture
    assert "http" not in re.sub(r'xmlns(:xlink)?="[^"]*"', "", picture)


def test_the_bundle_stands_in_a_page_as_it_is_and_needs_no_eval():
    code = files.javascript()
    assert "</script" not in code.lower()
    assert "window.vegaEmbed=" in code
    assert "BSD" in code[:200]
