"""Picks: how a value of a dimension is chosen. Optuna is one way; chance and a grid are two others."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeAlias, cast

import numpy as np

from sinesweep.domains import Choice, Domain, Float, Int, Scalar, steps

if TYPE_CHECKING:
    from optuna.trial import BaseTrial

Pick: TypeAlias = Callable[[str, Domain], Scalar]
"""`(dimension's name, domain) → value`."""


def random_pick(rng: np.random.Generator) -> Pick:
    """Chooses by chance, uniformly in each range."""

    def pick(name: str, domain: Domain) -> Scalar:
        if isinstance(domain, Choice):
            return domain.options[int(rng.integers(len(domain.options)))]
        if isinstance(domain, Float) and domain.step is not None:
            return float(rng.choice(steps(domain)))
        low, high = (math.log(domain.low), math.log(domain.high)) if domain.log else (domain.low, domain.high)
        if isinstance(domain, Int) and not domain.log:
            return domain.low + domain.step * int(rng.integers((domain.high - domain.low) // domain.step + 1))
        value = float(rng.uniform(low, high))
        value = min(max(math.exp(value) if domain.log else value, domain.low), domain.high)
        return round(value) if isinstance(domain, Int) else value

    return pick


def suggest(asked: BaseTrial, name: str, domain: Domain) -> Scalar:
    """A trial's value of a dimension, as Optuna knows it."""
    if isinstance(domain, Choice):
        return cast("Scalar", asked.suggest_categorical(name, domain.options))
    if isinstance(domain, Float):
        return asked.suggest_float(name, domain.low, domain.high, step=domain.step, log=domain.log)
    return asked.suggest_int(name, domain.low, domain.high, step=domain.step, log=domain.log)


def grid(suggest: Callable[[Pick], object]) -> Iterator[dict[str, Scalar]]:
    """Every point that `suggest` can reach, as `{dimension: value}`.

    Which dimensions there are may hang on the values before them, so the points are walked like the leaves of a tree.

    Raises:
        ValueError: a range is continuous; `SearchSpace.check_grid` finds such ranges beforehand.
    """
    path: list[tuple[int, list[Scalar]]] = []
    while True:
        point: dict[str, Scalar] = {}

        def walk(name: str, domain: Domain, point: dict[str, Scalar] = point) -> Scalar:
            if len(point) == len(path):
                path.append((0, _values(name, domain)))
            index, values = path[len(point)]
            point[name] = values[index]
            return values[index]

        suggest(walk)
        yield point
        while path and path[-1][0] + 1 == len(path[-1][1]):
            path.pop()
        if not path:
            return
        path[-1] = (path[-1][0] + 1, path[-1][1])


def count(domain: Domain) -> float:
    """How many values a domain has; infinite where it is continuous."""
    if isinstance(domain, Float):
        unbounded = domain.step is None and domain.low < domain.high
        return math.inf if unbounded else len(_numbers(domain))
    return len(domain.options) if isinstance(domain, Choice) else (domain.high - domain.low) // domain.step + 1


def _values(name: str, domain: Domain) -> list[Scalar]:
    if math.isinf(count(domain)):
        raise ValueError(f"{name}: a grid needs a list of values or a range of whole numbers; got {domain}")
    if isinstance(domain, Choice):
        return list(domain.options)
    if isinstance(domain, Int):
        return list(range(domain.low, domain.high + 1, domain.step))
    return list(_numbers(domain))


def _numbers(domain: Float) -> list[float]:
    """The numbers of a range that is not continuous."""
    return [domain.low] if domain.step is None else steps(domain)
