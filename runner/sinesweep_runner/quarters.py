"""How far a long preparation is, in plain lines."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]


def quarters(what: str, say: Callable[[str], object]) -> Progress:
    """A callback `(done, total)` that says at every quarter how much of `what` is done."""
    said = -1

    def step(done: int, total: int) -> None:
        nonlocal said
        quarter = 4 * done // max(total, 1)
        if quarter > said:
            said = quarter
            say(f"{what}: {done} of {total}")

    return step
