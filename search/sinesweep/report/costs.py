"""Costs and further objectives in the report's tables, and the marks behind a rank."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from sinesweep.leaderboard import Leaderboard
from sinesweep.metrics import is_metric, metric
from sinesweep.objectives import LATENCY, MODEL_BYTES, MULTIPLY_ADDS, PARAMETERS
from sinesweep.report import words
from sinesweep.rows import Row
from sinesweep.wording import number

FURTHER = (MULTIPLY_ADDS, MODEL_BYTES, LATENCY)
"""The costs beside the parameters, which have a column of their own in every table."""


class Priced(Protocol):
    """Whatever has metrics and costs by name: a row of the leaderboard, or any other account of a trial."""

    @property
    def metrics(self) -> Mapping[str, float]:
        """By name."""

    @property
    def costs(self) -> Mapping[str, float]:
        """By the names of `sinesweep.objectives.COSTS`."""


def columns(board: Leaderboard) -> dict[str, str]:
    """The objectives after the first by name, but for the parameters, with the titles of their columns."""
    return {name: words.title(name) for name in board.header.objectives[1:] if name != PARAMETERS}


def value(name: str, row: Priced) -> float | None:
    """A trial's metric or cost of that name; None where it has none."""
    return row.costs.get(name, row.metrics.get(name))


def shown(name: str, row: Priced) -> str:
    """The same as people read it: `1.25 M`, `3.2 ms`, `68.8 %`; empty where there is none."""
    known = value(name, row)
    if known is None:
        return ""
    if is_metric(name):
        return metric(name).show(known)
    return f"{known:.3g} ms" if name == LATENCY else number(known)


def facts(row: Priced) -> list[str]:
    """What is known of a row's costs beside its parameters: `1.25 M multiply-adds`, `latency 3.2 ms`."""
    return [
        f"latency {shown(name, row)}" if name == LATENCY else f"{shown(name, row)} {words.title(name)}"
        for name in FURTHER
        if name in row.costs
    ]


def marks(row: Row) -> str:
    """`≈` where the data cannot tell a row from the best, `◆` where it stands on the Pareto front."""
    return " ".join(mark for mark, holds in (("≈", row.tied), ("◆", row.pareto)) if holds)
