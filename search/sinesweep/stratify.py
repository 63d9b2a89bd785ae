"""Dealing groups out to parts, so that every part has its share of every class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

STEPS = 5000
"""Groups that are placed in all tries together: a small table gets many tries, a large one needs only one."""


def deal(
    counts: np.ndarray[Any, Any], shares: Sequence[float], needs: Sequence[int], seed: Sequence[int]
) -> np.ndarray[Any, Any]:
    """Deals groups to parts; greedy, the best of several orders, the largest groups first.

    Args:
        counts: clips of every class in every group, `(groups, classes)`.
        shares: the share of every class that each part should get; they add up to 1.
        needs: how many groups of every class each part must have, as far as there are any; earlier parts come first.
        seed: which of the equally good ways is taken.

    Returns:
        The part of every group, int `(groups,)`.
    """
    rng = np.random.default_rng(seed)
    # A last column for all clips together, so that the parts' sizes count like one more class.
    rows = np.hstack([counts, counts.sum(axis=1, keepdims=True)]).astype(float)
    rows /= np.maximum(rows.sum(axis=0), 1)
    weight = rows.max(axis=1)
    tries = []
    for attempt in range(int(np.clip(STEPS // len(rows), 1, 16))):
        noise = rng.uniform(0.7, 1.3, len(rows)) if attempt else np.ones(len(rows))
        order = np.lexsort((rng.random(len(rows)), -weight * noise))
        tries.append(_deal_once(rows, counts > 0, np.asarray(shares), np.asarray(needs), order))
    return min(tries, key=lambda outcome: outcome[0])[1]


def _deal_once(
    rows: np.ndarray[Any, Any],
    present: np.ndarray[Any, Any],
    shares: np.ndarray[Any, Any],
    needs: np.ndarray[Any, Any],
    order: np.ndarray[Any, Any],
) -> tuple[float, np.ndarray[Any, Any]]:
    """One pass: every group goes where it helps most. Returns the cost, and the part of every group."""
    filled = np.zeros((len(shares), rows.shape[1]))
    lacking = np.repeat(needs[:, None], present.shape[1], axis=1)
    # A part's need outweighs any share, and an earlier part's need outweighs a later one's.
    worth = 1e3 * np.linspace(10, 1, len(shares))
    parts = np.zeros(len(rows), np.int64)
    for group in order:
        row, has = rows[group], present[group]
        # The growth of chi-square, Σ (filled - share)² / share, if the group went to each part.
        growth = ((2 * (filled - shares[:, None]) + row) @ row) / shares
        part = int(np.argmin(growth - worth * (lacking[:, has] > 0).sum(axis=1)))
        parts[group] = part
        filled[part] += row
        lacking[part, has] -= 1
    chi_square = ((filled - shares[:, None]) ** 2 / shares[:, None]).sum()
    return float(chi_square + worth @ np.maximum(lacking, 0).sum(axis=1)), parts
