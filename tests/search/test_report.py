"""The leaderboard as text, Markdown, CSV and JSON: nothing lost, nothing let through."""

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from sinesweep import report
from sinesweep.dataset import Task
from sinesweep.errors import SweepError
from sinesweep.fit import Fit
from sinesweep.leaderboard import Opening
from sinesweep.report import words
from sinesweep.report.document import VERSION, json_schema
from sinesweep.report.mishaps import POLICIES, kind, mishap
from sinesweep.report.notes import footing
from sinesweep.report.pinned import pinned
from sinesweep.report.short import flat, short, varying
from sinesweep.settings import values
from sinesweep.trial import Cause, Failure, Result, State, Trial

NASTY = """<script>alert("x")</script> & 'quotes' | `ticks` \x1b[31m\n🔔 *bell*"""
DOCS = Path(__file__).resolve().parents[2] / "docs"
CHANCES = {"accumulate": 2}, {"lost": 2}


@pytest.fixture
def nasty(sweep_of):
    made = sweep_of([1.0, 3.0], baseline=1.5, features=NASTY)
    made.results.append(Result(Trial(5, {}, 1), State.FAILED, failure=Failure(Cause.PLUGIN, NASTY)))
    return made.board(name=NASTY, dataset=NASTY, how=NASTY, classes=(NASTY, "b"), versions={NASTY: NASTY})


BOARDS = {
    "usual": lambda sweep_of: sweep_of([1.0, 3.0, 2.9], baseline=1.5).board(),
    "to be low": lambda sweep_of: sweep_of([1.0, 3.0], baseline=1.5, objective="loss").board(),
    "one trial, no baseline": lambda sweep_of: sweep_of([1.0]).board(),
    "a baseline alone": lambda sweep_of: sweep_of([], baseline=1.0).board(),
    "nothing": lambda sweep_of: sweep_of().board(),
    "many": lambda sweep_of: sweep_of([2.0] * 30, baseline=1.0).board(budget_hours=None),
}


@pytest.fixture(params=BOARDS)
def any_board(request, sweep_of):
    return BOARDS[request.param](sweep_of)


def test_every_board_can_be_written_and_read_back(any_board, tmp_path, story_of):
    files = report.write(story_of(any_board), tmp_path / "sweep")
    assert [file.name for file in files] == ["report.html", "leaderboard.md", "leaderboard.csv", "leaderboard.json"]
    assert sorted(path.name for path in (tmp_path / "sweep").iterdir()) == sorted(file.name for file in files)
    assert report.from_json(files[3].read_text(encoding="utf-8")) == any_board


@pytest.mark.parametrize("width", [40, 60, 80, 100, 160])
def test_text_never_leaves_the_terminal(any_board, width):
    assert max(map(len, report.to_text(any_board, width).splitlines())) <= width


def test_a_difference_is_told_with_its_unit_once(any_board):
    text = report.to_text(any_board, 400)
    assert "points points" not in text
    assert not re.search(r" ± [\d.]+ points", text)


def test_text_shows_the_split_the_verdict_the_baseline_and_the_seal(board):
    text = report.to_text(board, 400)
    for part in (
        "3-fold cross-validation by recording",
        "beats the baseline",
        "baseline: svm C 10",
        "Sealed",
        "1 × nan (stopped there; the sampler learnt it)",
    ):
        assert part in text
    assert "log_mel 36 mels · cnn batch norm off · gain · adam 0.000667" in text


@pytest.mark.parametrize("cause", list(Cause))
def test_every_kind_of_failure_is_told_with_what_was_done_about_it(sweep_of, cause, story_of):
    state = State.INFEASIBLE if cause is Cause.INFEASIBLE else State.FAILED
    made = sweep_of([1.0, 3.0])
    made.results += [Result(Trial(number, {}, 1), state, failure=Failure(cause, "so it was")) for number in (5, 6)]
    board = made.board()
    [told] = [mishap(each) for each in board.failures if kind(each) == cause]
    assert told == f"2 × {cause} ({POLICIES[cause]}), such as trial 5: so it was"
    text, page = report.to_text(board, 400), report.to_html(story_of(board))
    assert told in text
    assert told in report.to_markdown(board)
    assert cause in page
    assert POLICIES[cause] in page


