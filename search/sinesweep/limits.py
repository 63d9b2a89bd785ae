"""Limits: what a network may cost, and how a sampler is told that one costs more."""

from __future__ import annotations

import math
from collections.abc import Mapping

from sinesweep.errors import Infeasible


class OverLimit(Infeasible):
    """A network that costs more than the sweep allows."""


def excess(limits: Mapping[str, float], costs: Mapping[str, float]) -> dict[str, float]:
    """By how much each limit is broken, in doublings: twice as much as allowed is 1. Costs range over many sizes."""
    over = {name: limit for name, limit in limits.items() if costs.get(name, 0) > limit}
    return {name: math.log2(costs[name] / limit) for name, limit in over.items()}


def check(limits: Mapping[str, float], costs: Mapping[str, float]) -> None:
    """Raises OverLimit where costs that are known are over their limits."""
    if sentence := told(limits, costs):
        raise OverLimit(sentence)


def told(limits: Mapping[str, float], costs: Mapping[str, float]) -> str:
    """Which limits are broken, in words; empty where none is."""
    over = excess(limits, costs)
    return "; ".join(f"{name} {_plain(costs[name])} is over limits.{name} {_plain(limits[name])}" for name in over)


def _plain(number: float) -> str:
    """All digits of a large number, and no unit that differs: reports count reasons alike but for their digits."""
    return f"{number:.0f}" if number >= 1000 else f"{number:.3g}"
