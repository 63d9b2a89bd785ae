"""The table of trials in a real browser: sorted, filtered, its columns chosen, its trials compared, and downloaded."""

import csv
import io
from dataclasses import replace

import pytest

from sinesweep import report
from sinesweep.diagnosis import Diagnosis, DiagnosisKind
from sinesweep.finalists import Finalist

PHONE = 390
FRESH = Finalist((101, 102), (0.5, 0.6), 0.55, 0.07, (0.4, 0.7), wanted=2, ended=True)


def test_a_click_on_a_heading_sorts_and_a_second_one_turns_round(visit, made_up):
    seen = visit(made_up)
    assert seen.rows()[:3] == [1, 2, 3]
    seconds = {each.trial.number: each.seconds for each in made_up.results}
    order = sorted(range(1, 61), key=lambda number: (seconds[number], number))
    seen.heading("seconds").get_by_role("button").click()
    assert seen.rows() == order[:50]
    assert seen.heading("seconds").get_attribute("aria-sort") == "ascending"
    seen.heading("seconds").get_by_role("button").press("Enter")
    assert seen.rows()[0] == order[-1]
    assert seen.heading("seconds").get_attribute("aria-sort") == "descending"


def test_the_best_score_comes_first_when_scores_are_sorted(visit, made_up):
    seen = visit(made_up)
    seen.heading("accuracy").get_by_role("button").click()
    assert seen.rows()[:2] == [1, 2]


def test_more_rows_than_a_page_holds_can_be_turned_to(visit, made_up):
    seen = visit(made_up)
    assert len(seen.rows()) == 50
    seen.page.get_by_role("button", name="Next →").click()
    assert seen.rows() == list(range(51, 61))
    assert seen.page.get_by_role("button", name="Next →").is_disabled()
    seen.page.get_by_role("button", name="← Previous").click()
    assert seen.rows()[0] == 1


def test_trials_are_filtered_by_state_plugin_and_tie(visit, made_up):
    seen = visit(made_up)
    assert seen.count() == "60 of 62 trials"
    seen.page.get_by_role("combobox", name="State").select_option("failed")
    assert seen.rows() == [62]
    seen.page.get_by_role("combobox", name="State").select_option("every state")
    assert seen.count() == "62 trials"
    seen.page.get_by_role("combobox", name="Plugin").select_option(label="mfcc")
    assert all(number % 2 == 0 for number in seen.rows())
    seen.page.get_by_label("tied with the best").check()
    tied = [row.number for row in made_up.board.tied if row.number % 2 == 0]
    assert seen.rows() == tied


def test_words_are_searched_in_settings_and_reasons(visit, made_up):
    seen = visit(made_up)
    seen.page.get_by_role("combobox", name="State").select_option("every state")
    seen.page.get_by_label("Search").fill("MFCC blocks=3")
    assert seen.rows()[:2] == [2, 6]
    seen.page.get_by_label("Search").fill("loss is nan")
    assert seen.rows() == [62]
    seen.page.get_by_label("Search").fill("no such word")
    assert seen.rows() == []
    assert seen.count() == "0 of 62 trials"


@pytest.mark.parametrize("width", [PHONE, 1024, 1280])
def test_the_list_of_columns_stays_inside_the_window(visit, made_up, width):
    page = visit(made_up, width=width).page
    page.locator("summary", has_text="Columns").click()
    box = page.locator(".chooser fieldset").first.locator("..").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_column_has_a_name_of_its_own(visit, made_up):
    page = visit(made_up).page
    page.locator("summary", has_text="Columns").click()
    names = page.locator(".chooser fieldset").first.locator("li").all_inner_texts()
    assert len(set(names)) == len(names)
    ends = ("95 % interval: lower end", "95 % interval: upper end")
    assert {"95 % interval", *ends, "95 % interval, drawn"} <= {name.strip() for name in names}
    for end in ends:
        page.get_by_label(end).check()
    low, high = made_up.board.best.interval
    cells = page.locator("#board tbody tr").first
    assert cells.locator(".low").inner_text() == made_up.board.metric.show(low)
    assert cells.locator(".high").inner_text() == made_up.board.metric.show(high)


