"""Themes: what the styles of the charts look like: in the page as its CSS decides, in files as on a light page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LIGHT = {
    "paper": "#fdfdfc",
    "ink": "#1d2023",
    "soft": "#646a70",
    "hair": "#e3e4e2",
    "mark": "#1f6488",
    "range": "#a9c6d6",
    "fault": "#b3542d",
}
"""Background, text, quiet text, hairlines, what counts, the rest, what went wrong: the page's CSS variables."""

FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif'
"""The page's own, by name, because Vega measures its labels before it draws them."""

PAGE = {role: f"var(--{role}, {colour})" for role, colour in LIGHT.items()}


def config(colours: Mapping[str, str], font: str, ground: str) -> dict[str, Any]:
    """A Vega-Lite configuration in these colours, on a ground that need not be the paper itself."""
    soft = colours["soft"]
    return {
        "background": ground,
        "font": font,
        "aria": False,  # a reader would step through thousands of dots; the caption says what they show
        "view": {"stroke": None},
        "title": {"color": colours["ink"], "fontSize": 14, "anchor": "start", "offset": 10},
        "axis": {
            "labelColor": soft,
            "titleColor": soft,
            "titleFontWeight": "normal",
            "titleFontSize": 12,
            "labelFontSize": 12,
            "gridColor": colours["hair"],
            "domain": False,
            "ticks": False,
            "labelPadding": 6,
            "titlePadding": 8,
            "labelOverlap": True,
            "tickCount": 6,
            "labelLimit": 190,
        },
        "style": _styles(colours),
    }


def _styles(colours: Mapping[str, str]) -> dict[str, Any]:
    paper, ink, soft, mark = (colours[role] for role in ("paper", "ink", "soft", "mark"))
    seam = {"stroke": paper, "strokeWidth": 0.75}
    return {
        "best": {"color": mark, "strokeWidth": 2},
        "other": {"color": colours["range"], "strokeWidth": 1.25},
        "training": {"color": soft, "strokeWidth": 1.5, "strokeDash": [2, 3]},
        "baseline": {"color": soft, "strokeWidth": 1, "strokeDash": [4, 4]},
        "trial": {"color": colours["range"], "size": 28, "opacity": 1},
        "pruned": {"color": soft, "size": 24, "strokeWidth": 1, "opacity": 1},
        "failed": {"color": colours["fault"], "size": 34, "opacity": 1},
        "chosen": {"color": mark, "size": 54, "opacity": 1},
        "bar": {"color": mark, **seam},
        "pale": {"color": colours["range"], **seam},
        "fault": {"color": colours["fault"], **seam},
        "field": {"color": mark},
        "words": {"color": soft, "fontSize": 12},
        "loud": {"color": ink, "fontSize": 12},
        "halo": {"color": paper, "stroke": paper, "strokeWidth": 4, "fontSize": 12},
    }


PAGE_CONFIG = config(PAGE, font=FONT, ground="transparent")
FILE_CONFIG = config(LIGHT, font="sans-serif", ground=LIGHT["paper"])