def test_trials_that_had_another_chance_are_counted_once_each_and_marked(sweep_of, story_of):
    made = sweep_of([1.0, 3.0])
    halved, lost = (replace(each.trial, **chance) for each, chance in zip(made.results, CHANCES, strict=True))
    made.results[0] = replace(made.results[0], trial=halved)
    made.results[1] = replace(made.results[1], trial=lost)
    made.results.append(Result(replace(halved, number=7, first=halved.number), State.INTERRUPTED))
    board = made.board()
    assert (board.halved, board.continued) == (1, 1)
    for text in (report.to_text(board, 400), report.to_markdown(board), report.to_html(story_of(board))):
        assert "1 trial had another try in halves of a batch, for lack of memory." in text
        assert "1 trial went on from the last epoch after the loss of a worker." in text
    page = report.to_html(story_of(board))
    assert "in halves of a batch, after it ran out of memory" in page
    assert "worker lost 2 times" in page


def test_columns_of_text_stand_below_one_another_with_wide_characters(sweep_of):
    table = [
        line for line in report.to_text(sweep_of([1.0, 3.0], features="音🔔").board(), 90).splitlines() if "音" in line
    ]
    assert len({line.index("音") for line in table}) == 1


def test_csv_comes_back_with_every_setting_under_its_own_name(board):
    rows = list(csv.DictReader(io.StringIO(report.to_csv(board))))
    assert [row["trial"] for row in rows] == ["2", "3", "1", "4", "0"]
    assert [row["rank"] for row in rows] == ["1", "2", "3", "4", ""]
    assert float(rows[0]["accuracy"]) == board.best.score
    assert float(rows[0]["low"]) < float(rows[0]["accuracy"]) < float(rows[0]["high"])
    assert rows[0]["features.log_mel.n_mels"] == "36"
    assert rows[0]["fit.learning_rate"] == str(0.002 / 3)
    assert rows[0]["tied"] == rows[1]["tied"] == "yes"
    assert rows[3]["tied"] == "no"
    assert rows[4]["tied"] == ""
    assert rows[4]["baseline.svm.C"] == "10.0"


def test_json_says_what_the_board_says(board):
    document = json.loads(report.to_json(board))
    assert document["header"]["how"] == board.header.how
    assert document["rows"][0]["config"] == board.best.config
    assert document["test"] is None


def test_the_schema_in_the_documentation_is_that_of_what_is_written():
    file = DOCS / "leaderboard.schema.json"
    assert json.loads(file.read_text(encoding="utf-8")) == json.loads(json.dumps(json_schema())), (
        "write it anew: sinesweep schema --leaderboard --out docs/leaderboard.schema.json"
    )


def test_every_key_of_the_schema_says_at_its_own_place_what_it_is():
    schema = json_schema()
    assert schema["$defs"]["Finalist"]["properties"]["spread"]["description"] == (
        "their standard deviation; null of fewer than two."
    )
    for each in (schema, *schema["$defs"].values()):
        assert "Attributes" not in each["description"]
        assert all(key["description"] for key in each.get("properties", {}).values())


def test_every_key_that_is_written_is_in_the_schema(any_board):
    schema, written = json_schema(), json.loads(report.to_json(any_board))
    assert written["schema"] == VERSION
    assert set(written) == set(schema["properties"])
    assert set(written["header"]) == set(schema["$defs"]["Header"]["properties"])
    for row in written["rows"]:
        assert set(row) == set(schema["$defs"]["Row"]["properties"])


def test_json_of_another_version_of_the_schema_is_refused_with_the_way_out(board):
    later = report.to_json(board).replace(f'"schema": {VERSION}', f'"schema": {VERSION + 1}')
    with pytest.raises(SweepError, match="has version 2 of the schema, and this Sinesweep reads version 1"):
        report.from_json(later)


def test_json_of_something_else_is_refused():
    with pytest.raises(ValueError, match="header"):
        report.from_json("{}")


def test_names_from_outside_stay_text_in_markdown(nasty):
    text = report.to_markdown(nasty)
    outside_code = text.split("~~~")[0] + text.split("~~~")[2]
    assert "<script" not in outside_code
    table = [line for line in outside_code.splitlines() if line.startswith("|")]
    assert len({line.replace("\\|", "").count("|") for line in table}) == 1


def test_names_from_outside_cannot_steer_a_terminal(nasty):
    text = report.to_text(nasty, 100)
    assert "\x1b" not in text
    assert max(len(line) for line in text.splitlines()) <= 100


