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

from sinesweep.contract import (
    CONTRACT,
    Architecture,
    Augmentation,
    Augmenter,
    Baseline,
    DatasetReader,
    FeatureExtractor,
    FrontEnd,
    HostAugmentation,
    HostExtractor,
    Loss,
)
from sinesweep.contract import Plugin as Plugin
from sinesweep.errors import PluginError, did_you_mean
from sinesweep.settings import settings

KINDS: dict[str, type[Plugin]] = {
    "features": FrontEnd,
    "augmentations": Augmenter,
    "architectures": Architecture,
    "losses": Loss,
    "datasets": DatasetReader,
    "baselines": Baseline,
}

FORMS: dict[str, tuple[type[Plugin], ...]] = {
    "features": (FeatureExtractor, HostExtractor),
    "augmentations": (Augmentation, HostAugmentation),
}
"""The kinds that come in several forms, of which a plugin has one."""


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


def kinds(name: str) -> list[str]:
    """The kinds among which there is a plugin of that name; of `module:Class`, the kind of that class.

    Raises:
        PluginError: `module:Class` cannot be imported.
    """
    if ":" not in name:
        return [kind for kind in KINDS if name in _entry_points(kind)]
    plugin = _import(name, name)
    return [kind for kind, base in KINDS.items() if isinstance(plugin, type) and issubclass(plugin, base)]


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
    except (Exception, SystemExit) as reason:  # a stranger's module may do anything while it is imported
        raise PluginError(
            f"plugin '{name}' ({target}) cannot be imported: {type(reason).__name__}: {reason}"
        ) from reason


def _checked(kind: str, name: str, plugin: Any, owner: str) -> type[Any]:
    """`plugin`, once it has been seen to keep the form of its kind; the message says what is wrong."""
    wrong = problems(kind, plugin)
    if wrong:
        raise PluginError(f"plugin '{name}' from {owner} does not keep the contract: {'; '.join(wrong)}")
    return plugin  # type: ignore[no-any-return]


def problems(kind: str, plugin: Any) -> list[str]:
    """What keeps an object from being a plugin of a kind, a clause each; nothing is made or run."""
    forms = FORMS.get(kind, (KINDS[kind],))
    if not (isinstance(plugin, type) and issubclass(plugin, forms)):
        expected = " or ".join(f"sinesweep.{form.__name__}" for form in forms)
        return [f"it is {plugin!r}; expected a subclass of {expected}"]
    if not dataclasses.is_dataclass(plugin) or "__dataclass_params__" not in vars(plugin):
        return ["it is not a dataclass; put @dataclass(frozen=True) above the class"]
    if not plugin.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        return ["it is not frozen; put @dataclass(frozen=True) above the class"]
    if inspect.isabstract(plugin):
        return [f"it does not implement {', '.join(sorted(plugin.__abstractmethods__))}"]
    return _wrong_contract(plugin) or _wrong_settings(plugin)


def _wrong_contract(plugin: type[Plugin]) -> list[str]:
    """What is wrong with the contract that a plugin states."""
    stated: Any = plugin.contract
    if isinstance(stated, bool) or not isinstance(stated, int) or stated < 1:
        return [f"its contract is {stated!r}; expected a whole number such as contract = {CONTRACT}"]
    if stated > CONTRACT:
        return [
            f"it was written for contract {stated}, and this Sinesweep knows those up to {CONTRACT}:"
            " install a newer Sinesweep (pip install -U sinesweep), or an older version of the plugin"
        ]
    return []


def _wrong_settings(plugin: type[Any]) -> list[str]:
    """What is wrong with the fields of a plugin, a clause each."""
    problems: list[str] = []
    earlier: list[str] = []
    try:
        fields = settings(plugin)
    except Exception as reason:  # an annotation is code, and may name what is not there
        return [f"its fields cannot be read: {type(reason).__name__}: {reason}"]
    for setting in fields.values():
        if setting.domain is not None and not setting.required and setting.default not in setting.domain:
            problems.append(f"the default of '{setting.name}' is {setting.default!r}, outside {setting.domain}")
        for when in setting.when:
            if when.field not in earlier:
                guess = did_you_mean(when.field, earlier)
                problems.append(f"'{setting.name}' hangs on '{when.field}', which is no field before it.{guess}")
        earlier.append(setting.name)
    return problems


def _distribution(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else "an unknown distribution"
