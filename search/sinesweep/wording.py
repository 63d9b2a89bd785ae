"""Small words that every part of Sinesweep says alike."""

from __future__ import annotations

import re


def many(number: int, word: str) -> str:
    """`1 group`, `2 groups`."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def duration(seconds: float) -> str:
    """`42 s`, `7 min`, `3 h 05 min`."""
    if seconds < 90:
        return f"{max(seconds, 0):.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"


def natural(name: str) -> list[str | int]:
    """A sorting key that reads numbers as numbers."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)]