def test_names_from_outside_come_back_from_csv(nasty):
    rows = list(csv.DictReader(io.StringIO(report.to_csv(nasty))))
    assert rows[0]["features"] == NASTY


def test_an_opened_test_part_is_told_with_its_date_and_the_baseline(board, story_of):
    test = Opening(2, 0.8125, (0.711, 0.885), 80, "2025-06-01T12:34:56+00:00", 0.7, (0.592, 0.789))
    opened = replace(board, test=test)
    for text in (report.to_text(opened, 400), report.to_markdown(opened)):
        assert "81.2 % (71.1–88.5 %) for trial 2 on 80 clips that no trial had seen; the baseline 70.0 %" in text
        assert "the baseline 70.0 % (59.2–78.9 %). Opened once, 2025-06-01 12:34 UTC." in text
    page = report.to_html(story_of(opened))
    assert "sealed</strong>" not in page
    assert "<small>59.2–78.9\u00a0%</small>" in page
    assert report.from_json(report.to_json(opened)) == opened


@pytest.mark.parametrize(
    ("skills", "baseline", "said"),
    [
        ((3.0,), 0.5, "It beats the baseline by"),
        ((1.0,), 3.0, "It does not beat the baseline."),
        ((2.0, 2.0), 2.0, "which the data cannot tell from chance"),
        ((2.0,), None, "There is no baseline to compare it with."),
        ((), None, "No trial has a score yet."),
    ],
)
def test_the_verdict_says_no_more_than_the_data(sweep_of, skills, baseline, said):
    assert said in words.verdict(sweep_of(skills, baseline=baseline).board())


def test_where_nothing_has_a_score_the_verdict_says_how_trials_ended(sweep_of):
    made = sweep_of()
    failure = Failure(Cause.INFEASIBLE, "nothing is left")
    made.results.append(Result(Trial(1, {}, 1), State.INFEASIBLE, failure=failure))
    assert words.verdict(made.board()) == "No trial has a score yet: 1 infeasible."


def test_few_groups_are_warned_about(board):
    assert footing(board) == ""
    assert "come from 3 groups" in footing(replace(board, judged_groups=3))
    assert footing(replace(board, judged_groups=3)).endswith("Look at the folds.")
    once = replace(board, judged_groups=3, rows=tuple(replace(row, folds=row.folds[:1]) for row in board.rows))
    assert footing(once).endswith("than the interval says.")


def test_where_every_clip_is_a_group_of_its_own_no_groups_are_spoken_of(board):
    alone = replace(board, judged_clips=8, judged_groups=8, header=replace(board.header, groups=300))
    assert footing(alone) == ""
    assert "300 clips, 4 classes. " in words.asked(alone)


def test_a_configuration_is_shortened_to_what_varies(board):
    configs = [row.config for row in board.rows]
    shown = varying(configs)
    assert shown == {"features.log_mel.n_mels", "architecture.cnn.batch_norm", "augmentations", "fit.learning_rate"}
    assert short(configs[0], shown) == "log_mel 36 mels · cnn batch norm off · gain · adam 0.000667"
    assert short(configs[0], shown, most=0) == "log_mel · cnn · gain"
    assert short(configs[0], {"features.log_mel.window_ms", "architecture.cnn.blocks", "loss"}) == (
        "log_mel window 25 ms · cnn 3 blocks · cross_entropy"
    )


def test_a_plugins_own_settings_come_before_those_that_all_have(board):
    shown = {"architecture.cnn.dropout", "architecture.cnn.blocks"}
    assert short(board.best.config, shown) == "log_mel · cnn 3 blocks, dropout 0.2"


def test_rows_of_one_hypermodel_show_what_their_networks_are(sweep_of):
    made = sweep_of([1.0, 2.0, 3.0])
    points = [("gru", 2, 64, True), ("lstm", 1, 32, False), ("gru", 1, 64, True)]
    for place, (cell, layers, units, bn) in enumerate(points):
        result = made.results[place]
        own = {"hp.bn": bn, "hp.kind": cell, "hp.layers": layers, "hp.units": units}
        network = {"name": "keras_tuner", "hypermodel": "lab:build_model", "dropout": 0.1 * place, **own}
        config = {**result.trial.config, "architecture": network}
        made.results[place] = replace(result, trial=replace(result.trial, config=config))
    board = made.board()
    shown = varying([row.config for row in board.rows])
    assert short(board.rows[0].config, shown, most=1) == (
        "log_mel 40 mels · keras_tuner bn, kind gru, 1 layer, 64 units · adam 0.001"
    )
    for network in ("bn, kind gru, 1 layer", "bn off, kind lstm", "bn, kind gru, 2 layers"):
        assert f"keras_tuner {network}" in report.to_text(board, 120)


