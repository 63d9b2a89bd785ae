"""The report as one page that holds all it needs: nothing is fetched, and everything that came from outside is escaped.

Without JavaScript its first screen, the first rows and the failures can be read. Its script knows all trials from JSON
in the page, and draws what a person asks for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sinesweep.report.charts import PAGE_CONFIG, Chart, charts, javascript
from sinesweep.report.page import board, closer, first, trials
from sinesweep.report.page.cells import cells
from sinesweep.report.page.columns import Column, columns, settings
from sinesweep.report.page.embed import block, own_script, own_style, policy, text
from sinesweep.report.page.entries import Entry, entries
from sinesweep.report.story import Story


def to_html(story: Story, refresh_s: int | None = None) -> str:
    """The whole page.

    Args:
        refresh_s: after so many seconds a browser loads it anew; None for a page that stays.
    """
    told = entries(story)
    table, pictures = columns(story, told), charts(story)
    script, library = own_script(), javascript() if any(chart.spec is not None for chart in pictures) else ""
    watched = "" if refresh_s is None else f' data-refresh-s="{refresh_s}"'
    again = "" if refresh_s is None else f'<noscript><meta http-equiv="refresh" content="{refresh_s}"></noscript>\n'
    name = text(story.board.header.name)
    page = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy([script, *([library] if library else [])])}">
{again}<title>{name} · Sinesweep</title>
<style>
{own_style()}</style>
</head>
<body{watched}>
<a class="skip" href="#leaderboard">Skip to the leaderboard</a>
<header>
{first.head(story)}
</header>
<main>
{first.outcome(story)}
{board.leaderboard(story.board, told, table)}
<section id="trial" aria-labelledby="trial-title" hidden></section>
{_charts(pictures)}
{board.failures(story.board)}
</main>
<footer>
{first.foot(story.board)}
</footer>
{chr(10).join(_data(story, told, table, pictures, library))}
<script>{script}</script>
</body>
</html>
"""
    # A file's name may hold bytes that are no text.
    return page.encode(errors="replace").decode()


def _data(
    story: Story, told: Sequence[Entry], table: Sequence[Column], pictures: Sequence[Chart], library: str
) -> Iterator[str]:
    """What the script reads when it is asked for."""
    yield block("trials", trials.table(story, told, table, settings(told)))
    yield block("cells", cells(story, told))
    yield from (block(f"closer-{number}", closer.closer(story, number)) for number in closer.looked_at(story))
    yield from (block(f"chart-{chart.name}", chart.spec) for chart in pictures if chart.spec is not None)
    if library:
        yield block("charts-config", PAGE_CONFIG)
        yield block("charts-library", library)


def _charts(pictures: Sequence[Chart]) -> str:
    sections = dict.fromkeys(chart.section for chart in pictures)
    return "\n".join(
        f'<section class="pictures"><h2>{text(section)}</h2>\n<div class="charts">'
        f"{''.join(_figure(chart) for chart in pictures if chart.section == section)}</div></section>"
        for section in sections
    )


def _figure(chart: Chart) -> str:
    place = (
        f'<div class="chart" data-chart="chart-{chart.name}" role="img" aria-label="{text(chart.alt)}"></div>'
        if chart.spec is not None
        else ""
    )
    return (
        f'<figure id="figure-{chart.name}"><figcaption><b>{text(chart.title)}.</b> {text(chart.caption)}</figcaption>'
        f"{place}</figure>"
    )
