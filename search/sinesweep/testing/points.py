"""Points: the configurations of a plugin that its suite tries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import numpy as np

from sinesweep.contract import Plugin
from sinesweep.domains import Choice, Domain, searched
from sinesweep.picks import Pick, random_pick
from sinesweep.settings import Setting, holder, make, settings, values

P = TypeVar("P", bound=Plugin)


def points(plugin: P, count: int = 20) -> list[P]:
    """Every edge of a plugin's settings and `count` random points, none of them twice."""
    distinct: list[P] = []
    seen: list[dict[str, Any]] = []
    for point in (*edges(plugin), *random_points(plugin, count)):
        if values(point) not in seen:
            seen.append(values(point))
            distinct.append(point)
    return distinct


def edges(plugin: P) -> Iterator[P]:
    """The plugin as it is, then each setting at each of its ends, the others as they are."""
    yield plugin
    known, present = _known(plugin), _present(plugin)
    for setting in known.values():
        yield from _at_ends(plugin, setting, known, present)


def random_points(plugin: P, count: int, seed: int = 0) -> Iterator[P]:
    """Random points: of what is searched when a sweep says nothing, and every second one of all that is allowed."""
    pick = random_pick(np.random.default_rng(seed))
    known, present = _known(plugin), _present(plugin)
    for number in range(count):
        yield changed(plugin, _drawn(known, dict(present), pick, whole=number % 2 == 1))


def options(plugin: P) -> Iterator[P]:
    """The plugin with each setting whose options are no numbers at every other option, the others as they are."""
    known, present = _known(plugin), _present(plugin)
    for setting in known.values():
        if _is_categorical(setting.domain):
            at_ends = _at_ends(plugin, setting, known, present)
            yield from (point for point in at_ends if values(point) != values(plugin))


def changed(plugin: P, changes: Mapping[str, Any]) -> P:
    """The plugin with other settings; raises PluginError where it has no such settings."""
    return make(type(plugin), {**values(plugin), **changes}, type(plugin).__name__)


def ends(domain: Domain | None) -> tuple[Any, ...]:
    """The lowest and the highest value, or every option where the options are no numbers."""
    if domain is None:
        return ()
    if not isinstance(domain, Choice):
        return domain.low, domain.high
    return domain.options if _is_categorical(domain) else tuple({min(domain.options), max(domain.options)})


def named(plugin: Plugin) -> str:
    """`Class(…)` with the settings that are not at their defaults."""
    known = settings(type(plugin))
    told = [f"{name}={value!r}" for name, value in values(plugin).items() if value != known[name].default]
    return f"{type(plugin).__name__}({', '.join(told)})"


def _is_categorical(domain: Domain | None) -> bool:
    """Whether its values have no order: words, or true and false."""
    return isinstance(domain, Choice) and any(isinstance(option, bool | str) for option in domain.options)


def _at_ends(plugin: P, setting: Setting, known: Mapping[str, Setting], present: Mapping[str, Any]) -> Iterator[P]:
    """The plugin with a setting at each of its ends, and what this hangs on as it has to be for it to count."""
    needed = _conditions(setting, known, present)
    for value in ends(setting.domain):
        yield changed(plugin, {**needed, setting.name: value})


def _known(plugin: Plugin) -> dict[str, Setting]:
    """The fields of a plugin, and the settings that follow from their values."""
    held = holder(type(plugin))
    given = {name: value for name, value in values(plugin).items() if name != held}
    return {**settings(type(plugin)), **type(plugin).further(given)}


def _present(plugin: Plugin) -> dict[str, Any]:
    """What every known setting is, as a sweep names it."""
    own = values(plugin)
    held = holder(type(plugin))
    inside = own.get(held, {}) if held else {}
    return {
        name: own[name] if name in own else inside.get(name.removeprefix(f"{held}."), setting.default)
        for name, setting in _known(plugin).items()
    }


def _conditions(setting: Setting, known: Mapping[str, Setting], present: Mapping[str, Any]) -> dict[str, Any]:
    """What other settings have to be for this one to count, as far as they are not so already."""
    needed: dict[str, Any] = {}
    for when in setting.when:
        if present[when.field] not in when.values:
            needed |= {**_conditions(known[when.field], known, present), when.field: when.values[0]}
    return needed


def _drawn(known: Mapping[str, Setting], present: dict[str, Any], pick: Pick, *, whole: bool) -> dict[str, Any]:
    """A value for every setting that counts, those before it being what they are by then."""
    drawn: dict[str, Any] = {}
    for setting in known.values():
        if any(present[when.field] not in when.values for when in setting.when):
            continue
        domain = setting.domain if whole or setting.domain is None else searched(setting.domain)
        if domain is not None:
            drawn[setting.name] = present[setting.name] = pick(setting.name, domain)
    return drawn