def test_what_is_zero_or_off_is_not_called_none():
    assert flat({"features": {"name": "mfcc", "deltas": 0, "fmin_hz": 0.0, "norm": None}, "bias": False, "a": []}) == {
        "features": "mfcc",
        "features.mfcc.deltas": 0,
        "features.mfcc.fmin_hz": 0.0,
        "features.mfcc.norm": None,
        "bias": "false",
        "a": "none",
    }


def test_settings_of_another_optimizer_are_not_reported():
    adam, sgd = ({"fit": values(Fit(optimizer=name, clip_at=2.0))} for name in ("adam", "sgd"))
    assert "fit.momentum" in flat(sgd)
    assert not {"fit.momentum", "fit.rho", "fit.weight_decay", "fit.clip_at"} & flat(adam).keys()
    assert "beta_1" in pinned(adam)
    assert "beta_1" not in pinned(sgd)


def test_what_is_no_classification_is_not_called_so(board, story_of):
    header = replace(board.header, objective="r2", task=Task.REGRESSION, classes=())
    measured = replace(board, header=header)
    assert "300 clips, a value each, 100 groups" in words.asked(measured)
    assert "Classes" not in report.to_html(story_of(measured))
    labels = replace(board, header=replace(board.header, task=Task.MULTI_LABEL))
    assert "4 labels" in words.asked(labels)
    assert "Labels: bronze" in report.to_html(story_of(labels))


def test_a_flat_configuration_has_the_names_of_the_search_space(board):
    names = flat(board.best.config)
    assert names["features"] == "log_mel"
    assert names["features.log_mel.n_mels"] == 36
    assert names["augmentations"] == "gain"
    assert names["augmentations.gain.db"] == 6.0
    assert names["fit.epochs"] == 4


@pytest.mark.parametrize(
    ("shown", "value"), [("812", 812), ("48.3 k", 48_266), ("1 M", 999_900), ("1.25 M", 1_250_000), ("999 k", 999_499)]
)
def test_numbers_are_short(shown, value):
    assert words.number(value) == shown


@pytest.mark.parametrize(("shown", "seconds"), [("42 s", 42), ("2 min", 100), ("3 h 05 min", 11_100)])
def test_durations_are_short(shown, seconds):
    assert words.duration(seconds) == shown


def test_further_objectives_have_columns_and_the_front_has_a_mark(sweep_of, story_of):
    made = sweep_of([3.0, 2.0, 1.0], baseline=0.5)
    sizes = {1: 30_000, 2: 1_000, 3: 2_000}
    made.results = [
        replace(each, parameters=number, costs={"multiply_adds": 1e3 * number, "latency_ms": 1.25})
        for each, number in zip(made.results, sizes.values(), strict=True)
    ]
    board = made.board(objectives=("accuracy", "multiply_adds"))
    assert [row.pareto for row in board.rows] == [True, True, False]
    for page in (report.to_text(board, 160), report.to_markdown(board), report.to_html(story_of(board))):
        assert "◆" in page
        assert "multiply-adds" in page
        assert "30 M" in page
        assert "2 trials stand on the Pareto front of accuracy and multiply-adds" in " ".join(page.split())
    rows = list(csv.DictReader(io.StringIO(report.to_csv(board))))
    assert [row["pareto"] for row in rows] == ["yes", "yes", "no", ""]
    assert [row["latency_ms"] for row in rows] == ["1.25", "1.25", "1.25", ""]
    assert report.from_json(report.to_json(board)) == board


def test_with_one_objective_nothing_is_said_of_a_front(sweep_of, story_of):
    board = sweep_of([3.0, 2.0]).board()
    assert all(row.pareto is None for row in board.rows)
    assert "Pareto" not in report.to_text(board)
    assert "◆ the Pareto front" not in report.to_html(story_of(board))
