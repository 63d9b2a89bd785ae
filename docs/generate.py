"""Writes the pages that say what the code says: keys.md and leaderboard.md from JSON Schemas, commands.md from the
command line.

python docs/generate.py
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer
from typer.testing import CliRunner

from sinesweep.amounts import WRITTEN
from sinesweep.fit import Fit
from sinesweep.report import json_schema
from sinesweep.schema import sweep_schema
from sinesweep_runner.catalogue import markdown_table, settings_table
from sinesweep_runner.cli import commands

KEYS_HEAD = """# Every key of a sweep file

Written by `docs/generate.py` from the JSON Schema that `sinesweep schema` prints. What the keys are for, and how
values, lists and ranges are written, stands in [Sweep files](sweep-files.md); the settings of each plugin in the
[catalogue](catalogue.md).
"""

COMMANDS_HEAD = """# Commands

Written by `docs/generate.py` from what `sinesweep COMMAND --help` says. Exit codes: 0 done, 1 the sweep failed,
2 something in the input has to be mended, 130 stopped by Ctrl-C.
"""

LEADERBOARD_HEAD = """# leaderboard.json

Written by `docs/generate.py` from the JSON Schema that `sinesweep schema --leaderboard` prints, by which an editor or a
program can check a file. `schema` is its version, {version}: it becomes another when a program that reads the file has
to be changed. New keys may come at any time. `sinesweep leaderboard FOLDER --format json` prints the same.
"""

FIT_HEAD = """
## fit

How a network is trained. Each is a value, a list of values, or a range; *searched* says what is tried where the file
says nothing, and *no* that the default is kept.
"""

PLUGINS = "plugins: a name, a list of names, or `name: {setting: …}`"
WRITTEN_AS = {
    "features": PLUGINS,
    "architectures": PLUGINS,
    "losses": PLUGINS,
    "augmentations": PLUGINS,
    "baseline": "one plugin: a name, or `name: {setting: …}`; or null",
}


def keys() -> str:
    """The page of keys."""
    schema = sweep_schema()
    sections = {key: _section(schema, each) for key, each in schema["properties"].items()}
    top = [_row(schema, key, each) for key, each in schema["properties"].items()]
    parts = [KEYS_HEAD, _table(top)]
    for key, section in sections.items():
        if section and key != "fit":
            rows = [_row(schema, f"{key}.{name}", each) for name, each in section["properties"].items()]
            parts += [f"\n## {key}\n\n{section['description']}\n", _table(rows)]
    return "\n".join([*parts, FIT_HEAD, settings_table(Fit)]) + "\n"


def reference() -> str:
    """The page of commands."""
    return "\n".join([COMMANDS_HEAD, *_commands(typer.main.get_command(commands))])


def leaderboard() -> str:
    """The page of the leaderboard's JSON: the whole document, then every kind of thing in it."""
    schema = json_schema()
    parts = [LEADERBOARD_HEAD.format(version=schema["properties"]["schema"]["const"]), _keys(schema["properties"])]
    for name, each in schema["$defs"].items():
        told = _keys(each["properties"]) if "properties" in each else f"One of {next(_forms(each))}."
        parts.append(f"\n## {name}\n\n{each['description']}\n\n{told}")
    return "\n".join(parts) + "\n"


def _keys(properties: Mapping[str, Any]) -> str:
    rows = [(f"`{key}`", "; ".join(_forms(each)), each["description"]) for key, each in properties.items()]
    return markdown_table(("key", "what it is", "what it says"), rows)


def _table(rows: list[tuple[str, ...]]) -> str:
    return markdown_table(("key", "what it may be", "default", "what it is"), rows)


def _section(schema: Mapping[str, Any], key: Mapping[str, Any]) -> Mapping[str, Any]:
    """The keys below a key; none where it has none."""
    name = key.get("$ref", "").rpartition("/")[2]
    return schema["$defs"].get(name, {}) if name else {}


def _row(schema: Mapping[str, Any], key: str, told: Mapping[str, Any]) -> tuple[str, ...]:
    name = key.rpartition(".")[2]
    section = _section(schema, told)
    if section or key == "fit":
        return f"[`{key}`](#{key})", "a section", "", _code(section.get("description", "How a network is trained."))
    default = "required" if name in _required(schema, key) else _written(told["default"]) if "default" in told else ""
    forms = WRITTEN_AS.get(key) or "; ".join(dict.fromkeys(_forms(told)))
    return f"`{key}`", forms, default, _code(told.get("description", ""))


def _code(text: str) -> str:
    """Braces mean something else on a page, unless they are code."""
    return re.sub(r"\{.*?\}", r"`\g<0>`", text)


def _required(schema: Mapping[str, Any], key: str) -> list[str]:
    if "." in key:
        return _section(schema, schema["properties"][key.partition(".")[0]]).get("required", [])
    return [*schema["required"], "features"]


def _forms(told: Mapping[str, Any]) -> Iterator[str]:
    """What a value may be, such as `a number above 0`."""
    if "anyOf" in told:
        for each in told["anyOf"]:
            yield from _forms(each)
    elif "enum" in told:
        yield ", ".join(f"`{value}`" for value in told["enum"])
    elif "const" in told:
        yield f"`{told['const']}`"
    elif "$ref" in told:
        name = told["$ref"].rpartition("/")[2]
        yield f"[{name}](#{name.lower()})"
    elif told.get("type") == "array":
        yield f"a list of {_several(told.get('items') or told['prefixItems'][0], told.get('maxItems'))}"
    elif told.get("type") == "object":
        of = told["additionalProperties"]
        yield "a mapping" if of is True else f"a mapping of names to {_several(of)}"
    elif "pattern" in told:
        yield {":": "`module:Class`", WRITTEN: "text such as `100k`"}.get(told["pattern"], "text")
    else:
        yield _type(told)


def _several(told: Mapping[str, Any], count: int | None = None) -> str:
    """What a list or a mapping holds, such as `numbers`, or `2 numbers`."""
    kind = next(_forms(told)) if "$ref" in told else f"{told.get('type', 'mapping').replace('object', 'mapping')}s"
    return kind if count is None else f"{count} {kind}"


def _type(told: Mapping[str, Any]) -> str:
    kind = {"integer": "a whole number", "number": "a number", "string": "text", "boolean": "true or false"}.get(
        told["type"], told["type"]
    )
    limits = {"minimum": "from {}", "exclusiveMinimum": "above {}", "maximum": "to {}", "exclusiveMaximum": "below {}"}
    return " ".join([kind, *(text.format(told[limit]) for limit, text in limits.items() if limit in told)])


def _written(default: Any) -> str:
    """A default as a sweep file has it."""
    if default in (None, [], {}):
        return ""
    return ", ".join(map(str, default)) if isinstance(default, list) else str(default)


def _commands(command: Any, *names: str) -> Iterator[str]:
    """A section for each command, those of groups too."""
    for name, below in getattr(command, "commands", {}).items():
        yield f"## sinesweep {' '.join([*names, name])}\n\n```text\n{_help(*names, name)}```\n"
        yield from _commands(below, *names, name)


def _help(*names: str) -> str:
    runner = CliRunner(env={"COLUMNS": "100", "TERMINAL_WIDTH": "100"})
    return runner.invoke(commands, [*names, "--help"], prog_name="sinesweep").output


if __name__ == "__main__":
    folder = Path(__file__).resolve().parent
    (folder / "keys.md").write_text(keys(), encoding="utf-8")
    (folder / "leaderboard.md").write_text(leaderboard(), encoding="utf-8")
    (folder / "commands.md").write_text(reference(), encoding="utf-8")
