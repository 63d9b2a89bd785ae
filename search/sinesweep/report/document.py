"""The leaderboard as JSON and back; `docs/leaderboard.schema.json` describes it."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from sinesweep.errors import SweepError
from sinesweep.leaderboard import Leaderboard
from sinesweep.report.described import described

VERSION = 1
"""Of the schema; a larger number says that a program which reads the files has to be changed."""


def to_json(board: Leaderboard) -> str:
    """The version of the schema, and the whole leaderboard; the keys are the attributes of `sinesweep.leaderboard`."""
    return f'{{\n "schema": {VERSION},{_board().dump_json(board, indent=1).decode()[1:]}\n'


def from_json(text: str) -> Leaderboard:
    """What `to_json` wrote.

    Raises:
        ValueError: it is something else.
        SweepError: it was written by another version of the schema.
    """
    document = json.loads(text)
    version = document.get("schema", VERSION) if isinstance(document, dict) else VERSION
    if version != VERSION:
        raise SweepError(
            f"this leaderboard has version {version} of the schema, and this Sinesweep reads version {VERSION};"
            " read it with the Sinesweep that wrote it, or write it anew: sinesweep report"
        )
    return _board().validate_json(text)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of what `to_json` writes; what a key means is said where it stands."""
    schema = _told(_board().json_schema(mode="serialization"))
    version = {"const": VERSION, "description": "version of this schema"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "$defs": {name: _told(each) for name, each in schema["$defs"].items()},
        "title": "A leaderboard of Sinesweep",
        "properties": {"schema": version, **schema["properties"]},
        "required": ["schema", *schema["required"]],
    }


def _told(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a class, whose attributes tell at their own place what its docstring says of them."""
    if "properties" not in schema:
        return schema
    summary, told = described(schema["description"])
    keys = {name: each | {"description": _in_json(told[name])} for name, each in schema["properties"].items()}
    return schema | {"description": summary, "properties": keys}


def _in_json(text: str) -> str:
    """What a docstring says, in the words of JSON."""
    return re.sub(r"\bNone\b", "null", text)


@cache
def _board() -> TypeAdapter[Leaderboard]:
    """Made when it is needed: many a command that reads this package writes no report."""
    return TypeAdapter(Leaderboard)
