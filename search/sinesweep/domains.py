"""Domains: the values that a hyperparameter may take, and the part of them that is searched."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

Scalar: TypeAlias = bool | int | float | str


@dataclass(frozen=True)
class Float:
    """Real numbers in `[low, high]`.

    Attributes:
        log: sample uniformly in the logarithm; needs `low > 0`.
        search: the part that is searched when a sweep file says nothing: `(low, high)`, True for all of it,
            False to keep the default value.
        step: search only `low, low + step, … high`; None for every number; not with `log`.
    """

    low: float
    high: float
    log: bool = False
    search: tuple[float, float] | bool = True
    step: float | None = None

    def __post_init__(self) -> None:
        _check_bounds(self)
        if self.step is not None and (self.step <= 0 or self.log):
            raise ValueError(f"step must be above 0, and None where log is on; got step={self.step}, log={self.log}")

    def __contains__(self, value: object) -> bool:
        return _is_number(value) and self.low <= value <= self.high  # type: ignore[operator]

    def __str__(self) -> str:
        step = "" if self.step is None else f" by {self.step:g}"
        return f"{self.low:g} … {self.high:g}{step}{', log' if self.log else ''}"


@dataclass(frozen=True)
class Int:
    """Whole numbers `low, low + step, … high`; `log` and `search` as in `Float` (`log` needs `step=1`)."""

    low: int
    high: int
    step: int = 1
    log: bool = False
    search: tuple[int, int] | bool = True

    def __post_init__(self) -> None:
        _check_bounds(self)
        if self.step < 1 or (self.log and self.step != 1):
            raise ValueError(f"step must be at least 1, and 1 where log is on; got step={self.step}, log={self.log}")

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and self.low <= value <= self.high

    def __str__(self) -> str:
        return f"{self.low} … {self.high}{f' by {self.step}' if self.step > 1 else ''}{', log' if self.log else ''}"


@dataclass(frozen=True)
class Choice:
    """One of `options`. Numbers between the smallest and the largest option are allowed where a sweep asks for them.

    Attributes:
        search: the options that are searched when a sweep file says nothing; True for all, False to keep the default.
    """

    options: tuple[Scalar, ...]
    search: tuple[Scalar, ...] | bool = True

    def __post_init__(self) -> None:
        if not self.options or len(set(self.options)) != len(self.options):
            raise ValueError(f"options must be one or more different values; got {self.options}")
        if isinstance(self.search, tuple) and not (self.search and set(self.search) <= set(self.options)):
            raise ValueError(f"search must be some of {self.options}; got {self.search}")

    def __contains__(self, value: object) -> bool:
        if any(value == option and type(value) is type(option) for option in self.options):
            return True
        return all(map(_is_number, (value, *self.options))) and min(self.options) <= value <= max(self.options)  # type: ignore[operator]

    def __str__(self) -> str:
        return ", ".join(str(option) for option in self.options)


Domain: TypeAlias = Float | Int | Choice


def allowed(domain: Domain) -> str:
    """What a sweep file may ask for."""
    if isinstance(domain, Choice) and len(domain.options) > 1 and all(map(_is_number, domain.options)):
        return f"a number from {min(domain.options)} to {max(domain.options)}"
    return str(domain)


def searched(domain: Domain) -> Domain | None:
    """The part of a domain that is searched when a sweep file says nothing; None where the default is kept."""
    if domain.search is False:
        return None
    if domain.search is True:
        return domain
    if isinstance(domain, Choice):
        return Choice(domain.search)
    low, high = domain.search
    if isinstance(domain, Int):
        return Int(int(low), int(high), domain.step, domain.log)
    return Float(low, high, domain.log, step=domain.step)


def steps(domain: Float) -> list[float]:
    """The numbers of a range with a step, free of the rounding of sums: 0.3, not 0.1 + 0.1 + 0.1.

    Raises:
        ValueError: the range has no step.
    """
    if domain.step is None:
        raise ValueError(f"expected a range with a step, got {domain}")
    count = math.floor((domain.high - domain.low) / domain.step + 1e-9) + 1
    return [float(f"{domain.low + i * domain.step:.12g}") for i in range(count)]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _check_bounds(domain: Float | Int) -> None:
    if not (_is_number(domain.low) and _is_number(domain.high)):
        raise ValueError(f"low and high must be finite numbers; got low={domain.low}, high={domain.high}")
    if domain.low > domain.high:
        raise ValueError(f"low must not be greater than high; got low={domain.low}, high={domain.high}")
    if domain.log and domain.low <= 0:
        raise ValueError(f"a logarithmic range must begin above 0; got low={domain.low}")
    if isinstance(domain.search, tuple) and not domain.low <= domain.search[0] <= domain.search[1] <= domain.high:
        raise ValueError(f"search must lie inside {domain.low} … {domain.high}; got {domain.search}")
