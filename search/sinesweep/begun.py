"""Begun: what a sweep was when its search began, or was extended last, as its events tell it.

`sweep.yaml` of a sweep's folder can be edited. Scores of before would stand beside those of another sweep then, so what
may not change is held against the events.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sinesweep.storage import study_name
from sinesweep.sweep import Sweep
from sinesweep.sweepfile import plain

SEARCHED = ("features", "architectures", "losses", "augmentations", "fit")
"""Sections that say what is searched; scores of trials inside and outside of them are scores of one test."""

HOW = ("search.sampler", "search.pruner", "search.startup_trials")
"""How it is searched; both may change when a sweep is extended."""

RESUMABLE = ("budget.", "finalists.", "workers.", "data.path")
"""Keys that may change when a sweep goes on, or their beginnings: how long, where, and where the sounds lie."""

ELSEWHERE = ("storage", "study", "enqueue")
"""Keys that say nothing of what trials come to: a database may move, and points that wait are in the study."""

SHOWN = 4
"""So many differences are told one by one."""


def changes(events: Path, sweep: Sweep) -> list[str]:
    """What a sweep says otherwise than the one that the events tell of: `split.valid was 0.25 and is 0.5`.

    Nothing where no events are, where they are damaged, and where another version of Sinesweep wrote what cannot be
    read any more.
    """
    begun = _begun(events, study_name(sweep))
    if begun is None:
        return []
    before, now = (settled(each) for each in (begun, sweep))
    return [
        f"{key} was {before.get(key, 'not there')} and is {now.get(key, 'not there')}"
        for key in dict.fromkeys([*before, *now])
        if before.get(key) != now.get(key)
    ]


def listed(changed: list[str]) -> str:
    """Differences as a part of a sentence."""
    further = f", and {len(changed) - SHOWN} more" if len(changed) > SHOWN else ""
    return f"{'; '.join(changed[:SHOWN])}{further}"


def settled(sweep: Sweep) -> dict[str, str]:
    """What may not change in a sweep that goes on, by dotted keys."""
    return {key: value for key, value in dotted(plain(sweep)) if not key.startswith((*RESUMABLE, *ELSEWHERE))}


def dotted(document: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """`{"fit": {"epochs": 3}}` → `("fit.epochs", "3")`; ranges and lists stay whole."""
    for key, value in document.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and value and not {"low", "high"} <= set(value):
            yield from dotted(value, f"{name}.")
        else:
            yield name, _told(value)


def _begun(events: Path, study: str) -> Sweep | None:
    """The sweep of a study; of the last one, where none has this name."""
    try:
        told = [_named(each) for each in _first_words(events)]
    except ValidationError:
        return None
    known = dict(told)  # of one name the last counts: the one before was cut off
    return known.get(study, told[-1][1] if told else None)


def _named(event: Mapping[str, Any]) -> tuple[str, Sweep]:
    """A sweep and the name of its study, of the event with which that begins."""
    if "begin" in event:
        sweep = Sweep.model_validate(event["begin"])
        return study_name(sweep), sweep
    return event["study"], Sweep.model_validate(event["extend"])


def _first_words(events: Path) -> Iterator[Mapping[str, Any]]:
    """The events with which studies begin."""
    if not events.exists():
        return
    with events.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            if line.startswith(('{"begin":', '{"extend":')) and line.endswith("\n"):
                try:
                    yield json.loads(line)
                except json.JSONDecodeError:  # who reads all events tells it
                    return


def _told(value: Any) -> str:
    if value is None:
        return "its defaults"
    if value == {} or value == []:
        return "none"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
