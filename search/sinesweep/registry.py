"""The registry: plugins by kind and name, found by their entry points and by nothing else.

Listing imports no plugin. A plugin is imported when it is loaded, and one that cannot be loaded disturbs nobody else.
"""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Iterable
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, EntryPoint, entry_points
from itertools import chain
from typing import Any

from sinesweep.blame import nobodys
from sinesweep.contract import Plugin as Plugin
from sinesweep.elsewhere import hint
from sinesweep.errors import PluginError, did_you_mean, nearest
from sinesweep.form import KINDS as KINDS
from sinesweep.form import problems
from sinesweep.wording import named

PREFIX = "sinesweep."
"""What the groups of entry points begin with, before the kind."""

OURS = "sinesweep"
"""The distribution of the built-ins."""


@dataclass(frozen=True)
class Listed:
    """A plugin as its distribution announces it; nothing is imported to know this."""

    kind: str
    name: str
    target: str
    distribution: str


@cache
def _entry_points() -> dict[str, dict[str, list[EntryPoint]]]:
    """By group and name; to find them, the files of every installed distribution are read: once, for all kinds."""
    announced = entry_points()
    return {group: _by_name(announced.select(group=group)) for group in announced.groups if group.startswith(PREFIX)}


def _by_name(entries: Iterable[EntryPoint]) -> dict[str, list[EntryPoint]]:
    found: dict[str, list[EntryPoint]] = {}
    for entry in sorted(entries, key=lambda e: (e.name, e.value)):
        # An editable install and its own wheel may both announce the same line; that is one plugin.
        if entry.value not in [other.value for other in found.get(entry.name, [])]:
            found.setdefault(entry.name, []).append(entry)
    return found


def _of_kind(kind: str) -> dict[str, list[EntryPoint]]:
    return _entry_points().get(PREFIX + kind, {})


def names(kind: str) -> list[str]:
    """The names of all installed plugins of a kind, sorted."""
    return sorted(_of_kind(kind))


def listing(kind: str) -> list[Listed]:
    """Every installed plugin of a kind; a name that two distributions claim stands here twice."""
    rows = [(name, entry) for name, entries in _of_kind(kind).items() for entry in entries]
    return [Listed(kind, name, entry.value, _distribution(entry)) for name, entry in rows]


def strays() -> dict[str, list[str]]:
    """What is announced in a group that begins with `sinesweep.` and is of no kind, most likely misspelt.

    Returns:
        by the name of the plugin, whose it is, which group, and which one is meant, a sentence each.
    """
    announced, groups = _entry_points(), [PREFIX + kind for kind in KINDS]
    found: dict[str, list[str]] = {}
    for group in sorted(announced.keys() - groups):
        for entry in chain.from_iterable(announced[group].values()):
            found.setdefault(entry.name, []).append(
                f"{_distribution(entry)} announces '{entry.name}' in the group '{group}', which nobody reads."
                f"{nearest(group, groups)}"
            )
    return found


def why_unknown(name: str) -> str:
    """Why there may be no plugin of a name that somebody expects."""
    known = strays().get(name, ["If you have just added it to a pyproject.toml, install that project again."])
    return " ".join(known)


def kinds(name: str) -> list[str]:
    """The kinds among which there is a plugin of that name; of `module:Class`, the kind of that class.

    Raises:
        PluginError: `module:Class` cannot be imported.
    """
    if ":" not in name:
        return [kind for kind in KINDS if name in _of_kind(kind)]
    plugin = _import(name, name)
    return [kind for kind, base in KINDS.items() if isinstance(plugin, type) and issubclass(plugin, base)]


@cache
def load(kind: str, name: str) -> type[Any]:
    """The class of a plugin, by its installed name or as `module:Class`.

    A name that somebody else claims too is the built-in's: what nobody has written, such as the loss of a sweep that
    names none, means that. Where a person writes a name, `check_claimed_once` comes first.

    Raises:
        PluginError: no such name (with the nearest one), a name that two distributions claim, neither of them
            Sinesweep, an import that fails, or a class that does not keep the contract of its kind.
    """
    if ":" in name:
        return _checked(kind, f"'{name}'", _import(name, name))
    entry = _meant_by(kind, name)
    if entry is None:
        guess = hint(kind, name, names(kind))
        raise PluginError(f"no plugin named '{name}' among {kind}.{guess} {why_unknown(name)}")
    return _checked(kind, f"'{name}' from {_distribution(entry)}", _import(name, entry.value))


def load_recorded(kind: str, name: str, target: str) -> type[Any]:
    """The class that had this name and target when they were written down, whoever claims the name by now.

    Only what is announced under that name is imported; of none with that target, what `load` gives.

    Raises:
        PluginError: as `load` does.
    """
    claimed = target in (entry.value for entry in _of_kind(kind).get(name, []))
    return load(kind, target if claimed else name)


