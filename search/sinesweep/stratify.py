"""Dealing groups out to parts, so that every part has its share of every class."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

STEPS = 5000
"""Groups that are placed in all tries together: a small table gets many tries, a large one needs only one."""

Counts: TypeAlias = NDArray[Any]
"""Clips of every class in every group, and in the last column all clips of the group: int `(groups, classes + 1)`."""

Dealt: TypeAlias = tuple[tuple[float, ...], NDArray[np.int64]]
"""What is wrong with one try, the worst first, and the part of every group."""


def deal(
    counts: Counts, shares: Sequence[float], needs: Sequence[int], least: Sequence[int], seed: Sequence[int]
) -> NDArray[np.int64]:
    """Deals groups to parts of given shares.

    Args:
        counts: of every group.
        shares: the share of every class that each part should get; they add up to 1.
        needs: how many groups of every class each part must have, as far as there are any; earlier parts come first.
        least: how many groups each part gets, whatever its classes need, as far as there are any.
        seed: which of the equally good ways is taken.

    Returns:
        The part of every group.
    """

    def once(order: NDArray[np.int64]) -> Dealt:
        return _deal_once(counts, np.asarray(shares), np.asarray(needs), np.asarray(least), order)

    return _best(counts, once, seed)


def deal_evenly(counts: Counts, parts: int, seed: Sequence[int]) -> NDArray[np.int64]:
    """Deals groups to parts of about equal size.

    No part stays empty. As far as the groups allow, no class is in one part alone, the sizes differ by no more than the
    largest group, and every part has its share of every class; in this order.

    Args:
        counts: of every group.
        parts: how many; at most as many as groups.
        seed: which of the equally good ways is taken.

    Returns:
        The part of every group.
    """
    return _best(counts, lambda order: _deal_evenly_once(counts, parts, order), seed)


def _best(counts: Counts, once: Callable[[NDArray[np.int64]], Dealt], seed: Sequence[int]) -> NDArray[np.int64]:
    """The best of several orders, in each the largest groups first, and class by class where they are alike."""
    rng = np.random.default_rng(seed)
    rows = _rows(counts)
    weight, kind = rows.max(axis=1), rows[:, :-1].argmax(axis=1)
    tries = []
    for attempt in range(int(np.clip(STEPS // len(rows), 1, 16))):
        noise = rng.uniform(0.7, 1.3, len(rows)) if attempt else np.ones(len(rows))
        tries.append(once(np.lexsort((rng.random(len(rows)), kind, -weight * noise))))
    return min(tries, key=lambda dealt: dealt[0])[1]


def _rows(counts: Counts) -> NDArray[np.float64]:
    """The share of every class that each group has. All clips together count like one more class."""
    return np.asarray(counts / np.maximum(counts.sum(axis=0), 1))


def _deal_once(
    counts: Counts,
    shares: NDArray[np.float64],
    needs: NDArray[np.int64],
    least: NDArray[np.int64],
    order: NDArray[np.int64],
) -> Dealt:
    """One pass: every group goes where it helps most."""
    rows, present = _rows(counts), counts[:, :-1] > 0
    filled = np.zeros((len(shares), rows.shape[1]))
    lacking = np.repeat(needs[:, None], present.shape[1], axis=1)
    # A part's need outweighs any share, and an earlier part's need outweighs a later one's.
    worth = 1e3 * np.linspace(10, 1, len(shares))
    parts, short = np.zeros(len(rows), np.int64), least.copy()
    for left, group in zip(range(len(order), 0, -1), order, strict=True):
        row, has = rows[group], present[group]
        # The growth of chi-square, Σ (filled - share)² / share, if the group went to each part.
        growth = ((2 * (filled - shares[:, None]) + row) @ row) / shares
        cost = growth - worth * (lacking[:, has] > 0).sum(axis=1)
        part = int(np.argmin(np.where((short <= 0) & (short.clip(0).sum() >= left), np.inf, cost)))
        parts[group] = part
        filled[part] += row
        lacking[part, has] -= 1
        short[part] -= 1
    chi_square = ((filled - shares[:, None]) ** 2 / shares[:, None]).sum()
    return (float(chi_square + worth @ np.maximum(lacking, 0).sum(axis=1)),), parts


def _deal_evenly_once(counts: Counts, parts: int, order: NDArray[np.int64]) -> Dealt:
    """One pass: every group goes where it does no harm and helps most."""
    rows, total, shared = _rows(counts), counts.sum(axis=0), (counts > 0).sum(axis=0) > 1
    filled, filled_rows = np.zeros((parts, counts.shape[1]), np.int64), np.zeros((parts, counts.shape[1]))
    largest, places = counts[:, -1].max(), np.zeros(len(counts), np.int64)
    for left, group in zip(range(len(order), 0, -1), order, strict=True):
        row, size = counts[group], filled[:, -1]
        robbing = (size > 0) & ((size == 0).sum() >= left)
        alone = ((filled + row == total) & (row > 0) & shared).sum(axis=1)
        uneven = size + row[-1] > size.min() + largest
        # Of equal shares, chi-square grows least where there is least of the group's classes.
        part = np.lexsort((filled_rows @ rows[group], uneven, alone, robbing))[0]
        places[group] = part
        filled[part] += row
        filled_rows[part] += rows[group]
    alone = ((filled == total) & (total > 0) & shared).sum()
    uneven = max(0, np.ptp(filled[:, -1]) - largest)
    return (float(alone), float(uneven), float(((filled_rows - 1 / parts) ** 2).sum())), places
