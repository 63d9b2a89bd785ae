"""Failures: how many trials came to no score, by kind."""

from __future__ import annotations

from collections import Counter

from sinesweep.leaderboard import Leaderboard
from sinesweep.report.charts.chart import Chart, layer, layered, name, number
from sinesweep.report.mishaps import kind
from sinesweep.wording import many

NAME, SECTION, TITLE, ROW_PX = "failures", "The machine", "Trials without a score, by kind", 28


def mishaps(board: Leaderboard) -> Chart:
    """A bar a kind, the most frequent first."""
    counts = Counter[str]()
    for each in board.failures:
        counts[kind(each)] += each.count
    if not counts:
        return Chart(NAME, SECTION, TITLE, "No trial has failed.")
    bars = [{"kind": what.replace("_", " "), "count": count} for what, count in counts.most_common()]
    alt = "Bar chart of the trials without a score by kind of failure"
    y = name("kind", sort=[bar["kind"] for bar in bars], axis={"grid": False})
    x = number("count", None, scale={"zero": True}, axis=None)
    words = {"x": x, "y": y, "text": {"field": "count", "type": "quantitative"}}
    layers = [layer("bar", "fault", bars, {"x": x, "y": y}), layer("text", "words", bars, words, align="left", dx=5)]
    ended, lost = sum(board.counts.values()), sum(counts.values())
    kinds = ", ".join(f"{bar['count']:,} {bar['kind']}" for bar in bars)
    caption = f"{lost:,} of {many(max(ended, lost), 'trial')} came to no score: {kinds}."
    return Chart(NAME, SECTION, TITLE, caption, alt, layered(layers, alt, height=ROW_PX * len(bars) + 10))
