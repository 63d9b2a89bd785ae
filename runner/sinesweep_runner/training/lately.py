"""Lately: what this process computed for its last trial, for the next one that needs the same.

The trials of a sweep share their sounds, and often a front end. One array of each kind stays in memory: the one that
was asked for last.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sinesweep_runner.training.batches import Source

KEPT_BYTES = 512 * 2**20
"""A larger array is not kept: beside it the next trial might find too little memory."""

_kept: dict[str, tuple[Any, np.ndarray]] = {}


def lately(kind: str, key: Any, compute: Callable[[], Source]) -> Source:
    """What `compute` gives, or gave the last time where `key` is the same; an array is not to be written to.

    Args:
        kind: such as `features`; one of each kind is kept.
        key: equal where `compute` would give the same.
    """
    if kind in _kept and _kept[kind][0] == key:
        return _kept[kind][1]
    _kept.pop(kind, None)  # its room may be needed
    computed = compute()
    if isinstance(computed, np.ndarray) and computed.nbytes <= KEPT_BYTES:
        computed.flags.writeable = False
        _kept[kind] = key, computed
    return computed
