"""Workers: who trained what and when, and the gaps in which they had nothing to do."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from sinesweep.report.charts.chart import Chart, layer, layered, name, number, tooltip
from sinesweep.report.charts.clock import Clock, Stint, stints
from sinesweep.trial import Result, State
from sinesweep.wording import duration, many

NAME, SECTION, TITLE = "workers", "The machine", "Time line of the workers"
TALLEST_PX, ROW_PX, THINNEST_PX = 480, 30, 6
FINEST, MOST_BARS = 400, 1500
"""What is shorter than this part of the time line is not seen, and of many workers even less: short trials side by side
are one bar there, and gaps between them none."""

STYLES = {State.COMPLETE: "bar", State.FAILED: "fault"}


def workers(stretches: Sequence[Result]) -> Chart:
    """A row a worker, a bar a stretch of a trial."""
    known = stints(stretches)
    if not known:
        text = "When which worker trained is not known: no trial was trained, or an older version did not note it."
        return Chart(NAME, SECTION, TITLE, text)
    clock = Clock(known)
    rows: dict[int, list[Stint]] = {worker: [] for worker in sorted({stint.worker for stint in known})}
    for stint in known:
        rows[stint.worker].append(stint)
    unit, axis = clock.unit
    finest = clock.total / unit * max(1 / FINEST, len(rows) / MOST_BARS)
    bars = [bar for own in rows.values() for bar in _bars(own, clock, unit, finest)]
    alt = "Time line with a row for each worker and a bar for each trial; gaps are idle time"
    x = number("from", axis, axis={"grid": False}, scale={"nice": False, "zero": True})
    y = name("worker", sort=[_title(worker) for worker in rows], axis={"grid": False})
    tip = tooltip(("first", "first trial"), ("count", "trials"), ("state", "it ended"), ("took", "took"))
    encoding = {"x": x, "x2": {"field": "to"}, "y": y, **tip}
    layers = [
        layer("bar", style, [bar for bar in bars if bar["style"] == style], encoding)
        for style in ("bar", "pale", "fault")
    ]
    spec = layered(layers, alt, height=_height(len(rows)))
    return Chart(NAME, SECTION, TITLE, _told(list(rows.values()), clock), alt, spec)


def _bars(own: Sequence[Stint], clock: Clock, unit: float, finest: float) -> list[dict[str, Any]]:
    """Those of one worker, in units of the axis; neighbours that no eye could tell apart are one, like the first."""
    bars: list[dict[str, Any]] = []
    for stint in own:
        begin, end = clock.at(stint.began) / unit, clock.at(stint.ended) / unit
        style, last = STYLES.get(stint.result.state, "pale"), bars[-1] if bars else None
        if last and begin - last["to"] < finest and end - last["from"] < 2 * finest:
            last |= {"to": end, "count": last["count"] + 1}
        else:
            told = {"first": stint.result.trial.number, "count": 1, "state": str(stint.result.state)}
            bars.append({"from": begin, "to": end, "style": style, "worker": _title(stint.worker), **told})
    for bar in bars:
        bar["took"] = duration(unit * (bar["to"] - bar["from"]))
        bar |= {"from": round(bar["from"], 4), "to": round(bar["to"], 4)}
    return bars


def _height(workers: int) -> int:
    return workers * max(THINNEST_PX, min(ROW_PX, TALLEST_PX // workers)) + 10


def _title(worker: int) -> str:
    return f"worker {worker}"


def _gap(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else duration(seconds)


def _told(rows: Sequence[Sequence[Stint]], clock: Clock) -> str:
    busy = sum(clock.at(stint.ended) - clock.at(stint.began) for own in rows for stint in own)
    share = 100 * busy / (len(rows) * clock.total) if clock.total else 100.0
    gaps = [
        (clock.at(later.began) - clock.at(earlier.ended), earlier, later)
        for own in rows
        for earlier, later in pairwise(own)
    ]
    text = f"{many(len(rows), 'worker')} trained {share:.0f} % of {duration(clock.total)}."
    if gaps:
        gap, earlier, later = max(gaps, key=lambda each: each[0])
        between = f"trials {earlier.result.trial.number} and {later.result.trial.number}"
        text += f" The longest gap of one was {_gap(gap)}, between {between}."
    rest, last = max(((clock.total - clock.at(own[-1].ended), own[-1]) for own in rows), key=lambda each: each[0])
    if rest >= 1:
        text += (
            f" The first to be done had nothing more to do for {_gap(rest)}, after trial {last.result.trial.number}."
        )
    if clock.pauses:
        text += f" {many(clock.pauses, 'pause')} of the whole sweep {'is' if clock.pauses == 1 else 'are'} left out."
    return f"{text} Strong bars ended with a score, pale ones early, red ones in a failure."
