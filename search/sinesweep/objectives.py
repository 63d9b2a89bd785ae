"""Objectives: what a search makes best, metrics and costs alike, and which trials no other one beats."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal

from sinesweep.elsewhere import hint
from sinesweep.metrics import METRICS, is_metric, metric
from sinesweep.trial import Result

PARAMETERS, MULTIPLY_ADDS, MODEL_BYTES, LATENCY = "parameters", "multiply_adds", "model_bytes", "latency_ms"

COSTS: Mapping[str, str] = {
    PARAMETERS: "weights of the network",
    MULTIPLY_ADDS: "multiplications of one answer: every kernel counts its size wherever it is applied, attention its"
    " products; the front end, norms, pooling and activations count nothing",
    MODEL_BYTES: "bytes of the network's weights",
    LATENCY: "milliseconds of one answer to one clip, front end included (but for one that runs on the host): the"
    " median of many on the processor of the trial's worker",
}
"""What a trained network costs, by name; less is better. Time is measured only where a sweep asks for it."""


def direction(name: str) -> Literal["maximize", "minimize"]:
    """Whether more or less is better."""
    return "minimize" if name in COSTS else metric(name).direction


def costs_of(result: Result) -> dict[str, float]:
    """All that is known of what a result's network costs."""
    return dict(result.costs) | ({PARAMETERS: result.parameters} if result.parameters else {})


def values_of(names: Sequence[str], result: Result) -> list[float]:
    """What a result has of each objective, the first being its value; NaN where it has none."""
    first = math.nan if result.value is None else result.value
    known = {**result.metrics, **costs_of(result), names[0]: first}
    return [float(known.get(name, math.nan)) for name in names]


def goodness(names: Sequence[str], result: Result) -> tuple[float, ...]:
    """The same, turned so that more is better."""
    signs = (1 if direction(name) == "maximize" else -1 for name in names)
    return tuple(sign * value for sign, value in zip(signs, values_of(names, result), strict=True))


def beats(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether `one` is at least as good in everything and better in something; more is better."""
    return all(a >= b for a, b in zip(one, other, strict=True)) and tuple(one) != tuple(other)


def front(points: Sequence[tuple[float, ...]]) -> list[bool]:
    """Of each point whether no other one beats it: the Pareto front. A point with a NaN is on no front."""
    best: set[tuple[float, ...]] = set()
    # From high to low: whatever beats a point comes before it, and something that nothing beats then beats it too.
    for point in sorted((each for each in points if not any(map(math.isnan, each))), reverse=True):
        if not any(beats(other, point) for other in best):
            best.add(point)
    return [point in best for point in points]


def check_objectives(names: Sequence[str]) -> None:
    """Raises ValueError where these cannot be the objectives of a search."""
    if not names:
        raise ValueError("expected at least one objective")
    for name in names:
        if not is_metric(name) and name not in COSTS:
            raise ValueError(f"no metric or cost named '{name}'.{hint('metrics', name, [*METRICS, *COSTS])}")
    if names[0] in COSTS:
        raise ValueError(
            f"trials are ranked and pruned by the first objective, so it has to be a metric; '{names[0]}' is a cost"
        )
    twice = next((name for name in names if names.count(name) > 1), "")
    if twice:
        raise ValueError(f"'{twice}' is named twice")
