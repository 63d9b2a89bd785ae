"""The leaderboard as CSV: a row a trial, plain numbers, a column a setting."""

from __future__ import annotations

import csv
import io
from typing import Any

from sinesweep.leaderboard import Leaderboard
from sinesweep.report import costs
from sinesweep.report.short import flat
from sinesweep.rows import Row

YES_NO = {True: "yes", False: "no", None: None}


def to_csv(board: Leaderboard) -> str:
    """The rows in the order of their ranks, the baseline last, without a rank.

    Columns: rank, trial, the objective, low, high, tied (yes, no, or empty where not compared), pareto (on the front
    of all objectives; empty where there is one), the mean of the fresh seeds of a finalist with its ends and its
    standard deviation, the kind of the diagnosis, a fold each, parameters, the other costs and objectives, seconds,
    device, of the winner's exports bytes, milliseconds and bytes of memory, the further metrics as `metric.NAME`, and
    every setting by its name in the search space. Empty where a trial has none.
    """
    rows = [*board.rows, *([board.baseline] if board.baseline else [])]
    records = [_record(board, row) for row in rows]
    fixed = ["rank", "trial", board.metric.name, "low", "high", "tied", "pareto"]
    fixed += ["fresh", "fresh_low", "fresh_high", "fresh_spread", "diagnosis"]
    most_folds = max((len(row.folds) for row in rows), default=0)
    fixed += [*(f"fold_{i + 1}" for i in range(most_folds)), "parameters", *costs.FURTHER]
    fixed += [*(name for name in costs.columns(board) if name not in fixed), "seconds", "device"]
    columns = list(dict.fromkeys([*fixed, *(name for record in records for name in record)]))
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return stream.getvalue()


def _record(board: Leaderboard, row: Row) -> dict[str, Any]:
    low, high = row.interval or (None, None)
    finalist = row.finalist
    fresh_low, fresh_high = (finalist.interval if finalist else None) or (None, None)
    return {
        "rank": row.rank,
        "trial": row.number,
        board.metric.name: row.score,
        "low": low,
        "high": high,
        "tied": YES_NO[row.tied],
        "pareto": YES_NO[row.pareto],
        "fresh": finalist.score if finalist else None,
        "fresh_low": fresh_low,
        "fresh_high": fresh_high,
        "fresh_spread": finalist.spread if finalist else None,
        "diagnosis": row.diagnosis.kind if row.diagnosis else None,
        **{f"fold_{i + 1}": score for i, score in enumerate(row.folds)},
        "parameters": row.parameters,
        **{name: costs.value(name, row) for name in (*costs.FURTHER, *costs.columns(board))},
        "seconds": round(row.seconds, 2),
        "device": row.device,
        **{name: value for each in row.exports for name, value in each.figures.items()},
        **{f"metric.{name}": value for name, value in row.metrics.items() if name != board.metric.name},
        **flat(row.config),
    }
