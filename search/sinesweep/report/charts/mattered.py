"""What mattered: how much of the differences between trials each setting explains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sinesweep.report.charts.chart import Chart, layer, layered, name, number, tooltip
from sinesweep.report.importance import Importance
from sinesweep.report.levels import FEWEST_TRIALS
from sinesweep.wording import many

NAME, SECTION, TITLE = "importance", "What mattered", "Importance of the settings"
MOST, ROW_PX = 16, 24


def mattered(found: Sequence[Importance], trials: int) -> Chart:
    """A bar a setting, the longest first; pale where it may be chance.

    Args:
        found: the most important first.
        trials: how many have a score.
    """
    judged = [each for each in found if each.share is not None]
    if not judged:
        return Chart(NAME, SECTION, TITLE, too_few(trials))
    shown = judged[:MOST]
    bars = [_bar(each) for each in shown]
    alt = "Bar chart of the share of the differences between trials that each setting explains"
    y = name("setting", sort=[bar["setting"] for bar in bars], axis={"labelLimit": 150, "grid": False})
    x = number("share", "variance in rank explained, %", scale={"zero": True, "domainMin": 0})
    tip = tooltip(("setting", "setting"), ("told", "explains"), ("trials", "trials"))
    layers = [
        layer("bar", style, kept, {"x": x, "y": y, **tip})
        for style, kept in (("bar", _those(bars, True)), ("pale", _those(bars, False)))
    ]
    words = {"x": x, "y": y, "text": {"field": "label", "type": "nominal"}}
    layers.append(layer("text", "words", bars, words, align="left", dx=5))
    spec = layered(layers, alt, height=ROW_PX * len(bars) + 10)
    return Chart(NAME, SECTION, TITLE, _caption(judged, len(found) - len(judged)), alt, spec)


def too_few(trials: int) -> str:
    """What is said where nothing can be."""
    if trials >= FEWEST_TRIALS:
        return f"No setting varies among the {trials} trials that have a score, or each too rarely to be judged."
    return f"Too few trials: settings are compared from {FEWEST_TRIALS} with a score on, and there are {trials}."


def _bar(each: Importance) -> dict[str, Any]:
    share = 100 * (each.share or 0.0)
    told = f"{share:.0f} %" + ("" if each.matters else ", which may be chance")
    return {
        "setting": each.factor.label,
        "share": round(share, 2),
        "trials": each.trials,
        "label": f"{share:.0f} % of {each.trials:,}",
        "told": told,
        "sure": each.matters,
    }


def _those(bars: Sequence[dict[str, Any]], sure: bool) -> list[dict[str, Any]]:
    return [bar for bar in bars if bar["sure"] is sure]


def _caption(judged: Sequence[Importance], few: int) -> str:
    sure = [each for each in judged if each.matters]
    parts = [explained(each) for each in sure[:3]]
    if len(parts) > 1:
        first = f"{parts[0]}; {', '.join(parts[1:])}"
    else:
        first = parts[0] if parts else "No setting explains more than chance might"
    pale = " Pale bars may be chance (Kruskal–Wallis test, Holm-corrected)." if len(sure) < len(judged) else ""
    left = f" {many(few, 'setting')} had too few trials to be judged." if few else ""
    return (
        f"{first}. Each setting is judged by itself, among the finished trials that have it; what the search tried"
        f" together can be mixed up.{pale}{left}"
    )


def explained(each: Importance) -> str:
    """`log_mel.n_mels explains 41 % of the variance in rank among 37 trials`."""
    share = f"{100 * (each.share or 0):.0f} %"
    return f"{each.factor.label} explains {share} of the variance in rank among {each.trials:,} trials"
