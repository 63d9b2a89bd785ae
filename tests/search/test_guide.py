"""docs/reports.md describes what a report has: every section of charts, every column of the CSV."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from sinesweep.exports import Export
from sinesweep.report import to_csv
from sinesweep.report.charts import charts
from sinesweep.report.short import flat
from sinesweep.report.story import Story

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reports.md").read_text(encoding="utf-8")
EXPORT = Export("litert", "exports/litert", "ai-edge-litert", 1000, 0.5, 1, 2000, 1000, "noise", 0.0, None, {}, {})


def test_every_section_of_charts_is_described_with_the_titles_that_never_change(sweep_of):
    found = charts(Story(sweep_of([2.0 + number / 10 for number in range(12)]).board()))
    sections = dict(re.findall(r"^### ([^\n]+)\n(.*?)(?=^##)", PAGE, re.DOTALL | re.MULTILINE))
    assert {chart.section for chart in found} < sections.keys()
    for chart in found:
        if chart.spec is None or chart.name in {"progress", "learning", "losses", "importance", "parallel"}:
            assert f"*{chart.title}*" in sections[chart.section]


def test_every_column_of_the_csv_is_described(final):
    board = final([1.2, 1.0, 1.1], [2.5, 2.4, 2.6]).board()
    first, *others = board.rows
    costs = {"multiply_adds": 10.0, "model_bytes": 4.0, "latency_ms": 0.1}
    board = replace(board, rows=(replace(first, exports=(EXPORT,), costs=costs), *others))
    columns = to_csv(board).splitlines()[0].split(",")
    described = re.findall(r"`([^`]+)`", PAGE.partition("| Column | is |")[2].partition("```")[0])
    settings = {name for row in (*board.rows, board.baseline) for name in flat(row.config)}
    assert {_kind(name) for name in columns if name not in settings} <= {_kind(name) for name in described}
    assert set(described) - {*columns, *settings} == {"yes", "no"}


def _kind(column):
    """Of folds and metrics there are as many as the sweep has."""
    return re.sub(r"(?<=^fold_).*|(?<=^metric\.).*", "…", column)
