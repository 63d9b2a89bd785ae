"""Exploring a hypermodel: what it asks for shows only while it is built.

Run as a program, `python -m … TARGET CHANNELS`, it writes what it found as a line of JSON.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from sinesweep.blame import nobodys
from sinesweep.errors import PluginError
from sinesweep.wording import named
from sinesweep_plugins.architectures._hyper_found import Build, Hyperparameter, why_not
from sinesweep_plugins.architectures._hypermodels import belongs_to_keras_tuner, builder, no_downloads

SIDES = (64, 256)
"""Frames and bins that a hypermodel is built on to see what it asks for; the larger ones where it fails on the others:
large features make large networks, and their weights take memory."""

MOST_BUILDS = 64
"""So often a hypermodel is built at most; what shows up only behind many choices together may then stay unseen."""

MANY = 8
"""Of a choice of more numbers than this, only the largest and the smallest are looked behind."""

ABOUT_TRAINING = re.compile(
    r"(^|[_/ -])(lr|learning_?rate|opt|optimi[sz]er|momentum|weight_decay|decay)($|[_/ -])", re.IGNORECASE
)
"""Names of hyperparameters that an optimizer may be made of."""


def explore(target: str, channels: int) -> list[dict[str, Any]]:
    """The hyperparameters of a hypermodel in the order in which they show up, parents before their children.

    It is built with its defaults, then again until every hyperparameter that can change what is asked for has had each
    of its options, or both ends of its range: so the `units_3` of a third layer are found too. KerasTuner's own ask
    for everything at once. Values with which it cannot be built, whatever the size of the features, are told with why.

    Raises:
        PluginError: it cannot be imported, or built with its defaults.
    """
    with no_downloads():
        builds = [builder(target, (side, side, channels) if channels else (side, side), 3) for side in SIDES]
        seen = _first_look(target, builds)
        left = 0 if belongs_to_keras_tuner(target) else MOST_BUILDS - 1
        while left and (values := seen.next_values()) is not None:
            left -= 1
            if seen.look(values) is not None:
                left = max(0, left - _blame(seen, values, builds))
    return [found.description() for found in seen.found.values()]


def _first_look(target: str, builds: Sequence[Build]) -> Seen:
    """What it asks for with its defaults."""
    fault: BaseException | None = None
    for build in builds:
        seen = Seen(build)
        fault = seen.look({})
        if fault is None:
            return seen
    if isinstance(fault, PluginError):
        raise fault
    reason = named(fault) if fault is not None else ""
    raise PluginError(f"hypermodel '{target}' cannot be built with its defaults: {reason}") from fault


def _blame(seen: Seen, values: Mapping[str, Any], builds: Sequence[Build]) -> int:
    """Looks behind each of these values alone, since together they cannot be built, and notes which are to blame.

    Values that only do not go together, or not with features of one size, are found infeasible once the features are
    known, or their trial tells why. Returns how often it has looked.
    """
    suspects = [each for each in seen.found.values() if each.differs(values) and not each.breaks(values)]
    for each in suspects:
        alone = each.alone(values)
        if seen.look(alone) is not None and all(why := [why_not(build, alone) for build in builds]):
            each.faults.append((values[each.parameter.name], why[-1]))
    return len(suspects)


class Seen:
    """What the builds so far have asked for."""

    def __init__(self, build: Build) -> None:
        self._build = build
        self.found: dict[str, Hyperparameter] = {}

    def look(self, values: dict[str, Any]) -> BaseException | None:
        """Builds with these values and notes what was asked for; what it raised, if it did."""
        import keras_tuner

        hp = keras_tuner.HyperParameters()
        hp.values.update(values)
        optimizer, fault = None, None
        try:
            optimizer = _optimizer_settings(self._build(hp))
        except nobodys():
            raise
        except BaseException as reason:  # values that do not go together; what it had asked for counts all the same
            fault = reason
        for parameter in hp.space:
            self._note(parameter, hp, optimizer)
        for condition in (each for scope in hp.inactive_scopes for each in scope):
            for found in self._named(condition.name):
                found.await_value(condition.values[0])
        return fault

    def next_values(self) -> dict[str, Any] | None:
        """Values that lead behind something new; None where all has been seen."""
        first = next((each for each in self.found.values() if each.waiting), None)
        if first is None:
            return None
        wanted = {**first.values, first.parameter.name: first.waiting[0]}
        first.try_value(first.waiting[0])
        for other in self.found.values():  # many at once, so that few builds are needed
            if other.waiting and other.parameter.name in wanted and other.parameter.name != first.parameter.name:
                wanted[other.parameter.name] = other.waiting[0]
        return self._counting(wanted)

    def _note(self, parameter: Any, hp: Any, optimizer: Mapping[str, Any] | None) -> None:
        key = json.dumps([parameter.name, parameter.get_config()["conditions"]])
        counts = hp.is_active(parameter)
        found = self.found.get(key)
        if found is None:
            needed = {each.name: each.values[0] for each in parameter.conditions}
            found = self.found[key] = Hyperparameter(parameter, hp.values | needed, list(_interesting(parameter)))
        if not counts:
            return
        if not found.tried:
            found.values = dict(hp.values)
        found.try_value(hp.values[parameter.name])
        if optimizer is not None:
            found.trains = found.trains is not False and _sets(parameter.name, hp.values[parameter.name], optimizer)

    def _named(self, name: str) -> list[Hyperparameter]:
        return [each for each in self.found.values() if each.parameter.name == name]

    def _counting(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """The values whose conditions the others meet."""
        kept: dict[str, Any] = {}
        for each in self.found.values():
            name = each.parameter.name
            if name in wanted and all(condition.is_active(kept) for condition in each.parameter.conditions):
                kept.setdefault(name, wanted[name])
        return kept


def _interesting(parameter: Any) -> Sequence[Any]:
    """The values behind which other hyperparameters may lie."""
    kind = type(parameter).__name__
    if kind in ("Fixed", "Float"):
        return ()
    if kind == "Int":
        return list(dict.fromkeys((parameter.max_value, parameter.min_value)))
    options = list(dict.fromkeys(parameter.values))
    if len(options) <= MANY or isinstance(options[0], str):
        return options
    return [max(options), min(options)]


def _optimizer_settings(model: Any) -> dict[str, Any]:
    """The name and the settings of the optimizer that a model was compiled with; none where it was not compiled."""
    optimizer = getattr(model, "optimizer", None)
    return {} if optimizer is None else optimizer.get_config() | {"name": type(optimizer).__name__}


def _sets(name: str, value: Any, optimizer: Mapping[str, Any]) -> bool:
    """Whether a hyperparameter of this name and value is one of the optimizer's settings."""
    if not ABOUT_TRAINING.search(name):
        return False
    if isinstance(value, str):
        return value.lower() == str(optimizer.get("name")).lower()
    numbers = [each for each in optimizer.values() if isinstance(each, int | float) and not isinstance(each, bool)]
    return any(math.isclose(value, number, rel_tol=1e-5) for number in numbers)


def main(target: str, channels: str) -> None:
    """Writes `{"found": […]}` or `{"problem": "…"}`."""
    try:
        answer: dict[str, Any] = {"found": explore(target, int(channels))}
    except PluginError as reason:
        answer = {"problem": str(reason)}
    print("\n" + json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])
