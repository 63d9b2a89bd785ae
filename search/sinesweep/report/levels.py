"""Levels: the values of one setting in a few groups, each large enough to be compared with the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FEWEST_TRIALS = 10
"""From fewer trials nothing is said about a setting; a group of numbers has as many."""

FEWEST_OF_LEVEL = 3
"""A level with fewer trials is left out."""

MOST_LEVELS = 6


@dataclass(frozen=True)
class Levels:
    """The groups of one setting's values.

    Attributes:
        names: `32–48`, `hann` or `on`, in the order of the values.
        codes: to which of them each value belongs, int `(values,)`; -1 where it is left out.
        middles: the middle of each group of numbers; none where the values are no numbers.
    """

    names: tuple[str, ...]
    codes: NDArray[np.int64]
    middles: tuple[float, ...]


def levels(values: Sequence[Any]) -> Levels:
    """The groups: a group a value where there are few different ones or they are no numbers, else about equally large
    ranges of numbers.
    """
    if not are_numbers(values):
        names, codes = np.unique([shown(value) for value in values], return_inverse=True)
        return _kept([str(name) for name in names], codes, None)
    numbers = np.asarray(values, float)
    different = np.unique(numbers)
    if len(different) <= MOST_LEVELS:
        return _kept([shown(each) for each in different], np.searchsorted(different, numbers), different)
    count = min(MOST_LEVELS, max(2, len(numbers) // FEWEST_TRIALS))
    edges = np.unique(np.quantile(numbers, np.linspace(0, 1, count + 1)[1:-1]))
    codes = np.searchsorted(edges, numbers)
    groups = [numbers[codes == code] for code in range(len(edges) + 1)]
    ranges = [f"{shown(group.min())}–{shown(group.max())}" if len(group) else "" for group in groups]
    return _kept(ranges, codes, np.array([np.median(group) if len(group) else np.nan for group in groups]))


def are_numbers(values: Sequence[Any]) -> bool:
    """Whether these are amounts, and not names or switches."""
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def shown(value: Any) -> str:
    """A setting's value as a chart shows it: `on`, `0.00131`, `44,100`."""
    if isinstance(value, bool | np.bool_):
        return "on" if value else "off"
    if isinstance(value, int | float | np.number):
        plain = float(value)
        return f"{plain:,.0f}" if plain.is_integer() and abs(plain) < 1e9 else f"{plain:.3g}"
    return str(value)


def _kept(names: Sequence[str], codes: NDArray[np.int64], middles: NDArray[np.float64] | None) -> Levels:
    """The levels that have enough values, numbered anew."""
    counts = np.bincount(codes, minlength=len(names))
    kept = np.flatnonzero(counts >= FEWEST_OF_LEVEL).tolist()
    anew = np.full(len(names), -1)
    anew[kept] = np.arange(len(kept))
    return Levels(
        tuple(names[code] for code in kept),
        anew[codes],
        () if middles is None else tuple(float(middles[code]) for code in kept),
    )
