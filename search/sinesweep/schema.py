"""The JSON Schema of sweep files, with the settings of every installed plugin, so that editors complete them."""

from __future__ import annotations

from typing import Any

from sinesweep import registry
from sinesweep.domains import Choice, Domain
from sinesweep.errors import PluginError
from sinesweep.fit import Fit
from sinesweep.form import docstring
from sinesweep.settings import Setting, settings
from sinesweep.sweep import Sweep

SCALAR_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string"}


def sweep_schema() -> dict[str, Any]:
    """The schema. A plugin that cannot be loaded is named without its settings."""
    schema = Sweep.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    properties = schema["properties"]
    for kind in ("features", "architectures", "losses", "augmentations"):
        properties[kind] = _section(kind, properties[kind].get("description", ""))
    properties["baseline"] = _baseline(properties["baseline"]["description"])
    properties["fit"] = {"type": "object", "additionalProperties": False, "properties": _requests(Fit)}
    readers = [{"const": name, "description": _first_line("datasets", name)} for name in registry.names("datasets")]
    schema["$defs"]["Data"]["properties"]["reader"]["anyOf"] = [*readers, {"type": "string", "pattern": ":"}]
    schema["required"].remove("features")
    schema |= {"if": _reads_vectors(), "else": {"required": ["features"]}}
    return schema


def _reads_vectors() -> dict[str, Any]:
    """What is true of a sweep whose data need no front end."""
    names = [name for name in registry.names("datasets") if _gives_vectors(name)]
    data = {"properties": {"reader": {"enum": names}}, "required": ["reader"]}
    return {"properties": {"data": data}, "required": ["data"]}


def _gives_vectors(name: str) -> bool:
    try:
        return bool(registry.load("datasets", name).gives_vectors)
    except PluginError:
        return False


def _section(kind: str, description: str) -> dict[str, Any]:
    """A section that names plugins: one name, a list of names, or a mapping to their settings."""
    names = registry.names(kind)
    one: dict[str, Any] = {"anyOf": [{"enum": names}, {"type": "string", "pattern": ":"}]}
    plugins = {name: _plugin(kind, name) for name in names}
    mapping = {"type": "object", "properties": plugins, "additionalProperties": {"type": ["object", "null"]}}
    return {"description": description, "anyOf": [one, {"type": "array", "items": {"anyOf": [one, mapping]}}, mapping]}


def _baseline(description: str) -> dict[str, Any]:
    """The section that names one plugin, or none."""
    section = _section("baselines", description)
    one, _, mapping = section["anyOf"]
    return section | {"anyOf": [one, mapping | {"minProperties": 1, "maxProperties": 1}, {"type": "null"}]}


def _plugin(kind: str, name: str) -> dict[str, Any]:
    try:
        plugin = registry.load(kind, name)
        requests = _values(plugin) if kind == "baselines" else _requests(plugin)
    except PluginError as reason:
        return {"type": ["object", "null"], "description": str(reason)}
    if kind == "augmentations":
        requests["enabled"] = {"type": "boolean", "description": "true: in every trial; left out: searched"}
    text = _first_line(kind, name)
    return {"type": ["object", "null"], "description": text, "properties": requests, "additionalProperties": False}


def _requests(plugin: type[Any]) -> dict[str, Any]:
    return {name: _request(setting) for name, setting in settings(plugin).items()}


def _request(setting: Setting) -> dict[str, Any]:
    """What a sweep file may say about a setting that can be searched: a value, a list of values, or a range."""
    value = _value(setting)
    forms: list[dict[str, Any]] = [value]
    if setting.domain is not None:
        forms.append({"type": "array", "items": value, "minItems": 1})
    if setting.domain is not None and setting.type in (int, float):
        keys = {"low": value, "high": value, "log": {"type": "boolean"}, "step": {"type": "integer", "minimum": 1}}
        forms.append({"type": "object", "properties": keys, "additionalProperties": False})
    return {**_told(setting), "anyOf": forms}


def _values(plugin: type[Any]) -> dict[str, Any]:
    """What a sweep file may say about settings that are not searched: a value each."""
    return {name: {**_told(setting), **_value(setting)} for name, setting in settings(plugin).items()}


def _told(setting: Setting) -> dict[str, Any]:
    unit = f" [{setting.unit}]" if setting.unit else ""
    return {"description": f"{setting.help}{unit}", "default": setting.default}


def _value(setting: Setting) -> dict[str, Any]:
    kind = SCALAR_TYPES.get(setting.type)
    if kind is None:
        return {}
    return {"type": kind, **_limits(setting.domain, kind)}


def _limits(domain: Domain | None, kind: str) -> dict[str, Any]:
    if domain is None or kind == "boolean":
        return {}
    if not isinstance(domain, Choice):
        return {"minimum": domain.low, "maximum": domain.high}
    if kind == "string":
        return {"enum": list(domain.options)}
    numbers = [float(option) for option in domain.options]
    return {"minimum": min(numbers), "maximum": max(numbers)}


def _first_line(kind: str, name: str) -> str:
    try:
        return docstring(registry.load(kind, name)).partition("\n")[0]
    except PluginError as reason:
        return str(reason)
