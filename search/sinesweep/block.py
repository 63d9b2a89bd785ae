"""Block: the settings of one plugin and their ranges; Gate: what a setting hangs on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sinesweep.domains import Choice, Domain
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
    """The settings of one plugin (or of `fit`) and their ranges."""

    prefix: str
    settings: Mapping[str, Setting]
    ranges: Mapping[str, Range]

    def suggest(self, pick: Pick) -> dict[str, Any]:
        """A value for every setting."""
        chosen: dict[str, Any] = {}
        for name, setting in self.settings.items():
            wanted, when = self.ranges[name], setting.when
            if when is not None and chosen[when.field] not in when.values:
                chosen[name] = setting.default
            elif isinstance(wanted, Pinned):
                chosen[name] = wanted.value
            else:
                chosen[name] = pick(f"{self.prefix}.{name}", wanted)
        return chosen

    def dimensions(self) -> dict[str, Domain]:
        """The ranges that are searched, by full name."""
        return {
            f"{self.prefix}.{name}": wanted
            for name, wanted in self.ranges.items()
            if not isinstance(wanted, Pinned) and self._can_count(self.settings[name].when)
        }

    def gates(self) -> dict[str, list[Gate]]:
        """What each dimension hangs on inside this block."""
        searched = self.dimensions()
        names = {f"{self.prefix}.{name}": name for name in self.settings}
        return {full: self._gates(name) for full, name in names.items() if full in searched}

    def size(self) -> float:
        """How many combinations of values there are at most; infinite with a continuous range."""
        return math.prod(count(domain) for domain in self.dimensions().values())

    def _gates(self, name: str) -> list[Gate]:
        when = self.settings[name].when
        if when is None:
            return []
        values = self._values(when.field)
        if values is not None and all(value in when.values for value in values):
            return self._gates(when.field)
        return [Gate(f"{self.prefix}.{when.field}", when.values)]

    def _can_count(self, when: When | None) -> bool:
        """Whether any trial can meet the condition."""
        values = None if when is None else self._values(when.field)
        return when is None or values is None or any(value in when.values for value in values)

    def _values(self, name: str) -> tuple[Any, ...] | None:
        """The values that a setting can have; None where they are a whole range."""
        wanted = self.ranges[name]
        if isinstance(wanted, Pinned):
            return (wanted.value,)
        return wanted.options if isinstance(wanted, Choice) else None
