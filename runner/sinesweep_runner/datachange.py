"""Data change: what is otherwise in a data set than it was when a sweep began, in words."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from sinesweep.wording import many

SHOWN = 3
"""So many clips are named."""

Facts = Mapping[str, Any]
"""What `split.json` says."""


def change(before: Facts, now: Facts) -> str:
    """What differs, of two that do: clips that are gone or new, what they are, their groups, or how they are split."""
    old, new = _clips(before), _clips(now)
    gone, added = [name for name in old if name not in new], [name for name in new if name not in old]
    both = [name for name in old if name in new]
    other = [name for name in both if _answer(old[name]) != _answer(new[name])]
    moved = [name for name in both if old[name]["group"] != new[name]["group"]]
    told = [
        _told(gone, "missing"),
        _told(added, "new"),
        _told(other, "labelled otherwise"),
        _told(moved, "in another group"),
    ]
    return "; ".join(filter(None, told)) or "the same clips stand in another order, or in other parts of the split"


def _clips(facts: Facts) -> dict[str, Facts]:
    """The clips by their paths in the folder that holds all of them, and by their beginnings."""
    clips = facts["clips"]
    paths = [clip["path"] for clip in clips]
    home = os.path.commonpath([os.path.dirname(path) for path in paths]) if all(map(os.path.isabs, paths)) else ""  # noqa: PTH120
    return {_name(clip, home): clip for clip in clips}


def _name(clip: Facts, home: str) -> str:
    path = os.path.relpath(clip["path"], home) if home else clip["path"]
    return f"{path} from {clip['start_s']:g} s" if clip.get("start_s") else path


def _answer(clip: Facts) -> list[Any]:
    return [clip.get(key) for key in ("label", "labels", "value")]


def _told(names: Iterable[str], how: str) -> str:
    """`2 clips are missing (a.wav, b.wav)`."""
    listed = list(names)
    if not listed:
        return ""
    further = ", …" if len(listed) > SHOWN else ""
    verb = "is" if len(listed) == 1 else "are"
    return f"{many(len(listed), 'clip')} {verb} {how} ({', '.join(listed[:SHOWN])}{further})"
