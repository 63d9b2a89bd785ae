"""The leaderboard as one self-contained page: nothing is fetched, and everything that came from outside is escaped."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from importlib.resources import files

from sinesweep.leaderboard import Leaderboard, Row
from sinesweep.report import words
from sinesweep.report.figures import best_so_far, learning_curve
from sinesweep.report.short import lines, short, varying
from sinesweep.trial import State
from sinesweep.wording import duration

SETTINGS = 2
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def to_html(board: Leaderboard) -> str:
    """The whole page."""
    name = _text(board.header.name)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<title>{name} · Sinesweep</title>
<style>
{_own("page.css")}</style>
</head>
<body>
<header>
<h1>{name}</h1>
<p class="soft">{_text(words.asked(board))}</p>
<p class="soft">{_text(board.header.how)}</p>
</header>
<main>
<p class="verdict">{_text(words.verdict(board))}</p>
{"" if board.test is None else f'<p class="verdict">Test: {_text(words.final(board))}</p>'}
{_figures(board)}
{_leaderboard(board)}
{_charts(board)}
{_failures(board)}
</main>
<footer>
{_classes(board)}
<p>{_text(" · ".join(f"{package} {version}" for package, version in board.header.versions.items()))}</p>
</footer>
<script>
{_own("page.js")}</script>
</body>
</html>
"""


def _classes(board: Leaderboard) -> str:
    names, word = board.header.classes, words.label_word(board.header.task)
    plural = {"class": "Classes", "label": "Labels"}[word]
    return f"<p>{plural}: {_text(', '.join(names))}</p>" if names else ""


def _text(text: str) -> str:
    """Text that stays text, its numbers on one line with their units."""
    return re.sub(r"(?<=\d) (?=%|(?:h|s|ms|min|points)\b)", "\u00a0", escape(text))


def _own(name: str) -> str:
    return files("sinesweep.report").joinpath(name).read_text(encoding="utf-8")


def _figures(board: Leaderboard) -> str:
    """The three numbers that count."""
    metric, test = board.metric, board.test
    figures = []
    for label, row in (("Validation, best trial", board.best), ("Validation, baseline", board.baseline)):
        if row is not None:
            figures.append(_figure(label, metric.show(row.score), words.spread(metric, row.interval)))
    if test is None:
        figures.append(_figure("Test", "sealed", "not opened yet", "sealed"))
    else:
        figures.append(
            _figure(f"Test, trial {test.trial}", metric.show(test.score), words.spread(metric, test.interval))
        )
        if test.baseline is not None:
            figures.append(_figure("Test, baseline", metric.show(test.baseline), ""))
    return f'<dl class="figures">{"".join(figures)}</dl>'


def _figure(label: str, value: str, below: str, kind: str = "") -> str:
    return (
        f'<div><dt>{_text(label)}</dt><dd><strong class="{kind}">{_text(value)}</strong>'
        f"<small>{_text(below)}</small></dd></div>"
    )


def _leaderboard(board: Leaderboard) -> str:
    if not board.rows and board.baseline is None:
        return ""
    scale, shown = Scale.of(board), varying([row.config for row in board.rows])
    rows = "\n".join(_row(board, row, scale, short(row.config, shown, SETTINGS)) for row in board.rows)
    base = board.baseline
    foot = "" if base is None else _row(board, base, scale, f"baseline: {words.baseline_name(base)}")
    dashed = "; the dashed line is the baseline" if base else ""
    notes = "".join(f"<li>{_text(note)}</li>" for note in words.notes(board))
    return f"""<h2>Leaderboard</h2>
<p class="soft">A bar is the 95 % interval{dashed}. ≈ marks what the data cannot tell from the best.
A configuration opens to all its settings.</p>
<table class="board">
<thead><tr>{_headings(board, scale)}</tr></thead>
<tbody>
{rows}
</tbody>
<tfoot>{foot}</tfoot>
</table>
<ul class="notes soft">{notes}</ul>"""


def _headings(board: Leaderboard, scale: Scale) -> str:
    ends = "".join(f"<span>{_text(board.metric.show(end))}</span>" for end in (scale.low, scale.high))
    sortable = (("rank", "rank"), ("trial", "trial"), ("score", words.title(board.metric.name)))
    later = (("parameters", "parameters"), ("seconds", "time"))
    return "".join(
        [
            *(_heading(kind, text) for kind, text in sortable),
            '<th class="around">95 % interval</th>',
            f'<th class="range"><span class="ends">{ends}</span></th>',
            '<th class="folds">folds</th>',
            *(_heading(kind, text) for kind, text in later),
            '<th class="words">configuration</th>',
        ]
    )


