"""What is found of a hypermodel: its hyperparameters, and the values with which it cannot be built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sinesweep.blame import nobodys
from sinesweep.wording import named

Build: TypeAlias = Callable[[Any], Any]
"""Builds a hypermodel on features of some size, with the hyperparameters that it is given."""


@dataclass
class Hyperparameter:
    """One that was asked for.

    Attributes:
        values: of the first build in which it counted; of one in which it should count, while there is none.
        waiting: the values of its own that have not been looked behind.
        tried: those that have been.
        trains: whether it was what the optimizer has, in every build that said so; None where none did.
        faults: the values of its own with which nothing can be built, each with why.
    """

    parameter: Any
    values: dict[str, Any]
    waiting: list[Any]
    tried: list[Any] = field(default_factory=list)
    trains: bool | None = None
    faults: list[tuple[Any, str]] = field(default_factory=list)

    def await_value(self, value: Any) -> None:
        """Sees to it that this value is looked behind."""
        if value not in (*self.waiting, *self.tried):
            self.waiting.append(value)

    def try_value(self, value: Any) -> None:
        """Notes that this value has been looked behind."""
        self.waiting = [each for each in self.waiting if each != value]
        self.tried.append(value)

    def differs(self, values: Mapping[str, Any]) -> bool:
        """Whether it has another value than its default among these."""
        return bool(values.get(self.parameter.name, self.parameter.default) != self.parameter.default)

    def alone(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Its value among these, and what it hangs on; everything else has its default."""
        needed = {condition.name: condition.values[0] for condition in self.parameter.conditions}
        return needed | {self.parameter.name: values[self.parameter.name]}

    def breaks(self, values: Mapping[str, Any]) -> bool:
        """Whether it is known that nothing can be built with what it has among these values."""
        name = self.parameter.name
        return name in values and values[name] in (value for value, _ in self.faults)

    def description(self) -> dict[str, Any]:
        """`class_name`, `config`, `trains` and `faults`, as JSON."""
        kind, config = type(self.parameter).__name__, self.parameter.get_config()
        return {"class_name": kind, "config": config, "trains": bool(self.trains), "faults": self.faults}


def why_not(build: Build, values: Mapping[str, Any]) -> str:
    """What a build with these values, and else with defaults, raises; empty where it succeeds."""
    import keras_tuner

    hp = keras_tuner.HyperParameters()
    hp.values.update(values)
    try:
        build(hp)
    except nobodys():
        raise
    except BaseException as reason:  # a person's code may raise anything
        return named(reason)
    return ""
