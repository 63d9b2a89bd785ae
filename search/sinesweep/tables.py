"""What people's tables have in common: the numbers in their cells, and what stands between their columns."""

from __future__ import annotations

import math
from collections.abc import Iterable

LARGEST = 1e18
"""No number of a vector and no value is larger: networks compute in 32 bits, and its square has to fit too."""


def usable(number: float) -> bool:
    """Whether networks can compute with it; not with infinity, with what is no number, and beyond `LARGEST`."""
    return abs(number) <= LARGEST


def number_of(given: str) -> float:
    """The number in a cell; raises ValueError that says what was expected where no network can compute with it."""
    try:
        number = float(given)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"expected a finite number, got '{given}'")
    if not usable(number):
        raise ValueError(f"expected a number within ±{LARGEST:g}, got '{given}'; see whether its unit is right")
    return number


def other_separator(columns: Iterable[str | None]) -> str:
    """What seems to stand between the columns instead of a comma, where a table has only one; empty otherwise."""
    names = [name for name in columns if name]
    return next((mark for mark in ";\t|" if len(names) == 1 and mark in names[0]), "")
