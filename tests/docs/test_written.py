"""The pages of docs/ that are written from the code are current, and those that list something list all of it."""

from __future__ import annotations

import re
import runpy
import tomllib
from pathlib import Path

import pytest

import sinesweep
import sinesweep_runner
from sinesweep import contract, testing
from sinesweep.report.mishaps import POLICIES
from sinesweep.trial import Cause

REPOSITORY = Path(__file__).resolve().parents[2]
DOCS = REPOSITORY / "docs"
PAGES = sorted(DOCS.rglob("*.md"))


def text_of(page):
    return (DOCS / page).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def writers():
    return runpy.run_path(str(DOCS / "generate.py"))


def test_the_page_of_keys_is_current(writers):
    assert text_of("keys.md") == writers["keys"](), "run: python docs/generate.py"


def test_the_page_of_commands_is_current(writers):
    assert text_of("commands.md") == writers["reference"](), "run: python docs/generate.py"


def test_the_page_of_the_leaderboards_keys_is_current(writers):
    assert text_of("leaderboard.md") == writers["leaderboard"](), "run: python docs/generate.py"


@pytest.mark.parametrize("page", ["keys.md", "leaderboard.md"])
def test_every_key_says_what_it_may_be_and_what_it_is(page):
    """Of all cells, that of the default alone may be empty."""
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in re.findall(r"^\| +\[?`.*$", text_of(page), re.M)]
    assert len(rows) > 50
    assert [row[0] for row in rows if not (row[1] and row[-1])] == []


def test_every_cause_of_a_failure_has_a_section_that_says_what_is_done_about_it():
    sections = dict(re.findall(r"^### (\w+)\n(.*?)(?=^#)", text_of("troubleshooting.md"), re.DOTALL | re.MULTILINE))
    assert sections.keys() == set(Cause)
    for cause in Cause:
        assert f"**What Sinesweep does:** {POLICIES[cause]}." in sections[cause]


@pytest.mark.parametrize(
    ("module", "left_out"),
    [
        (sinesweep, {"Shape"}),
        (contract, {"CONTRACT", "LABELS", "Shape"}),
        (testing, {"SUITES"}),
        (sinesweep_runner, set()),
    ],
)
def test_the_reference_has_every_public_name(module, left_out):
    told = {name.rpartition(".")[2] for page in PAGES for name in re.findall(r"^::: (\S+)", page.read_text(), re.M)}
    assert set(module.__all__) - left_out <= told


def test_the_site_leads_to_every_page():
    nav = (REPOSITORY / "mkdocs.yml").read_text(encoding="utf-8")
    assert {str(page.relative_to(DOCS)) for page in PAGES} == set(re.findall(r"- (\S+\.md)$", nav, re.MULTILINE))


def test_no_page_names_an_extra_that_there_is_not():
    extras = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = {extra for page in PAGES for extra in re.findall(r"sinesweep\[(\w+)\]", page.read_text(encoding="utf-8"))}
    assert named <= extras["optional-dependencies"].keys()