def listed(kind: str, name: str) -> Listed | None:
    """How the plugin is announced that `load` gives; None of `module:Class`, and where there is none.

    Raises:
        PluginError: two distributions claim that name, neither of them Sinesweep.
    """
    entry = _meant_by(kind, name)
    return None if entry is None else Listed(kind, name, entry.value, _distribution(entry))


def check_claimed_once(kind: str, name: str) -> None:
    """Raises PluginError, which names both, where two distributions claim a name."""
    entries = _of_kind(kind).get(name, [])
    if len(entries) > 1:
        owners = " and ".join(f"{_distribution(entry)} ({entry.value})" for entry in entries)
        raise PluginError(
            f"two plugins among {kind} are named '{name}': {owners}. Uninstall one of them, or name the one that you"
            f" mean by its class: '{entries[-1].value}'"
        )


def unmistakable(kind: str, name: str) -> str:
    """What a sweep file has to say for the plugin that `load` gives: its name, or its class where two claim that."""
    entry = _meant_by(kind, name)
    return entry.value if entry is not None and len(_of_kind(kind)[name]) > 1 else name


def _meant_by(kind: str, name: str) -> EntryPoint | None:
    """The one that has a name, or the built-in that has it too; raises PluginError as `load` does."""
    entries = _of_kind(kind).get(name, [])
    own = [entry for entry in entries if entry.dist is not None and entry.dist.name == OURS]
    if len(entries) > 1 and not own:
        check_claimed_once(kind, name)
    return next(iter(own or entries), None)


def reason_broken(kind: str, name: str) -> str | None:
    """Why a sweep file cannot have a plugin; None where it can. This imports it."""
    try:
        check_claimed_once(kind, name)
        load(kind, name)
    except PluginError as reason:
        return str(reason)
    return None


def _import(name: str, target: str) -> Any:
    """The object that a target names; what its module prints meanwhile goes to standard error, beside what is asked."""
    module, _, attribute = target.partition(":")
    try:
        with redirect_stdout(sys.stderr):
            return getattr(importlib.import_module(module), attribute)
    except nobodys():
        raise
    except BaseException as reason:  # a stranger's module may do anything while it is imported
        hint = _refused_class(reason) or (_meant(module, attribute, reason) if ":" in name else "")
        raise PluginError(f"plugin '{name}' ({target}) cannot be imported: {named(reason)}{hint}") from reason


def _refused_class(reason: BaseException) -> str:
    """Which class it was, and the way out, where `dataclasses` refused one: its own message names none."""
    frames = [frame for frame, _ in traceback.walk_tb(reason.__traceback__) if "cls" in frame.f_locals]
    refused = [frame.f_locals["cls"] for frame in frames if frame.f_globals["__name__"] == "dataclasses"]
    if not refused:
        return ""
    frozen = "; put @dataclass(frozen=True) above it" if "non-frozen" in str(reason) else ""
    return f" (the class {refused[0].__name__}{frozen})"


def _meant(module: str, attribute: str, reason: BaseException) -> str:
    """The way out where there is no such module, or no such class in it; empty where the import failed otherwise."""
    if isinstance(reason, AttributeError) and module in sys.modules:
        own = [key for key, value in vars(sys.modules[module]).items() if getattr(value, "__module__", "") == module]
        guess = did_you_mean(attribute, own)
        return f".{guess}" if guess else ""
    missing = reason.name if isinstance(reason, ModuleNotFoundError) and reason.name else ""
    if not missing or not f"{module}.".startswith(f"{missing}."):
        return ""
    if module.endswith(".py"):
        return f". Did you mean '{module.removesuffix('.py')}:{attribute}'?"
    return ". Its module has to lie in the folder where sinesweep is started, or on PYTHONPATH, or be installed"


def known_as(kind: str, plugin: type[Any]) -> str:
    """The name by which a sweep file would name a class: the installed one, else `module:Class`."""
    target = f"{plugin.__module__}:{plugin.__qualname__}"
    return next((listed.name for listed in listing(kind) if listed.target == target), target)


def _checked(kind: str, whose: str, plugin: Any) -> type[Any]:
    """`plugin`, once it has been seen to keep the form of its kind; the message says what is wrong."""
    wrong = problems(kind, plugin)
    if wrong:
        raise PluginError(f"plugin {whose} does not keep the contract: {'; '.join(wrong)}")
    return plugin  # type: ignore[no-any-return]


def _distribution(entry: EntryPoint) -> str:
    return _name_and_version(entry.dist) if entry.dist else "an unknown distribution"


@cache
def _name_and_version(distribution: Distribution) -> str:
    """`name version`; each of the two parses the distribution's description, the whole of it, anew."""
    return f"{distribution.name} {distribution.version}"
