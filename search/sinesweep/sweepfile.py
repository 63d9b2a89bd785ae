"""Reading a sweep from a file, checked whole: every problem is found before anything runs."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeGuard

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from sinesweep import registry
from sinesweep.configuration import make_baseline
from sinesweep.errors import PluginError, SweepError
from sinesweep.problems import sentences
from sinesweep.sections import Data
from sinesweep.settings import make
from sinesweep.space import SearchSpace
from sinesweep.sweep import Sweep, _as_mapping, with_front_end

SQLITE_FILE = re.compile(r"^(sqlite(?:\+\w+)?:///)([^/:?][^?]*)")
"""A database in a file whose path is relative: three slashes and no fourth one."""

PLUGIN_SECTIONS = ("features", "architectures", "losses", "augmentations")


def read_sweep(path: Path, overrides: Sequence[str] = ()) -> Sweep:
    """The sweep in a YAML file (1.2: `1e-4` is a number, `on` is a word).

    `data.path`, the `folder` of an augmentation and the file of a SQLite `storage` are taken relative to the file's own
    folder.

    Args:
        path: the file.
        overrides: `key=value` with dotted keys, as `--set` takes them; values are YAML.

    Raises:
        SweepError: all problems at once.
    """
    document = _document(path)
    for each in overrides:
        _set(document, each)
    _anchor(document, path.parent)
    return check_document(document)


def read_begun(path: Path) -> Sweep:
    """The sweep in a file that `dump` wrote, for those who only read its results: none of its plugins has to load.

    Raises:
        SweepError: it is no sweep file.
    """
    try:
        return Sweep.model_validate(_document(path))
    except ValidationError as invalid:
        raise SweepError(*sentences(Sweep, invalid)) from None


def complete(sweep: Sweep, folder: Path) -> Sweep:
    """A sweep that was made in Python, checked as a file is, its paths taken relative to `folder`.

    Raises:
        SweepError: all problems at once.
    """
    # What it leaves open stays open, until its data are known.
    document: dict[str, Any] = json.loads(sweep.model_dump_json(exclude_unset=True, by_alias=True))
    _anchor(document, folder)
    # The front end of vectors stands in it though nobody has named one.
    added = with_front_end({"data": document["data"]})
    return check_document(document, before={"features": added.get("features")})


def override(sweep: Sweep, overrides: Sequence[str]) -> Sweep:
    """The sweep with some keys set anew; raises SweepError as `read_sweep` does.

    What it asked for before may have become idle: ranges may become narrower. Its plugins are those that it had.
    """
    document = plain(sweep)
    for each in overrides:
        _set(document, each)
    return check_document(document, asked=[key_of(each) for each in overrides], before=plain(sweep))


def check_document(
    document: Mapping[str, Any], asked: Sequence[str] | None = None, before: Mapping[str, Any] | None = None
) -> Sweep:
    """A sweep from plain data.

    Args:
        asked: the dotted keys that are set now; None for all. A setting among them that can never count is a problem.
        before: a document whose plugins are known; another name that two distributions claim is a problem.

    Raises:
        SweepError: every problem that the whole document has.
    """
    problems: list[str] = []
    sweep: Sweep | None = None
    problems += _mistakable(_names(document) - _names(before or {}))
    document = with_front_end(document)
    try:
        sweep = Sweep.model_validate(document)
    except ValidationError as invalid:
        problems += sentences(Sweep, invalid)
    problems += _plugin_problems(document, asked)
    if problems or sweep is None:
        raise SweepError(*dict.fromkeys(problems))
    return sweep


def key_of(override: str) -> str:
    """The dotted key of `key=value`; raises SweepError where it has another form."""
    key, equals, _ = override.partition("=")
    if not equals or not key:
        raise SweepError(f"--set {override}: expected key=value, such as --set budget.trials=20")
    return key


def dump(sweep: Sweep) -> str:
    """The sweep as YAML that `read_sweep` takes; defaults are written too, so that another version changes none."""
    return as_yaml(plain(sweep))


def as_yaml(document: Mapping[str, Any]) -> str:
    """Plain data as YAML, a key a line, in their order."""
    stream = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.dump(dict(document), stream)
    return stream.getvalue()


def plain(sweep: Sweep) -> dict[str, Any]:
    """The sweep as plain data that `check_document` takes, with its defaults."""
    document: dict[str, Any] = json.loads(sweep.model_dump_json(by_alias=True))
    return document


def _document(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file; raises SweepError where there is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as reason:
        raise SweepError(f"{path}: the sweep file cannot be read: {reason.strerror}") from None
    except UnicodeDecodeError as reason:
        raise SweepError(f"{path}: the sweep file is not UTF-8 text: {reason.reason} at byte {reason.start}") from None
    document = _parse(text, str(path))
    if not isinstance(document, dict):
        raise SweepError(f"{path}: expected a sweep file (a mapping with name, data, features, …), got {text[:40]!r}")
    return document


def _parse(text: str, where: str) -> Any:
    try:
        return YAML(typ="safe", pure=True).load(text)
    except MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        line = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise SweepError(f"{where}{line}: not valid YAML: {fault.problem or fault.context}") from None
    except YAMLError as fault:
        raise SweepError(f"{where}: not valid YAML: {' '.join(str(fault).split())}") from None


def _set(document: dict[str, Any], override: str) -> None:
    """Sets one dotted key."""
    key, text = key_of(override), override.partition("=")[2]
    *parents, last = key.split(".")
    if parents and parents[0] in (*PLUGIN_SECTIONS, "baseline") and parents[0] in document:
        if twice := _named_twice(document):
            raise SweepError(*twice)
        document[parents[0]] = _as_mapping(document[parents[0]])
    place: Any = document
    for parent in parents:
        if place.get(parent) is None:
            place[parent] = {}
        place = place[parent]
        if not isinstance(place, dict):
            raise SweepError(f"--set {override}: '{parent}' has no keys of its own; it is {place!r}")
    place[last] = _parse(text, f"--set {override}")


def _anchor(document: dict[str, Any], folder: Path) -> None:
    if isinstance(document.get("storage"), str):
        document["storage"] = SQLITE_FILE.sub(lambda url: url[1] + _whole(url[2], folder), document["storage"])
    data = document.get("data")
    if isinstance(data, dict) and isinstance(data.get("path"), str):
        document["data"] = data | {"path": _whole(data["path"], folder)}
    augmentations = _as_mapping(document.get("augmentations"))
    for name, asked in augmentations.items() if isinstance(augmentations, dict) else ():
        if isinstance(asked, dict) and isinstance(asked.get("folder"), str):
            augmentations[name] = asked | {"folder": _whole(asked["folder"], folder)}
            document["augmentations"] = augmentations


def _whole(path: str, folder: Path) -> str:
    """`path` as it is seen from `folder`."""
    return str((folder / Path(path).expanduser()).resolve())


def _plugin_problems(document: Mapping[str, Any], asked: Sequence[str] | None) -> list[str]:
    """What is wrong with plugins, their settings, and the points to try first; wrong forms are pydantic's matter.

    Where some have a wrong form, the others are judged all the same.
    """
    problems = [*_named_twice(document), *_named_plugins(document)]
    sections = {kind: _as_mapping(document.get(kind) or {}) for kind in PLUGIN_SECTIONS}
    fit = document.get("fit") or {}
    formed = {kind: _formed(section) for kind, section in sections.items()}
    try:
        space = SearchSpace.of(formed, fit if _has_names(fit) else {})
    except SweepError as reason:
        return [*problems, *reason.problems]
    if formed != sections or not _has_names(fit):  # the space is another than the one that was meant
        return problems
    for key, why in space.idle().items():
        if asked is None or any(_on_one_way(key, each) for each in asked):
            problems.append(f"{key}: {why}")
    points, search = document.get("enqueue"), document.get("search")
    for i, point in enumerate(points if isinstance(points, list) else []):
        if _has_names(point):
            problems += [f"enqueue[{i}].{problem}" for problem in space.check_point(point)]
    if isinstance(search, dict) and search.get("sampler") == "grid":
        problems += space.check_grid()
    return problems


def _names(document: Mapping[str, Any]) -> set[tuple[str, str]]:
    """The kinds and names of all plugins of a document, as far as they have their form."""
    sections = {kind: document.get(kind) for kind in PLUGIN_SECTIONS} | {"baselines": document.get("baseline")}
    data = document.get("data")
    sections |= {"datasets": data.get("reader") if isinstance(data, Mapping) else None}
    return {(kind, name) for kind, section in sections.items() for name in _formed(_as_mapping(section))}


def _mistakable(names: Iterable[tuple[str, str]]) -> list[str]:
    """What is wrong with names that more than one distribution claims, a sentence each."""
    problems: list[str] = []
    for kind, name in sorted(names):
        try:
            registry.check_claimed_once(kind, name)
        except PluginError as reason:
            problems.append(str(reason))
    return problems


def _named_twice(document: Mapping[str, Any]) -> list[str]:
    """A sentence a plugin that a section lists more than once: only the last of its settings would count."""
    problems = []
    for kind in PLUGIN_SECTIONS:
        entries = document.get(kind)
        entries = entries if isinstance(entries, list) else []
        counts = Counter(str(name) for entry in entries for name in (entry if isinstance(entry, dict) else [entry]))
        problems += [f"{kind}: '{name}' is named twice" for name, count in counts.items() if count > 1]
    return problems


def _on_one_way(key: str, other: str) -> bool:
    """Whether one of two dotted keys leads to the other."""
    return f"{key}.".startswith(f"{other}.") or f"{other}.".startswith(f"{key}.")


def _formed(section: Any) -> dict[str, Any]:
    """The entries of a plugin section that have its form: a name, and settings or none."""
    entries = section.items() if isinstance(section, dict) else ()
    return {name: asked for name, asked in entries if isinstance(name, str) and _has_names(asked or {})}


def _has_names(section: Any) -> TypeGuard[dict[str, Any]]:
    """Whether a section is a mapping whose keys are all text."""
    return isinstance(section, dict) and all(isinstance(key, str) for key in section)


def _named_plugins(document: Mapping[str, Any]) -> list[str]:
    """What is wrong with the reader and the baseline."""
    problems: list[str] = []
    data, baseline = document.get("data"), _as_mapping(document.get("baseline"))
    if _has_names(data) and isinstance(data.get("reader"), str):
        settings = {key: value for key, value in data.items() if key not in Data.model_fields}
        try:
            if broken := registry.reason_broken("datasets", data["reader"]):
                problems.append(f"data.reader: {broken}")
            else:
                make(registry.load("datasets", data["reader"]), settings, "data")
        except PluginError as reason:
            problems += str(reason).splitlines()
    for name, asked in baseline.items() if _has_names(baseline) else ():
        if _has_names(asked or {}):
            try:
                if broken := registry.reason_broken("baselines", name):
                    problems.append(f"baseline: {broken}")
                else:
                    make_baseline({name: asked})
            except PluginError as reason:
                problems += str(reason).splitlines()
    return problems
