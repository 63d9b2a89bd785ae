"""The report in all its forms: nothing lost, nothing let through, nothing fetched."""

import csv
import io
import json
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from sinesweep import report
from sinesweep.dataset import Task
from sinesweep.fit import Fit
from sinesweep.leaderboard import Opening
from sinesweep.report import words
from sinesweep.report.figures import ticks
from sinesweep.report.short import flat, lines, short, varying
from sinesweep.settings import values
from sinesweep.trial import Cause, Failure, Result, State, Trial

NASTY = """<script>alert("x")</script> & 'quotes' | `ticks` \x1b[31m\n🔔 *bell*"""
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """Checks that tags nest, and keeps what a reader and a browser would see."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.text = [], [], [], ""
        self.feed(text)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.fixture
def board(sweep_of):
    made = sweep_of([1.0, 3.4, 2.9, 0.2], baseline=1.5)
    made.results.append(Result(Trial(5, {}, 1), State.FAILED, failure=Failure(Cause.NAN, "loss is NaN")))
    return made.board()


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


def test_every_board_can_be_written_and_read_back(any_board, tmp_path):
    files = report.write(any_board, tmp_path / "sweep")
    assert [file.name for file in files] == ["report.html", "leaderboard.md", "leaderboard.csv", "leaderboard.json"]
    assert sorted(path.name for path in (tmp_path / "sweep").iterdir()) == sorted(file.name for file in files)
    assert report.from_json(files[3].read_text(encoding="utf-8")) == any_board
    Page(files[0].read_text(encoding="utf-8"))


@pytest.mark.parametrize("width", [40, 60, 80, 100, 160])
def test_text_never_leaves_the_terminal(any_board, width):
    assert max(map(len, report.to_text(any_board, width).splitlines())) <= width


def test_text_shows_the_split_the_verdict_the_baseline_and_the_seal(board):
    text = report.to_text(board, 400)
    for part in ("3-fold cross-validation by recording", "beats the baseline", "baseline: svm", "Sealed", "1 × nan"):
        assert part in text
    assert "log_mel 36 mels · cnn no batch norm · gain · adam 0.000667" in text


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
    assert rows[1]["tied"] == "yes"
    assert rows[3]["tied"] == "no"
    assert rows[4]["baseline.svm.C"] == "10.0"


def test_json_says_what_the_board_says(board):
    document = json.loads(report.to_json(board))
    assert document["header"]["how"] == board.header.how
    assert document["rows"][0]["config"] == board.best.config
    assert document["test"] is None


def test_json_of_something_else_is_refused():
    with pytest.raises(ValueError, match="header"):
        report.from_json("{}")


def test_the_page_fetches_nothing(board):
    page = Page(report.to_html(board))
    assert not [value for name, value in page.attributes if name in ("src", "href", "action", "xlink:href")]
    assert "http:" not in report.to_html(board)
    assert "https:" not in report.to_html(board)
    assert "url(" not in report.to_html(board)
    assert "@import" not in report.to_html(board)
    assert not {"link", "img", "iframe"} & set(page.tags)


def test_the_page_holds_every_row_with_its_exact_configuration(board):
    page = Page(report.to_html(board))
    assert page.tags.count("details") == len(board.rows) + 1
    for row in board.rows:
        assert lines(row.config) in page.text
    assert page.tags.count("svg") == 2


def test_names_from_outside_stay_text_on_the_page(nasty):
    page = Page(report.to_html(nasty))
    assert page.tags.count("script") == 1
    assert '<script>alert("x")</script>' in page.text
    assert "🔔" in page.text


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


def test_an_opened_test_part_is_told_with_its_date_and_the_baseline(board):
    opened = replace(board, test=Opening(2, 0.8125, (0.711, 0.885), 80, "2025-06-01T12:34:56+00:00", 0.7))
    for text in (report.to_text(opened, 400), report.to_markdown(opened)):
        assert "81.2 % (71.1–88.5 %) for trial 2 on 80 clips that no trial had seen; the baseline 70.0 %" in text
        assert "2025-06-01 12:34" in text
    assert "sealed</strong>" not in report.to_html(opened)
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


def test_few_groups_are_warned_about(board):
    assert words.footing(board) == ""
    assert "come from 3 groups" in words.footing(replace(board, judged_groups=3))


def test_a_configuration_is_shortened_to_what_varies(board):
    configs = [row.config for row in board.rows]
    shown = varying(configs)
    assert shown == {"features.log_mel.n_mels", "architecture.cnn.batch_norm", "augmentations", "fit.learning_rate"}
    assert short(configs[0], shown) == "log_mel 36 mels · cnn no batch norm · gain · adam 0.000667"
    assert short(configs[0], shown, most=0) == "log_mel · cnn · gain"
    assert short(configs[0], {"features.log_mel.window_ms", "architecture.cnn.blocks", "loss"}) == (
        "log_mel window 25 ms · cnn 3 blocks · cross_entropy"
    )


def test_a_plugins_own_settings_come_before_those_that_all_have(board):
    shown = {"architecture.cnn.dropout", "architecture.cnn.blocks"}
    assert short(board.best.config, shown) == "log_mel · cnn 3 blocks, dropout 0.2"


def test_settings_of_another_optimizer_are_not_reported():
    adam, sgd = ({"fit": values(Fit(optimizer=name, clip_at=2.0))} for name in ("adam", "sgd"))
    assert "fit.momentum" in flat(sgd)
    assert not {"fit.momentum", "fit.rho", "fit.weight_decay", "fit.clip_at"} & flat(adam).keys()
    assert "beta_1" in lines(adam)
    assert "beta_1" not in lines(sgd)


def test_what_is_no_classification_is_not_called_so(board):
    header = replace(board.header, objective="r2", task=Task.REGRESSION, classes=())
    measured = replace(board, header=header)
    assert "300 clips, a value each, 100 groups" in words.asked(measured)
    assert "Classes" not in report.to_html(measured)
    labels = replace(board, header=replace(board.header, task=Task.MULTI_LABEL))
    assert "4 labels" in words.asked(labels)
    assert "Labels: bronze" in report.to_html(labels)


def test_a_flat_configuration_has_the_names_of_the_search_space(board):
    names = flat(board.best.config)
    assert names["features"] == "log_mel"
    assert names["features.log_mel.n_mels"] == 36
    assert names["augmentations"] == "gain"
    assert names["augmentations.gain.db"] == 6.0
    assert names["fit.epochs"] == 4


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.0, 1.0, [0, 0.2, 0.4, 0.6, 0.8, 1.0]), (0.62, 0.88, [0.65, 0.7, 0.75, 0.8, 0.85]), (3, 3, [3])],
)
def test_ticks_are_round_and_few(low, high, expected):
    assert ticks(low, high) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("shown", "value"), [("812", 812), ("48.3 k", 48_266), ("1 M", 999_900), ("1.25 M", 1_250_000), ("999 k", 999_499)]
)
def test_numbers_are_short(shown, value):
    assert words.number(value) == shown


@pytest.mark.parametrize(("shown", "seconds"), [("42 s", 42), ("2 min", 100), ("3 h 05 min", 11_100)])
def test_durations_are_short(shown, seconds):
    assert words.duration(seconds) == shown
