"""Chart: one picture of the report, as Vega-Lite, with its text alternative."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
"""The language of the specifications; a name, nothing is fetched from there."""

HEIGHT = 260
Spec = Mapping[str, Any]
Channel = dict[str, Any]


@dataclass(frozen=True)
class Chart:
    """One picture.

    Attributes:
        name: unique in a report, of `a-z0-9_`; a file's name too.
        section: the heading that it stands under.
        caption: what is seen, in sentences computed from the data.
        alt: what kind of picture it is, for those who hear it.
        spec: Vega-Lite, as wide as its container; None where the data show nothing, and the caption says why.
    """

    name: str
    section: str
    title: str
    caption: str
    alt: str = ""
    spec: Spec | None = None


def layered(layers: Sequence[Spec], alt: str, height: float = HEIGHT) -> Spec:
    """A specification of layers that share their axes; colours come from the theme by the names of styles."""
    return {
        "$schema": SCHEMA,
        "description": alt,
        "width": "container",
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "layer": [each for each in layers if each["data"]["values"]],
    }


def layer(mark: str, style: str, values: Sequence[Mapping[str, Any]], encoding: Mapping[str, Any], **look: Any) -> Spec:
    """Marks of one style, one for every value, or a line through all."""
    return {
        "data": {"values": list(values)},
        "mark": {"type": mark, "style": style, **look},
        "encoding": dict(encoding),
    }


def number(field: str, title: str | None, scale: Mapping[str, Any], **more: Any) -> Channel:
    """An axis of numbers; it begins at zero where its scale says so."""
    begin = {} if scale.get("type") == "log" else {"zero": False}
    return {"field": field, "type": "quantitative", "title": title, "scale": begin | dict(scale), **more}


def name(field: str, title: str | None = None, **more: Any) -> Channel:
    """An axis of names, in the order of the data where `sort` gives none."""
    return {"field": field, "type": "nominal", "title": title, "sort": None, **more}


def tooltip(*fields: tuple[str, str]) -> Channel:
    """What a mark tells when it is pointed at: `(field, title)`."""
    return {"tooltip": [{"field": field, "title": title, "type": "nominal"} for field, title in fields]}
