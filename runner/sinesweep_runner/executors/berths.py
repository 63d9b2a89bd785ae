"""Berths: the places of workers in Ray, each wide enough for a worker and its successor.

A berth is a share of one machine's cores and GPUs that Ray keeps for it (a placement group). A worker books one half of
its berth, and nobody else gets the other: so the successor of a worker that is worn out can start beside it, on the
same machine and the same GPU, while that one still serves. How much a worker computes with is no matter of bookings.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import ray
from ray.util.placement_group import PlacementGroup, placement_group, remove_placement_group
from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy

Options = dict[str, Any]
"""What Ray is told of an actor."""

PRECISION = 10_000
"""Ray counts in such parts of a core or GPU."""


class Berths:
    """The berths of a crew, all of one size."""

    def __init__(self, cpus: float, gpus: float, start: Callable[[Options, PlacementGroup], Any]) -> None:
        """None is taken yet.

        Args:
            cpus, gpus: of a berth. Where a worker has several GPUs, it needs them all, and its successor has to wait.
            start: starts a process with these options in a berth, and gives its actor.
        """
        self._share = {"CPU": cpus, **({"GPU": gpus} if gpus else {})}
        self._options = {"num_cpus": _half(cpus), "num_gpus": gpus if gpus > 1 else _half(gpus), "max_restarts": 0}
        self._start = start
        self._taken: dict[Any, PlacementGroup] = {}

    def hire(self, beside: Any = None) -> Any:
        """Starts a worker as soon as there is room: in a berth of its own, or in that of another one."""
        berth = placement_group([self._share]) if beside is None else self._taken[beside]
        strategy = PlacementGroupSchedulingStrategy(berth, 0)
        worker = self._start({**self._options, "scheduling_strategy": strategy}, berth)
        self._taken[worker] = berth
        return worker

    def dismiss(self, worker: Any) -> None:
        """Ends a worker, whatever it does; a berth in which nobody is left is given back."""
        ray.kill(worker)
        berth = self._taken.pop(worker)
        if berth not in self._taken.values():
            remove_placement_group(berth)


def _half(share: float) -> float:
    """Rounded down, so that two of them are never more than the whole."""
    return math.floor(share * PRECISION / 2) / PRECISION