def _heading(kind: str, text: str) -> str:
    return f'<th class="{kind}"><button type="button">{_text(text)}</button></th>'


def _row(board: Leaderboard, row: Row, scale: Scale, what: str) -> str:
    metric = board.metric
    tie = f'<span class="tie">{"≈" if row.tied else ""}</span>'
    cells = [
        f'<td class="rank" data-value="{row.rank or 0}">{row.rank or ""} {tie}</td>',
        f'<td class="trial" data-value="{row.number}">{row.number}</td>',
        f'<td class="score" data-value="{row.score}">{metric.show(row.score)}</td>',
        f'<td class="around">{words.spread(metric, row.interval)}</td>',
        f'<td class="range">{scale.track(row)}</td>',
        f'<td class="folds">{words.folds(metric, row) if len(row.folds) > 1 else ""}</td>',
        f'<td class="parameters" data-value="{row.parameters}">{words.number(row.parameters)}</td>'
        if row.parameters
        else '<td class="parameters" data-value="0"></td>',
        f'<td class="seconds" data-value="{row.seconds}">{duration(row.seconds)}</td>',
        f'<td class="words">{_details(board, row, what)}</td>',
    ]
    return f"<tr{' class=best' if row is board.best else ''}>{''.join(cells)}</tr>"


def _details(board: Leaderboard, row: Row, what: str) -> str:
    metric = board.metric
    facts = [
        f"95 % interval {words.spread(metric, row.interval)}" if row.interval else "",
        f"folds {words.folds(metric, row)}" if len(row.folds) > 1 else "",
        f"{words.number(row.parameters)} parameters" if row.parameters else "",
        f"{duration(row.seconds)}{' on ' if row.device else ''}{row.device}",
        *(f"{words.title(name)} {value:.4f}" for name, value in row.metrics.items()),
    ]
    return (
        f"<details><summary>{_text(what)}</summary><div>{_text(' · '.join(filter(None, facts)))}"
        f"<pre>{escape(lines(row.config))}</pre></div></details>"
    )


def _charts(board: Leaderboard) -> str:
    best = best_so_far(board)
    curve = learning_curve(board)
    name = _text(words.title(board.metric.name))
    figures = []
    if best:
        dashed = "; dashed: the baseline" if board.baseline else ""
        figures.append(f"<figure><figcaption><b>The search.</b> Best {name} so far{dashed}</figcaption>{best}</figure>")
    if curve and board.best:
        folds = ", a line a fold" if len(board.best.curves) > 1 else ""
        text = f"<b>Trial {board.best.number} learning.</b> Validation {name} by epoch{folds}"
        figures.append(f"<figure><figcaption>{text}</figcaption>{curve}</figure>")
    return f'<div class="charts">{"".join(figures)}</div>' if figures else ""


def _failures(board: Leaderboard) -> str:
    rows = "".join(
        f"<tr><td>{each.count}</td>"
        f'<td class="words">{"infeasible" if each.state is State.INFEASIBLE else _text(each.cause)}</td>'
        f'<td class="words">trial {each.trial}: {_text(each.example)}</td></tr>'
        for each in board.failures
    )
    table = f'<table class="failures"><tbody>{rows}</tbody></table>' if rows else ""
    return f'<h2>Trials</h2>\n<p class="soft">{_text(words.counts(board))}</p>\n{table}'


@dataclass(frozen=True)
class Scale:
    """The common axis of all intervals, with the baseline's score on it."""

    low: float
    high: float
    baseline: float | None

    @classmethod
    def of(cls, board: Leaderboard) -> Scale:
        """As wide as the intervals of the better half and of the baseline: the lost ones would squeeze the rest."""
        rows = [*board.rows[: max(len(board.rows) // 2, 5)], *([board.baseline] if board.baseline else [])]
        ends = [end for row in rows for end in (row.interval or (row.score, row.score))]
        return cls(min(ends), max(ends), board.baseline.score if board.baseline else None)

    def track(self, row: Row) -> str:
        """A dot at the score, a bar over its interval, a line at the baseline."""
        low, high = row.interval or (row.score, row.score)
        base = "" if self.baseline is None else f'<i class="base" style="left:{self._at(self.baseline):.1f}%"></i>'
        bar = f'<i class="bar" style="left:{self._at(low):.1f}%;width:{self._at(high) - self._at(low):.1f}%"></i>'
        dot = f'<i class="dot" style="left:{self._at(row.score):.1f}%"></i>'
        return f'<span class="track">{base}{bar}{dot if self.low <= row.score <= self.high else ""}</span>'

    def _at(self, value: float) -> float:
        """The place on the axis in per cent; what lies outside is cut at its end."""
        return 100 * (min(max(value, self.low), self.high) - self.low) / ((self.high - self.low) or 1)
