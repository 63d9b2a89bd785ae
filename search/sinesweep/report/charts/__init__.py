"""Charts: the pictures of a report, declared as Vega-Lite, for the page and for files.

A chart draws in a page with `vegaEmbed(element, chart.spec, {config: PAGE_CONFIG, ast: true, renderer: "svg",
actions: false})`, where `javascript()` stands in a `<script>`; its colours are the page's CSS variables.
"""

from __future__ import annotations

from sinesweep.report.charts.chart import Chart as Chart
from sinesweep.report.charts.effects import effects
from sinesweep.report.charts.files import javascript as javascript
from sinesweep.report.charts.files import write_figures as write_figures
from sinesweep.report.charts.interplay import interplay
from sinesweep.report.charts.learning import learning, losses
from sinesweep.report.charts.mattered import mattered
from sinesweep.report.charts.mishaps import mishaps
from sinesweep.report.charts.parallel import parallel
from sinesweep.report.charts.pareto import fronts
from sinesweep.report.charts.progress import progress
from sinesweep.report.charts.theme import PAGE_CONFIG as PAGE_CONFIG
from sinesweep.report.charts.workers import workers
from sinesweep.report.importance import importances
from sinesweep.report.story import Story


def charts(story: Story) -> tuple[Chart, ...]:
    """All pictures of a report, in the order in which they are told."""
    board = story.board
    found = importances([row.config for row in board.rows], [board.metric.goodness(row.score) for row in board.rows])
    return (
        progress(board, story.results, story.stretches),
        learning(board),
        losses(board, story.results),
        mattered(found, len(board.rows)),
        parallel(board, found),
        *effects(board, found),
        *interplay(board, found),
        *fronts(board),
        workers(story.stretches),
        mishaps(board),
    )
