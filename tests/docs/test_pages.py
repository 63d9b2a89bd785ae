"""What the pages of docs/ show works as it stands: every block of code is run, in the order of its page.

docs/plugins.md has tests of its own, in tests/test_docs.py. Commands that stand in a sentence are in test_commands.py.
"""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = sorted({str(file.relative_to(DOCS)) for file in DOCS.rglob("*.md")} - {"plugins.md"})
SLOW = {"from-keras-tuner.md", "from-optuna.md", "from-ray-tune.md"}
NOT_RUN = {"first-sweep.md": 1, "clusters.md": 3}
"""How many blocks of a page say that they are not run."""

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


@pytest.mark.parametrize(
    "page", [pytest.param(page, marks=[pytest.mark.slow] if page in SLOW else []) for page in PAGES]
)
def test_what_a_page_shows_works(page, read_page, follow):
    if not any(block.language != "text" for block in read_page(page)):
        return
    if page == "from-ray-tune.md" and importlib.util.find_spec("tensorboardX") is None:
        pytest.skip("Ray Tune cannot be imported: pip install 'ray[tune]'")
    follow(page)


@pytest.mark.parametrize("page", PAGES)
def test_a_block_that_is_not_run_says_so_and_there_are_few(page, read_page):
    blocks = read_page(page)
    assert {block.language for block in blocks} <= {"console", "python", "yaml", "text"}
    assert sum(block.not_run for block in blocks) == NOT_RUN.get(page, 0)
    assert len(blocks) == len(re.findall(r"^ *```\w", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES)
def test_a_program_that_a_page_shows_is_used_by_a_block_below_it(page, read_page):
    blocks = read_page(page)
    for number, block in enumerate(blocks):
        if block.file.endswith(".py"):
            assert any(Path(block.file).stem in below.text for below in blocks[number + 1 :])
