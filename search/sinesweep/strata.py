"""Strata: what every part of a split should hold its share of: classes, labels, or ranges of a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from sinesweep.dataset import Targets

RANGES = 5
"""A value is cut into at most so many ranges, each with as many clips as the others."""


@dataclass(frozen=True)
class Strata:
    """The strata of every clip.

    Attributes:
        names: of the strata.
        of: which of them each clip counts for, as indices; many or none in multi-label.
    """

    names: tuple[str, ...]
    of: tuple[tuple[int, ...], ...]


def strata(targets: Targets, names: Sequence[str] = ()) -> Strata:
    """The strata of clips with these targets.

    Args:
        targets: what is right for every clip, see `Dataset.targets`.
        names: the classes or labels; default: their numbers. Ranges of a value name themselves.
    """
    first = targets[0]
    if isinstance(first, float):
        return _ranges(np.asarray(targets, np.float64))
    if isinstance(first, tuple):
        return _labelled(cast("Sequence[tuple[int, ...]]", targets), tuple(names) or _numbered(len(first)))
    classes = cast("Sequence[int]", targets)
    return Strata(tuple(names) or _numbered(max(classes) + 1), tuple((int(each),) for each in classes))


def _numbered(count: int) -> tuple[str, ...]:
    return tuple(map(str, range(count)))


def _labelled(rows: Sequence[tuple[int, ...]], names: tuple[str, ...]) -> Strata:
    """A stratum a label, and one more for the clips without any: they too belong on every side."""
    of = tuple(tuple(i for i, there in enumerate(row) if there) or (len(names),) for row in rows)
    return Strata(names if all(map(any, rows)) else (*names, "no label"), of)


def _ranges(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Strata:
    """Ranges between quantiles; fewer where many clips have one value."""
    ordered, count = np.sort(values), len(values)
    edges = np.unique([ordered[-(-i * count // RANGES) - 1] for i in range(1, RANGES)])
    edges = edges[edges < ordered[-1]]
    place = np.searchsorted(edges, values, side="left")
    ends = [(values[place == i].min(), values[place == i].max()) for i in range(len(edges) + 1)]
    names = tuple(f"{low:.4g}" if low == high else f"{low:.4g} … {high:.4g}" for low, high in ends)
    return Strata(names, tuple((int(each),) for each in place))
