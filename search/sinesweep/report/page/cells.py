"""What the page's CSV button saves: the cells of leaderboard.csv, and those of trials that have no row in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sinesweep.report import comma
from sinesweep.report.page.embed import compact
from sinesweep.report.page.entries import Entry
from sinesweep.report.story import Story


def cells(story: Story, entries: Sequence[Entry]) -> list[Mapping[str, Any]]:
    """Every column as text, in its order: `{"name": …, "ranked": …, …}`, see `compact`.

    `ranked` says whether leaderboard.csv has it too; what it lacks is told of trials without a rank alone.
    """
    records = [comma.record(story.board, entry.row) if entry.row else _unranked(story, entry) for entry in entries]
    ranked = comma.names(story.board, [known for known, entry in zip(records, entries, strict=True) if entry.row])
    names = dict.fromkeys([*ranked, *(name for record in records for name in record)])
    return [
        {"name": name, "ranked": name in ranked, **compact([_text(record.get(name)) for record in records])}
        for name in names
    ]


def _unranked(story: Story, entry: Entry) -> comma.Record:
    known = story.diagnoses.get(entry.number)
    told = {"state": entry.ended, "diagnosis": known.kind if known else None}
    return told | dict(comma.measured(story.board, entry))


def _text(value: Any) -> str:
    return "" if value is None else str(value)
