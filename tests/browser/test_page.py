"""The page does what a person asks of it, in a real browser, and everybody can use it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sinesweep import report
from sinesweep.dataset import Task
from sinesweep.examination import examine
from sinesweep.leaderboard import Leaderboard
from sinesweep.predictions import Predictions
from sinesweep.report.charts import charts
from sinesweep.report.story import Story

PHONE = 390


def test_the_first_screen_tells_the_outcome_and_how_to_repeat_it(visit, made_up):
    page = visit(made_up).page
    for text in ("Trial 1 is best", "3-fold cross-validation", "sinesweep run bells/sweep.yaml --out bells-again"):
        assert page.get_by_text(text).first.is_visible()


def test_the_command_is_copied_by_a_click(visit, made_up):
    page = visit(made_up, permissions=["clipboard-read", "clipboard-write"]).page
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == made_up.command


def test_a_trial_tells_its_diagnosis_its_curves_and_what_it_got_wrong(visit, made_up):
    trial = visit(made_up).page.locator("#trial")
    assert trial.get_by_text("Overfitting: it did.").is_visible()
    assert trial.get_by_text("Try more dropout than 0.2.").is_visible()
    assert trial.locator("svg polyline.fold").count() == 4
    assert trial.get_by_role("region", name="Confusion matrix", exact=True).locator("tbody tr").count() == 4
    for text in ("Most confused pairs.", "Class by class,", "Group by group,", "Calibration."):
        assert trial.get_by_text(text).first.is_visible() or text == "Most confused pairs."
    assert trial.get_by_text("On the test part").is_visible()
    assert trial.get_by_role("region", name="Confusion matrix on the test part").locator("tbody tr").count() == 4
    trial.get_by_text("The network, layer by layer").click()
    assert trial.get_by_text("log_mel gives 40 × 36").is_visible()


def test_the_baseline_is_examined_and_of_a_trial_that_is_not_it_is_said_what_tells_more(visit, made_up):
    page = visit(made_up).page
    page.locator("#board tfoot").get_by_role("link", name="0", exact=True).click()
    page.get_by_role("heading", name="Baseline", exact=True).wait_for()
    assert page.locator("#trial table.confusion").count() == 2


@pytest.mark.parametrize(
    ("number", "left"),
    [
        (2, "Not in this page: its network."),
        (3, "Not in this page: the sounds of its mistakes, its network."),
        (7, "Not in this page: what it got right and wrong, its network."),
    ],
)
def test_of_a_trial_that_was_not_looked_at_closely_it_is_said_what_is_missing_and_what_puts_it_there(
    visit, made_up, number, left
):
    silent = replace(made_up.mistakes[1][0], audio=None, picture=None, note="")
    story = replace(
        made_up,
        examinations={**made_up.examinations, 3: made_up.examinations[2]},
        mistakes={**made_up.mistakes, 3: [silent]},
    )
    trial = visit(story, f"#trial-{number}").page.locator("#trial")
    assert trial.get_by_text(left).is_visible()
    assert trial.get_by_text(f"sinesweep report FOLDER --trial {number}").is_visible()


def test_where_everything_is_there_nothing_is_said_to_be_missing(visit, made_up):
    for number in (0, 1, 62):
        assert visit(made_up, f"#trial-{number}").page.get_by_text("Not in this page").count() == 0


def test_epochs_are_counted_in_whole_numbers(visit, made_up):
    short = [
        replace(each, folds=tuple(replace(fold, history=fold.history[:3]) for fold in each.folds))
        for each in made_up.results
    ]
    epochs = (
        visit(replace(made_up, results=short))
        .page.locator("#trial figure svg")
        .first.locator("text[text-anchor=middle]")
    )
    assert epochs.all_text_contents() == ["1", "2", "3"]


def test_a_mistake_is_seen_and_heard(visit, made_up):
    expect = pytest.importorskip("playwright.sync_api").expect
    page = visit(made_up).page
    page.locator(".mistakes img").scroll_into_view_if_needed()
    expect(page.locator(".mistakes img")).to_have_js_property("naturalWidth", 40)
    player = page.locator(".mistakes audio")
    player.evaluate("player => { player.muted = true; player.play(); }")
    expect(player).to_have_js_property("ended", True)
    assert player.evaluate("player => player.duration") == pytest.approx(2, abs=0.1)


def test_charts_are_drawn_when_they_come_into_view(visit, made_up):
    page = visit(made_up).page
    assert page.locator("[data-chart] svg").count() == 0
    page.locator("[data-chart]").first.scroll_into_view_if_needed()
    page.locator("[data-chart] svg").first.wait_for()
    assert page.locator("[data-chart] svg").first.bounding_box()["width"] > 300


def test_charts_that_nobody_has_scrolled_to_are_printed_too(visit, made_up):
    page = visit(made_up).page
    drawn = sum(chart.spec is not None for chart in charts(made_up))
    page.pdf()
    page.emulate_media(media="print")
    assert page.get_by_role("columnheader", name="accuracy").get_by_role("button").is_visible()
    assert not page.get_by_role("button", name="CSV").is_visible()
    assert page.locator("[data-chart] svg").count() == drawn > 5


def test_names_from_outside_stay_text_in_the_browser(visit, made_up):
    evil = '<img src=x onerror="alert(1)">'
    board = replace(made_up.board, header=replace(made_up.board.header, name=evil))
    slip = replace(made_up.mistakes[1][0], clip=evil, truth=evil)
    page = visit(replace(made_up, board=board, mistakes={1: [slip]})).page
    assert page.locator("h1").inner_text() == evil
    assert page.locator(".mistakes").get_by_text(evil).first.is_visible()


def test_of_200_classes_the_30_that_are_confused_most_are_shown(visit, made_up):
    rng = np.random.default_rng(0)
    targets = np.arange(1000) % 200
    answers = rng.dirichlet(np.ones(200), 1000).astype(np.float32)
    found = examine(
        Predictions(np.arange(1000), targets, answers), [f"c{i}" for i in range(200)], Task.CLASSIFICATION, ["g"] * 1000
    )
    page = visit(replace(made_up, examinations={1: found}, tested={})).page
    assert page.locator("table.confusion tbody tr").count() == 30
    assert page.get_by_text("The 30 classes of 200 that are confused most").is_visible()


@pytest.mark.parametrize("which", [slice(0), slice(1), slice(60, 62), slice(61, 62)])
def test_a_sweep_with_hardly_a_trial_or_only_lost_ones_has_a_page_too(visit, made_up, which):
    results = made_up.results[which]
    board = Leaderboard.of(made_up.board.header, results, None, lambda result: None, [])
    seen = visit(Story(board, results=results))
    assert seen.rows() == [each.trial.number for each in results]
    assert seen.page.locator(".verdict").first.is_visible()
    if results:
        assert seen.page.locator("#trial-title").inner_text().startswith(f"Trial {results[0].trial.number}")
    if results and not board.rows:
        assert seen.page.get_by_text("No trial has a score").first.is_visible()
        assert seen.page.locator("#ends").get_by_text("loss is NaN").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, PHONE])
def test_axe_finds_nothing_to_complain_of(visit, made_up, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    page = visit(made_up, width=width, color_scheme=scheme).page
    page.get_by_label("compare trial 1", exact=True).check()
    page.get_by_label("compare trial 2", exact=True).check()
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_phone_scrolls_in_one_direction_only(visit, made_up):
    page = visit(made_up, width=PHONE).page
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE


def test_a_matrix_that_is_wider_than_its_place_fades_where_there_is_more_of_it(visit, made_up):
    page = visit(made_up, "#trial-1", width=PHONE).page
    matrix = page.locator(".scroll", has=page.locator(".confusion")).first
    fades = "made => made.classList.contains('more') && getComputedStyle(made).maskImage !== 'none'"
    assert matrix.evaluate("made => made.scrollWidth <= made.clientWidth")
    assert not matrix.evaluate(fades)
    matrix.evaluate("made => { made.style.width = '8rem' }")
    page.wait_for_function(fades, arg=matrix.element_handle())
    matrix.evaluate("made => { made.scrollLeft = made.scrollWidth }")
    page.wait_for_function(f"made => !({fades})(made)", arg=matrix.element_handle())


def test_everything_can_be_reached_with_the_keyboard(visit, made_up):
    page = visit(made_up).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the leaderboard"
    page.keyboard.press("Enter")
    page.get_by_label("Search").focus()
    page.keyboard.type("blocks=3")
    page.locator("#board tbody a").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Trial 2, rank 2").wait_for()


def ask_much(seen):
    """Asks the page for whatever can be asked, and scrolls to a chart."""
    page = seen.page
    page.get_by_label("compare trial 3", exact=True).check()
    page.get_by_label("compare trial 1", exact=True).check()
    page.locator("summary", has_text="Columns").click()
    page.get_by_label("fit.learning_rate").check()
    page.get_by_label("time", exact=True).uncheck()
    page.locator("summary", has_text="Columns").click()
    page.get_by_role("combobox", name="State").select_option("every state")
    page.get_by_role("combobox", name="Plugin").select_option(label="mfcc")
    page.get_by_role("searchbox").fill("blocks=3")
    seen.heading("accuracy").get_by_role("button").click()
    seen.heading("accuracy").get_by_role("button").click()
    page.get_by_text("The network, layer by layer").click()
    chart = page.locator("#figure-parallel")
    chart.evaluate("chart => scrollTo(0, chart.getBoundingClientRect().top + scrollY - 150)")
    chart.locator("svg").first.wait_for()


def seen_of(seen):
    """What a person sees of it."""
    page = seen.page
    return {
        "rows": seen.rows(),
        "heads": page.locator("#board thead th:not(.range)").all_inner_texts(),
        "sorted": seen.heading("accuracy").get_attribute("aria-sort"),
        "words": page.get_by_role("searchbox").input_value(),
        "state": page.get_by_role("combobox", name="State").input_value(),
        "plugin": page.get_by_role("combobox", name="Plugin").input_value(),
        "compared": page.locator("#compared").get_by_role("columnheader").all_inner_texts(),
        "unfolded": page.locator("details[open] > summary").all_inner_texts(),
        "chart": pytest.approx(page.locator("#figure-parallel").bounding_box()["y"], abs=2),
    }


def test_what_was_asked_of_a_page_outlives_its_being_loaded_anew(visit, made_up):
    seen = visit(made_up)
    ask_much(seen)
    before = seen_of(seen)
    assert before["rows"][-1] == 2
    assert before["compared"] == ["what", "Trial 3", "Trial 1"]
    seen.page.reload()
    seen.page.wait_for_function("scrollY > 0")
    assert seen_of(seen) == before


def test_a_watched_page_that_loads_itself_keeps_its_view_and_shows_what_is_new(visit, made_up):
    seen = visit(made_up, "#trial-1", refresh_s=3600)
    ask_much(seen)
    before = seen_of(seen)
    new = replace(made_up.results[5], trial=replace(made_up.results[5].trial, number=90))
    row = replace(made_up.board.rows[5], number=90, score=0.95)
    board = replace(made_up.board, rows=(row, *made_up.board.rows))
    page = report.to_html(replace(made_up, board=board, results=[new, *made_up.results]), refresh_s=3600)
    Path(seen.page.url.removeprefix("file://").removesuffix("#trial-1")).write_text(page, encoding="utf-8")
    with seen.page.expect_event("load"):
        seen.page.clock.fast_forward("01:00:00")
    seen.page.wait_for_function("scrollY > 0")
    assert seen_of(seen) == before | {"rows": [*before["rows"], 90]}
    assert seen.count().endswith("of 63 trials")


def test_a_link_to_a_trial_leads_there_whatever_was_looked_at_before(visit, made_up):
    seen = visit(made_up)
    address = seen.page.url
    ask_much(seen)
    seen.page.goto("about:blank")
    seen.page.goto(f"{address}#trial-7")
    seen.page.get_by_role("heading", name="Trial 7, rank 7").wait_for()
    assert seen.page.evaluate("document.activeElement.id") == "trial-title"
    assert seen.page.locator("#trial").bounding_box()["y"] == pytest.approx(0, abs=20)
