"""Ranges that two settings span, from `min_…` to `max_…`."""

from __future__ import annotations

from sinesweep.contract import Augmentation
from sinesweep.errors import Infeasible


def check_ranges(augmentation: Augmentation, *quantities: str) -> None:
    """Raises Infeasible where `min_QUANTITY` of an augmentation is above its `max_QUANTITY`."""
    for quantity in quantities:
        low, high = f"min_{quantity}", f"max_{quantity}"
        lowest, highest = getattr(augmentation, low), getattr(augmentation, high)
        if lowest > highest:
            raise Infeasible(f"{low} = {lowest:g} is above {high} = {highest:g}")