def test_columns_are_chosen(visit, made_up):
    page = visit(made_up).page
    page.locator("summary", has_text="Columns").click()
    page.get_by_label("fit.learning_rate").check()
    page.get_by_label("time", exact=True).uncheck()
    heads = page.locator("#board thead th").all_inner_texts()
    assert "fit.learning_rate" in heads
    assert "time" not in heads
    assert page.locator("#board tbody tr").first.get_by_text("0.002", exact=True).is_visible()


def test_a_score_beyond_the_axis_says_on_which_side(visit, made_up):
    page = visit(made_up).page
    page.get_by_role("button", name="Next →").click()
    assert page.locator("#board tbody .track .bar.cut").count() == 10


def test_chosen_trials_stand_side_by_side(visit, made_up):
    page = visit(made_up).page
    for number in (1, 2):
        page.get_by_label(f"compare trial {number}", exact=True).check()
    compared = page.locator("#compared")
    assert compared.get_by_role("columnheader").all_inner_texts() == ["what", "Trial 1", "Trial 2"]
    assert compared.get_by_role("row", name="features log_mel mfcc", exact=True).is_visible()
    assert compared.locator("svg polyline").count() == 6
    compared.get_by_role("button", name="Clear").click()
    assert compared.is_hidden()


def test_on_a_phone_three_trials_stand_side_by_side_without_scrolling(visit, made_up):
    page = visit(made_up, width=PHONE).page
    for number in (1, 2, 3):
        page.get_by_label(f"compare trial {number}", exact=True).check()
    for row in page.locator("#compared tr").all():
        box = row.locator("th, td").last.bounding_box()
        assert box["x"] + box["width"] <= PHONE
        assert box["width"] > 60


def test_side_by_side_stands_what_differs_settings_first(visit, made_up):
    page = visit(made_up).page
    for number in (1, 3, 5, 7):
        page.get_by_label(f"compare trial {number}", exact=True).check()
    compared = page.locator("#compared")
    names = compared.get_by_role("rowheader").all_inner_texts()
    assert names[:4] == ["features.log_mel.n_mels", "architecture.cnn.blocks", "augmentations", "fit.learning_rate"]
    assert names[4] == "rank"
    for row in compared.locator("tbody tr").all():
        assert len(set(row.locator("td").all_inner_texts())) > 1
    assert "state" not in names
    assert "device" not in names
    page.get_by_label("compare trial 2", exact=True).check()
    names = compared.get_by_role("rowheader").all_inner_texts()
    assert names[0] == "features"
    assert names.index("features") < names.index("accuracy") < names.index("features.mfcc.n_mfcc")
    assert compared.get_by_text("are the same in all are left out").is_visible()


def test_trials_side_by_side_that_are_longer_than_their_place_fade_where_there_are_more(visit, made_up):
    page = visit(made_up).page
    for number in range(1, 7):
        page.get_by_label(f"compare trial {number}", exact=True).check()
    table = page.locator("#compared .scroll")
    fades = "made => made.classList.contains('below') && getComputedStyle(made).maskImage !== 'none'"
    assert table.evaluate("made => made.scrollHeight > made.clientHeight")
    page.wait_for_function(fades, arg=table.element_handle())
    table.evaluate("made => { made.scrollTop = made.scrollHeight }")
    page.wait_for_function(f"made => !({fades})(made)", arg=table.element_handle())


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize(("fresh", "strong"), [(True, "fresh"), (False, "accuracy")])
def test_of_the_best_the_score_that_ranks_is_the_strong_one(visit, made_up, script, fresh, strong):
    rows = made_up.board.rows
    story = replace(made_up, board=replace(made_up.board, rows=(replace(rows[0], finalist=FRESH), *rows[1:])))
    best = visit(story if fresh else made_up, java_script_enabled=script).page.locator("#board tr.best")
    weights = {
        name: int(best.locator(f".{name}").evaluate("cell => getComputedStyle(cell).fontWeight"))
        for name in ("accuracy", "interval", *(["fresh"] if fresh else []))
    }
    assert [name for name, weight in weights.items() if weight > 400] == [strong]


