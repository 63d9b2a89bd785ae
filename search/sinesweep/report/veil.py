"""The veil: a report is shown to others, so it names no folder of the person who ran the sweep."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from sinesweep.report.story import Mistake, Story
from sinesweep.trial import Result

FOLDERS = re.compile(r"(?<![\w./:~\\-])/(?:[^\s/'\",;:<>()]+/)+")
"""The folders before a file's name; an address such as https://… is none."""

Telling: TypeAlias = Callable[[str], str]


def veiled(story: Story, folders: Sequence[str] = ()) -> Story:
    """The same story in which a path has lost the folders before its last name.

    Args:
        folders: paths below these are told relative to them.
    """
    roots = [f"{folder.rstrip('/')}/" for folder in sorted(folders, key=len, reverse=True)]

    def text(told: str) -> str:
        for root in roots:
            told = told.replace(root, "")
        return FOLDERS.sub("…/", told)

    board = story.board
    return replace(
        story,
        board=replace(
            board,
            rows=tuple(replace(row, config=_within(row.config, text)) for row in board.rows),
            baseline=board.baseline and replace(board.baseline, config=_within(board.baseline.config, text)),
            failures=tuple(replace(e, cause=text(e.cause), example=text(e.example)) for e in board.failures),
        ),
        results=[_result(result, text) for result in story.results],
        mistakes={n: [_mistake(each, text) for each in these] for n, these in story.mistakes.items()},
        summaries={number: text(summary) for number, summary in story.summaries.items()},
        missing=[text(why) for why in story.missing],
    )


def _result(result: Result, telling: Telling) -> Result:
    trial = replace(result.trial, config=_within(result.trial.config, telling))
    failure = result.failure and replace(result.failure, message=telling(result.failure.message), detail="")
    return replace(result, trial=trial, failure=failure)


def _mistake(mistake: Mistake, telling: Telling) -> Mistake:
    """With no more of the clip's path than its folder, in which others may tell whose or what it is."""
    clip = mistake.clip if not mistake.clip.startswith("/") else "/".join(mistake.clip.split("/")[-2:])
    return replace(mistake, clip=clip, note=telling(mistake.note))


def _within(value: Any, telling: Telling) -> Any:
    """Plain data with every text told so."""
    if isinstance(value, str):
        return telling(value) if "/" in value else value
    if isinstance(value, Mapping):
        return {key: _within(each, telling) for key, each in value.items()}
    return [_within(each, telling) for each in value] if isinstance(value, list | tuple) else value
