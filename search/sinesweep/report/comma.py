"""The leaderboard as CSV: a row a trial, plain numbers, a column a setting."""

from __future__ import annotations

import csv
import io
from typing import Any

from sinesweep.leaderboard import Leaderboard, Row
from sinesweep.report.short import flat


def to_csv(board: Leaderboard) -> str:
    """The rows in the order of their ranks, the baseline last, without a rank.

    Columns: rank, trial, the objective, low, high, tied (yes, no, or empty where not compared), a fold each,
    parameters, seconds, device, and every setting by its name in the search space. Empty where a trial has none.
    """
    rows = [*board.rows, *([board.baseline] if board.baseline else [])]
    records = [_record(board, row) for row in rows]
    fixed = ["rank", "trial", board.metric.name, "low", "high", "tied"]
    most_folds = max((len(row.folds) for row in rows), default=0)
    fixed += [*(f"fold_{i + 1}" for i in range(most_folds)), "parameters", "seconds", "device"]
    columns = list(dict.fromkeys([*fixed, *(name for record in records for name in record)]))
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return stream.getvalue()


def _record(board: Leaderboard, row: Row) -> dict[str, Any]:
    low, high = row.interval or (None, None)
    return {
        "rank": row.rank,
        "trial": row.number,
        board.metric.name: row.score,
        "low": low,
        "high": high,
        "tied": {True: "yes", False: "no", None: None}[row.tied],
        **{f"fold_{i + 1}": score for i, score in enumerate(row.folds)},
        "parameters": row.parameters,
        "seconds": round(row.seconds, 2),
        "device": row.device,
        **flat(row.config),
    }
