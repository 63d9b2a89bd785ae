"""Ranges: what a sweep file may say about one setting.

n_mels: 64                          pinned
n_mels: [32, 64, 128]               one of these
n_mels: {low: 32, high: 96}         a narrower range; `step` and `log` too
(nothing)                           the range that the plugin proposes
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from sinesweep.domains import Choice, Domain, Float, Int, searched, steps
from sinesweep.errors import did_you_mean
from sinesweep.settings import Setting


@dataclass(frozen=True)
class Pinned:
    """A setting that keeps one value in every trial."""

    value: Any


Range: TypeAlias = Domain | Pinned

KEYS = ("low", "high", "step", "log")
"""What a sweep file may say about a range."""


def default_range(setting: Setting) -> Range:
    """What is searched when the sweep file does not name this setting."""
    domain = searched(setting.domain) if setting.domain is not None else None
    if isinstance(domain, Int):
        return _in_steps(domain.low, domain.high, domain.step, domain.log)
    if isinstance(domain, Float):
        return _in_float_steps(domain.low, domain.high, domain.step, domain.log)
    return domain if domain is not None else Pinned(setting.default)


def read_range(setting: Setting, request: Any) -> Range:
    """What the sweep file asks for.

    Raises:
        ValueError: a wrong type, a value outside the plugin's range, `low > high`, a broken step, an unknown key.
    """
    if isinstance(request, Mapping):
        return _interval(setting, request)
    if isinstance(request, list) and setting.domain is not None:
        return _options(setting, request)
    return Pinned(setting.parse(request))


def _options(setting: Setting, request: list[Any]) -> Range:
    if not request:
        raise ValueError("the list is empty; give one or more values, or leave the setting out")
    options = tuple(setting.parse(value) for value in request)
    return Pinned(options[0]) if len(options) == 1 else Choice(options)


def _interval(setting: Setting, request: Mapping[str, Any]) -> Range:
    domain = setting.domain
    unknown = [key for key in request if key not in KEYS]
    if unknown:
        raise ValueError(f"a range has no '{unknown[0]}'.{did_you_mean(str(unknown[0]), KEYS)}")
    if setting.type not in (int, float) or domain is None:
        raise ValueError("this setting has no range; give one value or a list of values")
    bounds = _bounds(domain)
    low, high = (setting.parse(request.get(key, bounds[key])) for key in ("low", "high"))
    log = request.get("log", bounds["log"])
    if not isinstance(log, bool):
        raise ValueError(f"log: expected true or false, got {log!r}")
    if setting.type is int:
        return _in_steps(low, high, _step(request.get("step", 1 if log else bounds["step"])), log)
    if "step" in request:
        raise ValueError("step belongs to whole numbers; give a list of values instead")
    own = domain.step if isinstance(domain, Float) else None
    return _in_float_steps(low, high, None if log else own, log)


def _step(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"step: expected a whole number of at least 1, got {value!r}")
    return value


def _in_steps(low: int, high: int, step: int, log: bool) -> Int:
    """The range with its end lowered to the last whole step; one whose end comes first is refused as it was given."""
    return Int(low, high - max(0, high - low) % step, step, log)


def _in_float_steps(low: float, high: float, step: float | None, log: bool) -> Float:
    """The same for numbers."""
    return Float(low, high, log) if step is None else Float(low, steps(Float(low, high, step=step))[-1], step=step)


def _bounds(domain: Domain) -> dict[str, Any]:
    if isinstance(domain, Choice):
        numbers = [option for option in domain.options if not isinstance(option, str)]
        return {"low": min(numbers), "high": max(numbers), "log": False, "step": 1}
    step = domain.step if isinstance(domain, Int) else 1
    return {"low": domain.low, "high": domain.high, "log": domain.log, "step": step}
