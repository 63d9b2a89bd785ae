"""The leaderboard of the page: its first rows as they stand there without any script, and what surrounds them."""

from __future__ import annotations

from collections.abc import Sequence

from sinesweep.leaderboard import Leaderboard
from sinesweep.report import words
from sinesweep.report.mishaps import kind, mended, policy
from sinesweep.report.notes import notes
from sinesweep.report.page.columns import Column, ranked_afresh
from sinesweep.report.page.embed import text
from sinesweep.report.page.entries import Entry
from sinesweep.report.page.scale import Scale

TOP = 20
"""So many rows stand in the page itself; its script draws the others."""


def leaderboard(board: Leaderboard, entries: Sequence[Entry], columns: Sequence[Column]) -> str:
    """The heading, the controls of the script, the first rows and the notes; empty where no trial has ended."""
    if not entries:
        return ""
    told = "".join(f"<li>{text(note)}</li>" for note in notes(board))
    return f"""<section id="leaderboard" aria-labelledby="leaderboard-title">
<h2 id="leaderboard-title" tabindex="-1">Leaderboard</h2>
<p class="soft">{_legend(board)}</p>
<div id="controls" class="controls" hidden></div>
{_table(board, entries, columns)}
<nav id="pager" class="pager" aria-label="Pages of the leaderboard" hidden></nav>
{_without_script(entries)}
<ul class="notes soft">{told}</ul>
</section>
<section id="compared" aria-labelledby="compared-title" hidden></section>"""


def failures(board: Leaderboard) -> str:
    """How the trials ended, and what went wrong kind by kind."""
    rows = "".join(
        f"<tr><td>{each.count}</td>"
        f'<th scope="row" class="words">{text(kind(each))}</th>'
        f'<td class="words"><a href="#trial-{each.trial}">trial {each.trial}</a>: {text(each.example)}</td>'
        f'<td class="words soft">{text(policy(each))}</td></tr>'
        for each in board.failures
    )
    heads = "".join(f'<th scope="col" class="words">{title}</th>' for title in ("kind", "for one", "what was done"))
    table = (
        f'<div class="scroll" tabindex="0" role="region" aria-label="Failures by kind"><table class="failures"><thead>'
        f'<tr><th scope="col">trials</th>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'
    )
    told = " ".join(filter(None, (words.counts(board) + ".", mended(board))))
    return (
        f'<section id="ends" aria-labelledby="ends-title"><h2 id="ends-title">How trials ended</h2>\n'
        f'<p class="soft">{text(told)}</p>\n{table if rows else ""}</section>'
    )


def _legend(board: Leaderboard) -> str:
    title = words.title(board.metric.name)
    dashed = "; the dashed line is the baseline" if board.baseline else ""
    fronts = "; ◆ the Pareto front" if board.header.objectives else ""
    afresh = (
        f" Finalists rank by their fresh seeds, not by their {title} in the search." if ranked_afresh(board) else ""
    )
    return (
        f"A bar is the 95 % interval{dashed}; with ‹ or › the score lies beyond the axis. ≈ marks what the data cannot"
        f" tell from the best{fronts}.{afresh}"
    )


def _table(board: Leaderboard, entries: Sequence[Entry], columns: Sequence[Column]) -> str:
    usual = [column for column in columns if column.usual]
    last = len(entries) - 1 if entries[-1].baseline else None
    ranked = [place for place, entry in enumerate(entries) if entry.row and not entry.baseline][:TOP]
    scale = Scale.of(board)
    line = "" if board.baseline is None else f"{scale.at(board.baseline.score)}"
    heads = "".join(_heading(board, column, scale) for column in usual)
    rows = "\n".join(_row(usual, entries[place], place, line) for place in ranked)
    foot = "" if last is None else _row(usual, entries[last], last, line)
    return f"""<div class="scroll" tabindex="0" role="region" aria-label="Table of trials">
<table class="board" id="board" data-line="{line}">
<thead><tr>{heads}</tr></thead>
<tbody>
{rows}
</tbody>
<tfoot>{foot}</tfoot>
</table></div>"""


def _heading(board: Leaderboard, column: Column, scale: Scale) -> str:
    if column.kind != "range":
        return f'<th scope="col" class="{_kind(column)}">{text(column.title)}</th>'
    ends = "".join(f"<span>{text(board.metric.show(end))}</span>" for end in (scale.low, scale.high))
    return f'<th scope="col" class="range"><span class="ends">{ends}</span></th>'


def _row(usual: Sequence[Column], entry: Entry, place: int, line: str) -> str:
    cells = "".join(_cell(column, entry, place, line) for column in usual)
    best = entry.row is not None and entry.row.rank == 1
    return f"<tr{' class=best' if best else ''}>{cells}</tr>"


def _cell(column: Column, entry: Entry, place: int, line: str) -> str:
    if column.kind == "range":
        return f'<td class="range">{_track(column.values[place], line)}</td>'
    told = text(column.text(place))
    if column.name == "trial":
        told = f'<a href="#trial-{entry.number}">{told}</a>'
    return f'<td class="{_kind(column)}" data-title="{text(column.title)}">{told}</td>'


def _kind(column: Column) -> str:
    """The classes of a column's cells; those of settings and metrics have no style of their own."""
    return f"{column.kind} {column.name.replace('.', '-')}{' ranks' if column.ranks else ''}"


def _track(place: tuple[float, float, float | None] | None, line: str) -> str:
    if place is None:
        return ""
    left, width, dot = place
    base = f'<i class="base" style="left:{line}%"></i>' if line else ""
    point = "" if dot is None else f'<i class="dot" style="left:{dot}%"></i>'
    kind = "bar" if dot is not None else "bar cut" if left == 0 else "bar cut high"
    return f'<span class="track">{base}<i class="{kind}" style="left:{left}%;width:{width}%"></i>{point}</span>'


def _without_script(entries: Sequence[Entry]) -> str:
    ranked = sum(entry.row is not None and not entry.baseline for entry in entries)
    if ranked <= TOP:
        return ""
    return (
        f'<p id="without-script">These are the first {TOP} of {ranked:,}; with JavaScript this page shows all, and'
        " leaderboard.csv beside it has them too.</p>"
    )
