"""The leaderboard as CSV: a row a trial, plain numbers, a column a setting."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from sinesweep.leaderboard import Leaderboard
from sinesweep.report import costs
from sinesweep.report.short import flat
from sinesweep.rows import Row
from sinesweep.trial import Config

YES_NO = {True: "yes", False: "no", None: None}
Record = Mapping[str, Any]
"""The cells of a trial by the names of their columns; None, or no cell, where it has no such thing."""


class Measured(costs.Priced, Protocol):
    """Whatever has what is known of a trial without a rank, too: a row, or any other account of a trial."""

    @property
    def number(self) -> int:
        """Of the trial."""

    @property
    def score(self) -> float | None:
        """The objective."""

    @property
    def parameters(self) -> int:
        """Of the network."""

    @property
    def seconds(self) -> float:
        """Wall time of the whole trial."""

    @property
    def device(self) -> str:
        """Where it was trained."""

    @property
    def config(self) -> Config:
        """The plugins and all their settings."""


def to_csv(board: Leaderboard) -> str:
    """The rows in the order of their ranks, the baseline last, without a rank.

    Columns: rank, trial, the objective, low, high, tied (yes, no, or empty where not compared), pareto (on the front
    of all objectives; empty where there is one), the mean of the fresh seeds of a finalist with its ends and its
    standard deviation, the kind of the diagnosis, a fold each, parameters, the other costs and objectives, seconds,
    device, of the winner's exports bytes, milliseconds and bytes of memory, the further metrics as `metric.NAME`, and
    every setting by its name in the search space. Empty where a trial has none.
    """
    stream = io.StringIO()
    records = [record(board, row) for row in _rows(board)]
    writer = csv.DictWriter(stream, names(board, records), lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return stream.getvalue()


def names(board: Leaderboard, records: Iterable[Record]) -> list[str]:
    """The columns, in their order.

    Args:
        records: of all rows, by rank, and of the baseline.
    """
    fixed = ["rank", "trial", board.metric.name, "low", "high", "tied", "pareto"]
    fixed += ["fresh", "fresh_low", "fresh_high", "fresh_spread", "diagnosis"]
    most_folds = max((len(row.folds) for row in _rows(board)), default=0)
    fixed += [*(f"fold_{i + 1}" for i in range(most_folds)), "parameters", *costs.FURTHER]
    fixed += [*(name for name in costs.columns(board) if name not in fixed), "seconds", "device"]
    return list(dict.fromkeys([*fixed, *(name for each in records for name in each)]))


def record(board: Leaderboard, row: Row) -> Record:
    """All that a row says."""
    low, high = row.interval or (None, None)
    finalist = row.finalist
    fresh_low, fresh_high = (finalist.interval if finalist else None) or (None, None)
    return {
        "rank": row.rank,
        "low": low,
        "high": high,
        "tied": YES_NO[row.rank == 1 or row.tied],
        "pareto": YES_NO[row.pareto],
        "fresh": finalist.score if finalist else None,
        "fresh_low": fresh_low,
        "fresh_high": fresh_high,
        "fresh_spread": finalist.spread if finalist else None,
        "diagnosis": row.diagnosis.kind if row.diagnosis else None,
        **{f"fold_{i + 1}": score for i, score in enumerate(row.folds)},
        **{name: value for each in row.exports for name, value in each.figures.items()},
        **measured(board, row),
    }


def measured(board: Leaderboard, trial: Measured) -> Record:
    """What is told of a trial that has no rank, too."""
    return {
        "trial": trial.number,
        board.metric.name: trial.score,
        "parameters": trial.parameters,
        **{name: costs.value(name, trial) for name in (*costs.FURTHER, *costs.columns(board))},
        "seconds": round(trial.seconds, 2),
        "device": trial.device,
        **{f"metric.{name}": value for name, value in trial.metrics.items() if name != board.metric.name},
        **flat(trial.config),
    }


def _rows(board: Leaderboard) -> list[Row]:
    return [*board.rows, *([board.baseline] if board.baseline else [])]
