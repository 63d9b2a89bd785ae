"""The page as text: nothing let through, nothing fetched, and worth reading without a script."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from sinesweep import report
from sinesweep.dataset import Task
from sinesweep.examination import examine
from sinesweep.predictions import Predictions
from sinesweep.report.page.embed import block, own_script, policy
from sinesweep.report.short import flat
from sinesweep.report.story import Mistake
from sinesweep.report.veil import veiled
from sinesweep.trial import Cause, Failure, Result, State, Trial

NASTY = """</script><script>alert("x")</script><!-- & 'quotes' \x1b[31m\n🔔"""
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """Checks that tags nest, and keeps what a reader without scripts, and what a script would see."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.text, self.data = [], [], [], "", {}
        self.feed(text)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)
        self.block = dict(attrs).get("id") if tag == "script" else None

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            if self.block:
                self.data[self.block] = json.loads(data)
        elif not self.open or self.open[-1] != "style":
            self.text += data


@pytest.fixture
def page_of(story_of):
    def make(board, **more):
        return Page(report.to_html(story_of(board, **more)))

    return make


@pytest.fixture
def many_classes():
    """An examination of 200 classes, of which one is never told."""
    rng = np.random.default_rng(0)
    targets, told = np.arange(1000) % 200, rng.integers(199, size=1000)
    answers = np.full((1000, 200), 1e-3)
    answers[np.arange(1000), told] = 0.801
    names = [f"class {i}" for i in range(200)]
    return examine(Predictions(np.arange(1000), targets, answers), names, Task.CLASSIFICATION, ["g"] * 1000)


BOARDS = {
    "usual": lambda sweep_of: sweep_of([1.0, 3.0, 2.9], baseline=1.5).board(),
    "to be low": lambda sweep_of: sweep_of([1.0, 3.0], baseline=1.5, objective="loss").board(),
    "one trial, no baseline": lambda sweep_of: sweep_of([1.0]).board(),
    "a baseline alone": lambda sweep_of: sweep_of([], baseline=1.0).board(),
    "nothing": lambda sweep_of: sweep_of().board(),
    "many": lambda sweep_of: sweep_of([2.0] * 30, baseline=1.0).board(budget_hours=None),
}


@pytest.mark.parametrize("name", BOARDS)
def test_every_board_has_a_page_that_nests_and_tells_its_verdict(name, sweep_of, page_of):
    board = BOARDS[name](sweep_of)
    page = page_of(board)
    assert board.header.how in page.text
    assert "sinesweep run bells/sweep.yaml" in page.text
    assert len(page.data["trials"]["why"]) == len(board.rows) + (board.baseline is not None)


def test_the_page_fetches_nothing(board, story_of):
    text = report.to_html(story_of(board))
    page = Page(text)
    assert not [value for name, value in page.attributes if name in ("src", "action", "xlink:href")]
    assert all(value.startswith("#") for name, value in page.attributes if name == "href")
    assert not {"link", "img", "iframe", "object", "base", "form"} & set(page.tags)
    assert "url(" not in text.split("<script")[0]
    assert "@import" not in text.split("<script")[0]


def test_only_the_pages_own_scripts_may_run(board, story_of):
    text = report.to_html(story_of(board))
    allowed = re.search(r"script-src ([^;]*);", text).group(1)
    assert "unsafe" not in allowed
    assert policy([own_script()]).split("script-src ")[1].split(";")[0] in allowed
    assert "default-src 'none'" in text
    executable = re.findall(r"<script(?![^>]*application/json)[^>]*>", text)
    assert executable == ["<script>"]


def test_the_first_rows_can_be_read_without_a_script(sweep_of, story_of):
    board = sweep_of([2.0 - i / 100 for i in range(30)], baseline=1.0).board()
    text = report.to_html(story_of(board))
    table = text.split('<table class="board"')[1].split("</table>")[0]
    assert [int(number) for number in re.findall(r'href="#trial-(\d+)"', table)] == [
        *(row.number for row in board.rows[:20]),
        0,
    ]
    assert "These are the first 20 of 30" in text


def test_the_script_knows_every_trial_with_its_exact_configuration(board, page_of):
    told = page_of(board).data["trials"]
    numbers = next(column for column in told["columns"] if column["name"] == "trial")["values"]
    assert numbers == [*(row.number for row in board.rows), 0]
    for place, row in enumerate(board.rows):
        for name, value in flat(row.config).items():
            column = next(column for column in told["settings"] if column["name"] == name)
            known = column["values"][place] if "values" in column else column["same"]
            assert known == value


def test_a_metric_that_is_the_same_for_every_answer_is_shown_to_nobody_and_stays_in_the_files(board, page_of):
    shown = {column["name"] for column in page_of(board).data["trials"]["columns"]}
    assert "top_3_accuracy" in shown
    assert "top_5_accuracy" not in shown
    assert "metric.top_5_accuracy" in report.to_csv(board)


def test_trials_without_a_rank_follow_with_the_reason(sweep_of, page_of):
    made = sweep_of([1.0, 3.0])
    ended = [Result(Trial(7, {}, 1), State.FAILED, failure=Failure(Cause.NAN, "loss is NaN")), *made.results]
    told = page_of(made.board(), results=ended).data["trials"]
    ranks = next(column for column in told["columns"] if column["name"] == "rank")
    assert ranks["values"] == [1, 2, None]
    assert ranks["shown"][2] == "failed"
    assert told["why"][2] == "nan: loss is NaN"


