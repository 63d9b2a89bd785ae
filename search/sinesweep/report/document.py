"""The leaderboard as JSON and back."""

from __future__ import annotations

from pydantic import TypeAdapter

from sinesweep.leaderboard import Leaderboard

_BOARD = TypeAdapter(Leaderboard)


def to_json(board: Leaderboard) -> str:
    """The whole leaderboard; the keys are the attributes of `sinesweep.leaderboard`."""
    return _BOARD.dump_json(board, indent=1).decode() + "\n"


def from_json(text: str) -> Leaderboard:
    """What `to_json` wrote; raises pydantic's ValidationError, a ValueError, where it did not."""
    return _BOARD.validate_json(text)