def test_fresh_seeds_are_not_counted_as_trials_that_were_searched(visit, made_up):
    again = [
        replace(each, trial=replace(each.trial, number=100 + each.trial.number, repeats=1))
        for each in made_up.results[:3]
    ]
    seen = visit(replace(made_up, results=[*made_up.results, *again]))
    assert seen.count() == "60 of 62 trials + 3 fresh seeds"
    seen.page.get_by_role("combobox", name="State").select_option("every state")
    assert seen.count() == "62 trials + 3 fresh seeds"
    seen.page.get_by_role("combobox", name="State").select_option("fresh seed")
    assert seen.count() == "3 of 62 trials + 3 fresh seeds"
    assert seen.rows() == [101, 102, 103]


def downloaded(page):
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    return download.value.path().read_bytes().decode("utf-8")


def test_the_table_is_downloaded_as_leaderboard_csv_has_it(visit, made_up):
    diagnosis = Diagnosis(DiagnosisKind.STILL_IMPROVING, "It still improves.", "Train on.")
    best = replace(made_up.board.best, diagnosis=diagnosis, finalist=FRESH)
    board = replace(made_up.board, rows=(best, *made_up.board.rows[1:]))
    seen = visit(replace(made_up, board=board))
    whole = report.to_csv(board)
    assert downloaded(seen.page) == whole
    seen.page.get_by_label("Search").fill("blocks=3")
    head, *lines = whole.splitlines()
    of_trial = {int(line.split(",")[1]): line for line in lines}
    assert downloaded(seen.page).splitlines() == [head, *(of_trial[number] for number in [*seen.rows(), 0])]


def test_trials_without_a_rank_are_downloaded_with_how_they_ended(visit, made_up):
    seen = visit(made_up)
    seen.page.get_by_role("combobox", name="State").select_option("every state")
    rows = {row["trial"]: row for row in csv.DictReader(io.StringIO(downloaded(seen.page)))}
    assert {number: row["state"] for number, row in rows.items() if row["state"]} == {"61": "pruned", "62": "failed"}
    assert rows["61"]["rank"] == rows["62"]["accuracy"] == ""
    assert float(rows["61"]["accuracy"]) == 0.3


def test_a_text_that_a_spreadsheet_would_run_is_downloaded_as_text(visit, made_up):
    rows = made_up.board.rows
    formula = {**rows[0].config, "features": {"name": "=1+1", "offset": -0.5}}
    board = replace(made_up.board, rows=(replace(rows[0], config=formula), *rows[1:]))
    first = next(csv.DictReader(io.StringIO(downloaded(visit(replace(made_up, board=board)).page))))
    assert (first["features"], first["features.=1+1.offset"]) == ("'=1+1", "-0.5")


def test_the_table_is_downloaded_as_it_is_filtered(visit, made_up):
    seen = visit(made_up)
    seen.page.get_by_label("Search").fill("blocks=3")
    with seen.page.expect_download() as download:
        seen.page.get_by_role("button", name="CSV").click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8"))))
    assert download.value.suggested_filename == "bells.csv"
    *rows, baseline = rows
    assert [int(row["trial"]) for row in rows] == seen.rows()
    assert baseline["trial"] == "0"
    assert {row["architecture.cnn.blocks"] for row in rows} == {"3"}
    low, high = made_up.board.rows[1].interval
    assert (float(rows[0]["low"]), float(rows[0]["high"])) == pytest.approx((low, high))
    assert rows[0]["loss"] == "cross_entropy"
    assert float(rows[0]["metric.loss"]) == pytest.approx(made_up.board.rows[1].metrics["loss"])
    assert float(rows[0]["fit.learning_rate"]) == made_up.board.rows[1].config["fit"]["learning_rate"]


def test_without_a_script_the_first_rows_are_there(visit, made_up):
    page = visit(made_up, java_script_enabled=False).page
    assert page.locator("#board tbody tr").count() == 20
    assert page.get_by_text("These are the first 20 of 60").is_visible()
    assert page.get_by_text("Trial 1 is best").is_visible()