@pytest.mark.parametrize("counts", [{}, {"failed": 2}])
def test_a_sweep_of_which_no_trial_has_a_score_says_so(sweep_of, page_of, counts):
    made = sweep_of()
    made.results += [
        Result(Trial(i, {}, 1), State.FAILED, failure=Failure(Cause.NAN, "loss is NaN"))
        for i in range(counts.get("failed", 0))
    ]
    page = page_of(made.board(), results=made.results)
    assert "No trial has a score" in page.text
    assert ("loss is NaN" in page.text) == bool(counts)


def test_names_from_outside_stay_text(sweep_of, story_of):
    made = sweep_of([1.0, 3.0], baseline=1.5, features=NASTY)
    made.results.append(Result(Trial(5, {}, 1), State.FAILED, failure=Failure(Cause.PLUGIN, NASTY)))
    board = made.board(name=NASTY, dataset=NASTY, how=NASTY, classes=(NASTY, "b"), versions={NASTY: NASTY})
    known = made.told[2]
    found = examine(known, [NASTY, "b", "c", "d"], Task.CLASSIFICATION, [NASTY] * 240)
    wrong = Mistake(NASTY, NASTY, NASTY, 0.9, note=NASTY)
    more = {"examinations": {2: found}, "mistakes": {2: [wrong]}, "summaries": {2: NASTY}, "missing": [NASTY]}
    text = report.to_html(story_of(board, command=NASTY, results=made.results, **more))
    page = Page(text)
    assert "<script>alert" not in text
    assert '<script>alert("x")</script>' in page.text
    assert page.data["closer-2"]["mistakes"][0]["clip"] == NASTY
    assert page.data["closer-2"]["examination"]["classes"][0] == NASTY
    assert page.data["trials"]["name"] == NASTY


def test_numbers_that_are_none_become_null(sweep_of, page_of):
    made = sweep_of([1.0])
    made.results[0] = replace(made.results[0], metrics={**made.results[0].metrics, "macro_f1": float("nan")})
    told = page_of(made.board(), results=[*made.results, Result(Trial(9, {}, 1), State.PRUNED, float("inf"))])
    assert next(c for c in told.data["trials"]["columns"] if c["name"] == "accuracy")["values"][1] is None


def test_bytes_that_are_no_text_do_not_stop_a_report(board, story_of):
    text = report.to_html(story_of(board, missing=["\udcff.wav"]))
    assert "?.wav" in text.encode().decode()


def test_of_200_classes_only_what_occurs_is_in_the_page(board, page_of, many_classes):
    page = page_of(board, examinations={board.best.number: many_classes})
    told = page.data[f"closer-{board.best.number}"]["examination"]
    assert len(told["classes"]) == 200
    assert len(told["confusion"]) <= 1000
    assert sum(count for _, _, count in told["confusion"]) == 1000


def test_a_class_that_was_never_told_has_no_precision(board, page_of, many_classes):
    told = page_of(board, examinations={2: many_classes}).data["closer-2"]["examination"]["perClass"]
    assert told[199] == ["class 199", None, 0, 0, 5, 0]


def test_only_a_watched_page_is_loaded_anew(board, story_of):
    assert 'http-equiv="refresh"' not in report.to_html(story_of(board))
    assert "data-refresh-s" not in report.to_html(story_of(board)).split("<script")[0]
    watched = report.to_html(story_of(board), refresh_s=20)
    assert '<noscript><meta http-equiv="refresh" content="20"></noscript>' in watched
    assert '<body data-refresh-s="20">' in watched


def test_what_is_missing_is_told(board, page_of):
    assert "Not in this report: the network" in page_of(board, missing=["Not in this report: the network"]).text


def test_a_block_of_data_cannot_be_closed_from_within():
    text = block("x", "</script><!--<script>&")
    assert text.count("<") == 2
    assert json.loads(text.split(">")[1].split("<")[0]) == "</script><!--<script>&"


def test_the_veil_takes_folders_away_and_leaves_the_rest(sweep_of, story_of):
    made = sweep_of([1.0, 3.0], features="/home/ann/secret/front.py")
    message = "OSError: /home/ann/sounds/bells/a.wav and /opt/x/y.py, see https://keras.io/api/layers, 1/2 and a/b"
    made.results.append(Result(Trial(5, {}, 1), State.FAILED, failure=Failure(Cause.ERROR, message, "Traceback …")))
    story = veiled(story_of(made.board(), results=made.results), ["/home/ann/sounds"])
    expected = "OSError: bells/a.wav and …/y.py, see https://keras.io/api/layers, 1/2 and a/b"
    assert story.results[-1].failure == Failure(Cause.ERROR, expected, "")
    assert story.board.failures[0].example == expected
    assert story.board.best.config["features"]["name"] == "…/front.py"
    assert "/home/ann" not in report.to_html(story) + report.to_json(story.board) + report.to_markdown(story.board)


def test_the_veil_leaves_a_clip_that_lies_elsewhere_its_folder_and_its_name(board, story_of):
    wrong = [
        Mistake(
            "/home/ann/my sounds/bells/a.wav, 1–3 s", "iron", "bronze", 0.9, note="no sound: /home/ann/bells/a.wav"
        ),
        Mistake("bells/b.wav", "iron", "bronze", 0.8),
    ]
    story = veiled(story_of(board, mistakes={2: wrong}))
    assert [each.clip for each in story.mistakes[2]] == ["bells/a.wav, 1–3 s", "bells/b.wav"]
    assert story.mistakes[2][0].note == "no sound: …/a.wav"
    assert "/home/ann" not in report.to_html(story)


def test_the_page_says_where_the_command_is_to_be_typed(board, story_of):
    told = story_of(board, command_in="in the folder of this report")
    assert "Repeat it, in the folder of this report:" in report.to_html(told)
    assert "Repeat it:" in report.to_html(story_of(board))
