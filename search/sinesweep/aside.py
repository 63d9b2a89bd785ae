"""Aside: the plugins that a sweep does without, because trial after trial has failed by their fault.

The study remembers them, so that a search that goes on in another process does not learn it anew by three more trials.
Whoever mends one need not say so: it is tried again once its source has changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sinesweep.block import Block
from sinesweep.ranges import Pinned
from sinesweep.record import Record
from sinesweep.sources import fingerprint
from sinesweep.space import SearchSpace
from sinesweep.trial import Config, plugins_of


class Aside:
    """The plugins of one sweep that are set aside, as `plugins_of` names them, and why."""

    def __init__(self, space: SearchSpace, record: Record) -> None:
        """Knows those that the study remembers, and how the sources are now: what fails later has failed with these."""
        self._space, self._record = space, record
        packages = {name: frozenset(_packages(*each)) for name, each in space.plugins().items()}
        known = {each: fingerprint(each) for each in set(packages.values())}
        self._sources = {name: known[each] for name, each in packages.items()}
        self._kept = record.plugins_aside()

    def __contains__(self, plugin: object) -> bool:
        return plugin in self._kept

    def reason(self, config: Config) -> tuple[str, str] | None:
        """A plugin of a configuration that was set aside, and why; None where none was."""
        found = min(plugins_of(config) & self._kept.keys(), default=None)
        return None if found is None else (found, self._kept[found][0])

    def add(self, plugin: str, why: str) -> bool:
        """Sets a plugin aside, if configurations are left without it; whether there are."""
        if not self._space.works_without({*self._kept, plugin}):
            return False
        self._keep(self._kept | {plugin: (why, self._sources.get(plugin, ""))})
        return True

    def revise(self) -> list[str]:
        """Tries those again whose sources have changed, or all where nothing can do without them; a sentence each."""
        there = [name for name in self._kept if name in self._sources]
        same = {name for name in there if self._sources[name] and self._sources[name] == self._kept[name][1]}
        needed = not self._space.works_without(same)
        freed = {name for name in there if needed or name not in same}
        told = [self._told(name, freed, needed) for name in there]
        if freed:
            self._keep({name: each for name, each in self._kept.items() if name not in freed})
        return told

    def _told(self, name: str, freed: set[str], needed: bool) -> str:
        if name not in freed:
            return f"{_begin(self._kept[name][0])}. It stays aside as long as its source does not change."
        why = "nothing is left to search without it" if needed else "its source is not what it was"
        return f"{_begin(name)}, which was set aside, is tried again: {why}."

    def _keep(self, plugins: dict[str, tuple[str, str]]) -> None:
        self._record.set_aside(plugins)
        self._kept = plugins


def _packages(plugin: type[Any], block: Block) -> Iterator[str]:
    """The top-level packages or modules with the code of a plugin: its own, and that which its settings name."""
    yield plugin.__module__.partition(".")[0]
    for key, setting in block.settings.items():
        wanted = block.ranges[key]
        if setting.code is not None and isinstance(wanted, Pinned):
            yield str(wanted.value).partition(":")[0].partition(".")[0]


def _begin(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]
