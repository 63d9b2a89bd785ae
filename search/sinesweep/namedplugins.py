"""Named plugins: what is wrong with the plugins that a sweep document names, and with their settings in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

from sinesweep import registry
from sinesweep.configuration import make_baseline
from sinesweep.errors import PluginError, SweepError
from sinesweep.sections import Data
from sinesweep.settings import make
from sinesweep.space import SearchSpace
from sinesweep.sweep import as_mapping

PLUGIN_SECTIONS = ("features", "architectures", "losses", "augmentations")


def plugin_problems(document: Mapping[str, Any], asked: Sequence[str] | None) -> list[str]:
    """What is wrong with plugins, their settings, and the points to try first; wrong forms are pydantic's matter.

    Where some have a wrong form, the others are judged all the same.
    """
    problems = [*named_twice(document), *_named_plugins(document)]
    sections = {kind: as_mapping(document.get(kind) or {}) for kind in PLUGIN_SECTIONS}
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
    return {(kind, name) for kind, section in sections.items() for name in _formed(as_mapping(section))}


def mistakable_names(document: Mapping[str, Any], before: Mapping[str, Any]) -> list[str]:
    """What is wrong with names that more than one distribution claims and that no document had `before`, a sentence
    each."""
    problems: list[str] = []
    for kind, name in sorted(_names(document) - _names(before)):
        try:
            registry.check_claimed_once(kind, name)
        except PluginError as reason:
            problems.append(str(reason))
    return problems


def named_twice(document: Mapping[str, Any]) -> list[str]:
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
    data, baseline = document.get("data"), as_mapping(document.get("baseline"))
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
