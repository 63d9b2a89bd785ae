"""Charts as SVG and PNG files, and the JavaScript that draws them in a page; vl-convert has both in it.

Vega-Lite was chosen because one specification serves the page, SVG and PNG, without a browser and without a copy of
somebody's JavaScript here: 0.9 MB in the page (plotly.js basic has 1.2 MB, ECharts 1.1 MB), drawn as SVG that style
sheets and screen readers understand, and under a Content-Security-Policy that forbids `eval`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from sinesweep.files import write_atomically
from sinesweep.report.charts.chart import Chart
from sinesweep.report.charts.theme import FILE_CONFIG

LICENCE = "/*! Vega, Vega-Lite, Vega-Embed and others: BSD 3-Clause, MIT, ISC; https://vega.github.io */\n"
VERSION = "6.4"
"""Of Vega-Lite, in the page and in files."""

WIDTH_PX, SCALE = 640, 2


@cache
def javascript() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script, which sets `window.vegaEmbed`; no module, for it runs at once.

    Where a page forbids `eval`, call it with `ast: true`: `vegaEmbed(element, spec, {ast: true, renderer: "svg", …})`.
    """
    import vl_convert

    # Its own snippet is the one that needs no bundling, and may be left out whatever the stub says.
    bundle = vl_convert.javascript_bundle(vl_version=VERSION)  # type: ignore[call-arg]
    return f'{LICENCE}(() => {{\n"use strict";\n{bundle}\n}})();\n'


def to_svg(chart: Chart) -> str:
    """A chart that shows something as SVG, on a light ground, with its title; its caption is the text alternative."""
    import vl_convert

    drawn = str(vl_convert.vegalite_to_svg(_alone(chart), vl_version=VERSION, config=FILE_CONFIG))
    return drawn.replace("<svg ", f'<svg role="img" aria-label="{escape(f"{chart.alt}. {chart.caption}")}" ', 1)


def to_png(chart: Chart) -> bytes:
    """The same as PNG, two dots a pixel."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(_alone(chart), vl_version=VERSION, config=FILE_CONFIG, scale=SCALE))


def write_figures(charts: Iterable[Chart], folder: Path) -> list[Path]:
    """Writes NAME.svg and NAME.png of every chart that shows something into `folder`, which is there; their paths."""
    written = []
    for chart in charts:
        if chart.spec is not None:
            for ending, content in ((".svg", to_svg(chart).encode()), (".png", to_png(chart))):
                written.append(folder / f"{chart.name}{ending}")
                write_atomically(written[-1], content)
    return written


def _alone(chart: Chart) -> dict[str, Any]:
    """The specification of a picture that no page surrounds."""
    return {**(chart.spec or {}), "title": chart.title, "width": WIDTH_PX, "autosize": {"type": "pad"}, "padding": 12}
