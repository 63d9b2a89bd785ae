"""What the page holds beside its text: its styles, its scripts and its data, so that nothing has to be fetched."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from typing import Any

SCRIPTS = (
    "dom",
    "data",
    "columns",
    "filters",
    "sorting",
    "table",
    "download",
    "compare",
    "plot",
    "curves",
    "confusion",
    "calibration",
    "examination",
    "mistakes",
    "trial",
    "address",
    "charts",
    "copying",
    "remember",
    "start",
)
"""The page's own modules, in the order in which they need one another; together they are one script."""

STYLES = ("base", "board", "trial", "media")


def own_script() -> str:
    """The page's own code; its names stay within it."""
    modules = "\n".join(_own("scripts", f"{name}.js") for name in SCRIPTS)
    return f'(() => {{\n"use strict";\n{modules}}})();\n'


def own_style() -> str:
    """The page's own look."""
    return "".join(_own("styles", f"{name}.css") for name in STYLES)


def policy(scripts: Iterable[str]) -> str:
    """A content security policy: these scripts run and no other, and nothing is fetched."""
    known = " ".join(f"'sha256-{_digest(script)}'" for script in scripts)
    return (
        f"default-src 'none'; script-src {known}; style-src 'unsafe-inline'; img-src data:; media-src data:;"
        " base-uri 'none'; form-action 'none'"
    )


def block(name: str, value: Any) -> str:
    """A value as JSON in an element that no browser runs and that no text from outside can close."""
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    safe = plain.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return f'<script type="application/json" id="{name}">{safe}</script>'


def compact(values: Sequence[Any]) -> dict[str, Any]:
    """A value an entry, `{"values": …}`, or `{"same": …}` where all have the same one."""
    return {"same": values[0]} if len(set(map(str, values))) == 1 else {"values": list(values)}


def brief(value: float | None, digits: int = 5) -> float | int | None:
    """A number in so many digits; None where it is not finite."""
    if value is None or not math.isfinite(value):
        return None
    rounded = float(f"{value:.{digits}g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded


def text(told: str) -> str:
    """Text that stays text, its numbers on one line with their units."""
    return re.sub(r"(?<=\d) (?=%|(?:h|s|ms|min|points)\b)", "\u00a0", escape(told))


def _own(folder: str, name: str) -> str:
    return files("sinesweep.report.page").joinpath(folder, name).read_text(encoding="utf-8")


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
