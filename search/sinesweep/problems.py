"""What pydantic finds wrong with a sweep file, said in our words: where, what was expected, what came."""

from __future__ import annotations

from collections.abc import Sequence
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from sinesweep.errors import did_you_mean

EXPECTED = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "string_type": "text",
    "invalid_key": "text as a key",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "model_attributes_type": "keys with values",
    "list_type": "a list",
    "none_required": "nothing",
    "literal_error": "{expected}",
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "at least {ge:g}",
    "less_than": "less than {lt:g}",
    "less_than_equal": "at most {le:g}",
    "too_short": "at least {min_length}",
    "too_long": "at most {max_length}",
    "string_too_short": "at least {min_length} character",
    "string_too_long": "at most {max_length} characters",
    "string_pattern_mismatch": "letters, digits, blanks and . _ -, with a letter or digit first",
}
"""What each of pydantic's kinds of error means for who writes the file; other kinds keep pydantic's own words."""


def sentences(model: type[BaseModel], invalid: ValidationError) -> list[str]:
    """One sentence a place in the file; of a place that may be several things, all of them."""
    said: list[str] = []
    expected: dict[str, list[str]] = {}
    came: dict[str, Any] = {}
    for error in invalid.errors():
        where, kind = _place(model, error["loc"]), error["type"]
        if kind == "extra_forbidden":
            said.append(f"{where}: there is no such key.{_key_meant(model, error['loc'])}")
        elif kind == "missing":
            said.append(f"{where}: missing")
        elif kind in EXPECTED:
            expected.setdefault(where, []).append(EXPECTED[kind].format(**error.get("ctx", {})))
            came.setdefault(where, error["input"])
        else:
            said.append(f"{where}: {str(error['msg']).removeprefix('Value error, ')}")
    for where, things in expected.items():
        said.append(f"{where}: expected {' or '.join(dict.fromkeys(things))}, got {_told(came[where])}")
    return said


def _told(value: Any) -> str:
    """A value as YAML's reader thinks of it: what is left out is nothing, and `[]` is as empty as `{}`."""
    if value is None:
        return "nothing"
    return "none" if value in ([], {}, ()) else repr(value)


def _place(model: type[BaseModel], location: Sequence[int | str]) -> str:
    """The dotted keys of a location, without the words that pydantic adds: `[key]`, and the branch of a union."""
    keys: list[str] = []
    here: type[BaseModel] | None = model
    in_union = False
    for part in location:
        if part == "[key]" or (in_union and isinstance(part, str)):
            continue
        keys.append(str(part))
        field = here.model_fields.get(str(part)) if here else None
        in_union = in_union or _is_union(field)
        here = _section(field)
    return ".".join(keys)


def _is_union(field: FieldInfo | None) -> bool:
    """Whether a field may hold one of several things, nothing apart."""
    held = field.annotation if field else None
    return get_origin(held) in (Union, UnionType) and len(set(get_args(held)) - {type(None)}) > 1


def _section(field: FieldInfo | None) -> type[BaseModel] | None:
    """The section that a field holds; None where it holds a value."""
    held = field.annotation if field else None
    return held if isinstance(held, type) and issubclass(held, BaseModel) else None


def _key_meant(model: type[BaseModel], location: Sequence[int | str]) -> str:
    """The way out of an unknown key: where a key of that name stands, or the nearest one that is allowed here."""
    here: type[BaseModel] | None = model
    for part in location[:-1]:
        here = _section(here.model_fields.get(str(part))) if here else None
    key = str(location[-1])
    for section, field in model.model_fields.items():
        held = _section(field)
        if held is not None and held is not here and key in _keys(held):
            return f" Did you mean '{section}.{key}'?"
    return did_you_mean(key, _keys(here) if here else ())


def _keys(section: type[BaseModel]) -> list[str]:
    """The keys of a section as they stand in a file."""
    return [field.alias or name for name, field in section.model_fields.items()]
