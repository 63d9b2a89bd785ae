"""The common axis of all intervals on the page, with the baseline's score on it."""

from __future__ import annotations

from dataclasses import dataclass

from sinesweep.leaderboard import Leaderboard
from sinesweep.report.page.entries import Entry

Place = tuple[float, float, float | None]
"""Where a bar begins, how long it is, and where its dot stands, in per cent; no dot where it lies outside."""


@dataclass(frozen=True)
class Scale:
    """The axis, in the objective's own unit."""

    low: float
    high: float

    @classmethod
    def of(cls, board: Leaderboard) -> Scale:
        """As wide as the intervals of the better half and of the baseline: the lost ones would squeeze the rest."""
        rows = [*board.rows[: max(len(board.rows) // 2, 5)], *([board.baseline] if board.baseline else [])]
        ends = [end for row in rows for end in (row.interval or (row.score, row.score))]
        return cls(min(ends, default=0.0), max(ends, default=1.0))

    def place(self, entry: Entry) -> Place | None:
        """Where an entry's score and interval stand; None without a rank."""
        if entry.row is None:
            return None
        low, high = entry.row.interval or (entry.row.score, entry.row.score)
        inside = self.low <= entry.row.score <= self.high
        return self.at(low), round(self.at(high) - self.at(low), 1), self.at(entry.row.score) if inside else None

    def at(self, value: float) -> float:
        """The place on the axis in per cent; what lies outside is cut at its end."""
        cut = min(max(value, self.low), self.high)
        return round(100 * (cut - self.low) / ((self.high - self.low) or 1), 1)
