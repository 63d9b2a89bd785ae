"""Reports: the story of a sweep as one HTML page, its leaderboard as text, Markdown, CSV and JSON."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sinesweep.report.comma import to_csv
    from sinesweep.report.document import from_json, json_schema, to_json
    from sinesweep.report.html import to_html
    from sinesweep.report.markdown import to_markdown
    from sinesweep.report.text import to_text
    from sinesweep.report.writing import write, write_figures, write_tables

__all__ = [
    "from_json",
    "json_schema",
    "to_csv",
    "to_html",
    "to_json",
    "to_markdown",
    "to_text",
    "write",
    "write_figures",
    "write_tables",
]

_HOMES = {
    "from_json": "sinesweep.report.document",
    "json_schema": "sinesweep.report.document",
    "to_csv": "sinesweep.report.comma",
    "to_html": "sinesweep.report.html",
    "to_json": "sinesweep.report.document",
    "to_markdown": "sinesweep.report.markdown",
    "to_text": "sinesweep.report.text",
    "write": "sinesweep.report.writing",
    "write_figures": "sinesweep.report.writing",
    "write_tables": "sinesweep.report.writing",
}
"""Each form is imported when it is first used: who prints a leaderboard, or needs its words alone, draws no charts."""


def __getattr__(name: str) -> Any:
    """Imports a form of the report."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
