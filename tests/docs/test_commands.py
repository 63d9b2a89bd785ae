"""Every command that docs/ and the README show could be typed: there are such commands, options and values.

Blocks of the pages are run, in test_pages.py; here are those that stand in a sentence, and those that no test runs.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from sinesweep import registry
from sinesweep_runner.cli import commands

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = [*sorted((REPOSITORY / "docs").rglob("*.md")), REPOSITORY / "README.md"]
FENCED = re.compile(r"^ *```.*?^ *```", re.DOTALL | re.MULTILINE)

FILLED_IN = {"N": "7", "NUMBER": "7", "KIND": "features", "COMMAND": "run"}
"""What a reader puts in the place of a word that is no text; `…` is left out."""

UsageError = typer.BadParameter.__base__
"""Of Click, or of the Click that Typer has inside."""


def shown_in(page: Path) -> list[str]:
    """The commands of a page, those of its blocks first."""
    text = page.read_text(encoding="utf-8")
    in_blocks = [line for block in FENCED.findall(text) for line in re.findall(r"^ *\$ (sinesweep .*)$", block, re.M)]
    in_sentences = re.findall(r"`(sinesweep [^`]+)`", FENCED.sub("", text))
    return [" ".join(each.split()) for each in (*in_blocks, *in_sentences)]


def check(text: str) -> None:
    """Raises UsageError where a command would be refused before it does anything; what is left out may be."""
    words = [FILLED_IN.get(word, word) for word in shlex.split(text, comments=True)[1:] if word != "…"]
    tree = typer.main.get_command(commands)
    _disarm(tree)
    try:
        tree.main(words, prog_name="sinesweep", standalone_mode=False)
    except UsageError as reason:
        if type(reason).__name__ != "MissingParameter":
            raise


def _disarm(command: Any) -> None:
    """Lets a command do nothing, nor any below it, but for a look whether there is such a kind of plugins."""
    command.callback = _check_kind
    for each in getattr(command, "commands", {}).values():
        _disarm(each)


def _check_kind(kind: str | None = None, **given: Any) -> None:
    if kind is not None and kind not in registry.KINDS:
        raise UsageError(f"no such kind of plugins, and no such command: {kind}")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_every_command_that_is_shown_is_one(page):
    for command in shown_in(page):
        try:
            check(command)
        except UsageError as reason:
            pytest.fail(f"{page.name} shows `{command}`: {reason.format_message()}")


def test_there_are_such_commands_in_sentences():
    assert sum(len(shown_in(page)) for page in PAGES) > 100


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("sinesweep reprot FOLDER", "No such command 'reprot'"),
        ("sinesweep report FOLDER --whatch", "No such option: --whatch"),
        ("sinesweep data fecth esc50", "No such command 'fecth'"),
        ("sinesweep plugins shwo log_mel", "no such command: shwo"),
        ("sinesweep runs FOLDER --to wandb", "'wandb' is not one of"),
        ("sinesweep trial FOLDER seven", "Invalid value for 'number'"),
        ("sinesweep status FOLDER 7", "unexpected extra argument"),
        ("sinesweep runs FOLDER --to", "requires an argument"),
    ],
)
def test_a_command_that_there_is_not_is_found(command, reason):
    with pytest.raises(UsageError) as raised:
        check(command)
    assert reason in raised.value.format_message()
