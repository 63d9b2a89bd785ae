"""Block: the settings of one plugin and their ranges; Gate: what a setting hangs on."""

from __future__ import annotations

import json
import math
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sinesweep.domains import Choice, Domain, Float, Int, searched
from sinesweep.picks import Pick, count
from sinesweep.ranges import Pinned, Range
from sinesweep.settings import Setting, When


@dataclass(frozen=True)
class Gate:
    """A dimension that others hang on: they count only where it has one of `values`."""

    dimension: str
    values: tuple[Any, ...]

    def open(self, point: Mapping[str, Any]) -> bool:
        """Whether a point says by itself that they count."""
        return self.dimension in point and point[self.dimension] in self.values

    def __str__(self) -> str:
        return f"{self.dimension}: {' or '.join(str(value) for value in self.values)}"


@dataclass(frozen=True)
class Block:
    """The settings of one plugin (or of `fit`) and their ranges.

    Attributes:
        settings: by their names in this block. Several may bear one name in a configuration (`Setting.name`), each
            with a condition of its own; the first one that counts is then the one that is meant.
        ranges: by the same names.
        asked: those of them that somebody has named.
    """

    prefix: str
    settings: Mapping[str, Setting]
    ranges: Mapping[str, Range]
    asked: frozenset[str] = field(default=frozenset(), compare=False)

    def suggest(self, pick: Pick) -> dict[str, Any]:
        """A value for every setting; a further one that does not count has none."""
        chosen: dict[str, Any] = {}
        counting: dict[str, Any] = {}
        for key, setting in self.settings.items():
            if setting.name in counting:
                continue
            if all(when.field in counting and counting[when.field] in when.values for when in setting.when):
                wanted = self.ranges[key]
                value = wanted.value if isinstance(wanted, Pinned) else pick(f"{self.prefix}.{key}", wanted)
                chosen[setting.name] = counting[setting.name] = value
            elif not setting.further:
                chosen[setting.name] = setting.default
        return chosen

    def dimensions(self) -> dict[str, Domain]:
        """The ranges that are searched, by full name."""
        return {
            f"{self.prefix}.{key}": wanted
            for key, wanted in self.ranges.items()
            if not isinstance(wanted, Pinned) and self._can_count(key)
        }

    def gates(self) -> dict[str, list[Gate]]:
        """What each dimension hangs on inside this block."""
        searched = self.dimensions()
        names = {f"{self.prefix}.{key}": key for key in self.settings}
        return {full: list(dict.fromkeys(self._gates(key))) for full, key in names.items() if full in searched}

    def notes(self) -> list[str]:
        """Further settings that are not searched although whoever wrote them may expect it, and values of settings
        that cannot be built, a sentence each."""
        return [*self._unsearched(), *self._unbuildable()]

    def _unsearched(self) -> list[str]:
        return [
            f"{self.prefix}.{key} is not searched: {setting.help}"
            for key, setting in self.settings.items()
            if setting.further and setting.domain is not None and count(setting.domain) > 1
            if searched(setting.domain) is None and isinstance(self.ranges[key], Pinned)
        ]

    def _unbuildable(self) -> list[str]:
        return [
            f"{self.prefix}.{key}={value} cannot be built: {why}"
            for key, setting in self.settings.items()
            for value, why in setting.faults
            if self._can_count(key) and value in self._possible(key)
        ]

    def idle(self) -> dict[str, str]:
        """Why a setting that somebody has named can never count, a sentence each."""
        return {key: self._why_idle(key) for key in self.settings if key in self.asked and not self._can_count(key)}

    def size(self) -> float:
        """How many combinations of values there are at most; infinite with a continuous range."""
        return math.prod(count(domain) for domain in self.dimensions().values())

    def values(self, key: str) -> tuple[Any, ...] | None:
        """The values that a setting can have; None where they are a whole range."""
        wanted = self.ranges[key]
        if isinstance(wanted, Pinned):
            return (wanted.value,)
        return wanted.options if isinstance(wanted, Choice) else None

    def _gates(self, key: str) -> Iterator[Gate]:
        for when in self.settings[key].when:
            parents = self._bearing(when.field)
            values = self.values(parents[0])
            if len(parents) > 1:  # which of them is meant, no single dimension says
                continue
            if values is not None and all(value in when.values for value in values):
                yield from self._gates(parents[0])
            else:
                yield Gate(f"{self.prefix}.{parents[0]}", when.values)

    def _can_count(self, key: str) -> bool:
        """Whether any trial can meet the conditions."""
        return all(self._can_be(when) for when in self.settings[key].when)

    def _can_be(self, when: When) -> bool:
        return any(self._fits(parent, when) and self._can_count(parent) for parent in self._bearing(when.field))

    def _fits(self, key: str, when: When) -> bool:
        """Whether a setting, where it counts, can have a value that a condition asks for."""
        possible = self._possible(key)
        return any(value in possible for value in when.values)

    def _possible(self, key: str) -> Container[Any]:
        """What a setting can be where it counts."""
        wanted = self.ranges[key]
        return wanted if isinstance(wanted, Float | Int) else self.values(key) or ()

    def _why_idle(self, key: str) -> str:
        when = self._unmet(key)
        parent = self._bearing(when.field)[0]
        there = self.values(parent)
        others = [other for other in self.settings if _alike(key, other) and self._can_count(other)]
        way_out = (
            f"Did you mean '{others[0]}'?" if others else f"Leave it out, or give {when.field} one of these values"
        )
        return (
            f"counts only with {when.field} {_either(when.values)}; in this sweep that is"
            f" {self.ranges[parent] if there is None else _either(there)}. {way_out}"
        )

    def _unmet(self, key: str) -> When:
        """The condition that keeps a setting from ever counting, or what that condition hangs on itself."""
        when = next(when for when in self.settings[key].when if not self._can_be(when))
        parents = [parent for parent in self._bearing(when.field) if self._fits(parent, when)]
        return self._unmet(parents[0]) if parents else when

    def _bearing(self, name: str) -> list[str]:
        """The keys of the settings that bear a name in a configuration."""
        return [key for key, setting in self.settings.items() if setting.name == name]


def _alike(one: str, other: str) -> bool:
    """Whether one of two names is the other with something before it, as `lion_beta_2` and `beta_2`."""
    return one.endswith(f"_{other}") or other.endswith(f"_{one}")


def _either(values: Sequence[Any]) -> str:
    """`sgd, rmsprop or muon`, in the words of a sweep file."""
    *first, last = (value if isinstance(value, str) and value else json.dumps(value) for value in values)
    return f"{', '.join(first)} or {last}" if first else last
