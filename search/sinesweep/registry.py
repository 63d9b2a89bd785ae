"""The registry: plugins by kind and name, found by their entry points and by nothing else.

Listing imports no plugin. A plugin is imported when it is loaded, and one that cannot be loaded disturbs nobody else.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from sinesweep.contract import CONTRACT, Architecture, Augmentation, Baseline, DatasetReader, FeatureExtractor, Loss
from sinesweep.contract import Plugin as Plugin
from sinesweep.errors import PluginError, did_you_mean
from sinesweep.settings import settings

KINDS: dict[str, type[Plugin]] = {
    "features": FeatureExtractor,
    "augmentations": Augmentation,
    "architectures": Architecture,
    "losses": Loss,
    "datasets": DatasetReader,
    "baselines": Baseline,
}


@dataclass(frozen=True)
class Listed:
    """A plugin as its distribution announces it; nothing is imported to know this."""

    kind: str
    name: str
    target: str
    distribution: str


@cache
def _entry_points(kind: str) -> dict[str, list[EntryPoint]]:
    found: dict[str, list[EntryPoint]] = {}
    for entry in sorted(entry_points(group=f"sinesweep.{kind}"), key=lambda e: (e.name, e.value)):
        # An editable install and its own wheel may both announce the same line; that is one plugin.
        if entry.value not in [other.value for other in found.get(entry.name, [])]:
            found.setdefault(entry.name, []).append(entry)
    return found


def names(kind: str) -> list[str]:
    """The names of all installed plugins of a kind, sorted."""
    return sorted(_entry_points(kind))


def listing(kind: str) -> list[Listed]:
    """Every installed plugin of a kind; a name that two distributions claim stands here twice."""
    rows = [(name, entry) for name, entries in _entry_points(kind).items() for entry in entries]
    return [Listed(kind, name, entry.value, _distribution(entry)) for name, entry in rows]


@cache
def load(kind: str, name: str) -> type[Any]:
    """The class of a plugin, by its installed name or as `module:Class`.

    Raises:
        PluginError: no such name (with the nearest one), a name that two distributions claim, an import that fails,
            or a class that does not keep the contract of its kind.
    """
    if ":" in name:
        return _checked(kind, name, _import(name, name), "this sweep")
    entries = _entry_points(kind).get(name, [])
    if not entries:
        raise PluginError(
            f"no plugin named '{name}' among {kind}.{did_you_mean(name, names(kind))}"
            " If you have just added it to a pyproject.toml, install that project again."
        )
    if len(entries) > 1:
        owners = " and ".join(f"{_distribution(entry)} ({entry.value})" for entry in entries)
        raise PluginError(f"two plugins among {kind} are named '{name}': {owners}. Uninstall one of them.")
    entry = entries[0]
    return _checked(kind, name, _import(name, entry.value), _distribution(entry))


def reason_broken(kind: str, name: str) -> str | None:
    """Why a plugin cannot be loaded; None where it can. This imports it."""
    try:
        load(kind, name)
    except PluginError as reason:
        return str(reason)
    return None


def _import(name: str, target: str) -> Any:
    module, _, attribute = target.partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)
    except Exception as reason:  # a stranger's module may raise anything while it is imported
        raise PluginError(
            f"plugin '{name}' ({target}) cannot be imported: {type(reason).__name__}: {reason}"
        ) from reason


def _checked(kind: str, name: str, plugin: Any, owner: str) -> type[Any]:
    """`plugin`, once it has been seen to keep the form of its kind; the message says what is wrong."""
    base = KINDS[kind]
    problems: list[str] = []
    if not (isinstance(plugin, type) and issubclass(plugin, base)):
        problems.append(f"it is {plugin!r}; expected a subclass of sinesweep.{base.__name__}")
    elif not dataclasses.is_dataclass(plugin) or "__dataclass_params__" not in vars(plugin):
        problems.append("it is not a dataclass; put @dataclass(frozen=True) above the class")
    elif not plugin.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        problems.append("it is not frozen; put @dataclass(frozen=True) above the class")
    elif inspect.isabstract(plugin):
        problems.append(f"it does not implement {', '.join(sorted(plugin.__abstractmethods__))}")
    elif plugin.contract > CONTRACT:
        problems.append(f"it was written for contract {plugin.contract}; this Sinesweep speaks {CONTRACT}: update it")
    else:
        problems += _wrong_settings(plugin)
    if problems:
        raise PluginError(f"plugin '{name}' from {owner} does not keep the contract: {'; '.join(problems)}")
    return plugin  # type: ignore[no-any-return]


def _wrong_settings(plugin: type[Any]) -> list[str]:
    """What is wrong with the fields of a plugin, a clause each."""
    problems: list[str] = []
    earlier: list[str] = []
    for setting in settings(plugin).values():
        if setting.domain is not None and not setting.required and setting.default not in setting.domain:
            problems.append(f"the default of '{setting.name}' is {setting.default!r}, outside {setting.domain}")
        if setting.when is not None and setting.when.field not in earlier:
            guess = did_you_mean(setting.when.field, earlier)
            problems.append(f"'{setting.name}' hangs on '{setting.when.field}', which is no field before it.{guess}")
        earlier.append(setting.name)
    return problems


def _distribution(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else "an unknown distribution"
