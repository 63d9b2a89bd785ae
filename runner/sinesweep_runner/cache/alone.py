"""Alone: of several processes that need the same entry one makes it, and the others find it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

PATIENCE_S = 60.0
"""So long does a process wait for another that makes the same entry: that one may be slow, or hang."""


@contextmanager
def alone(folder: Path, entry: str) -> Iterator[None]:
    """Within, no other process makes an entry of this name; who is let in looks whether it has been made meanwhile.

    A lock saves work and nothing else: where it cannot be had in time, or at all, both make the entry.

    Args:
        folder: where the locks lie; there are at most 256 of them.
        entry: hexadecimal digits, at least at its beginning.
    """
    from filelock import FileLock  # not at the top: ways that only look read this module too

    with ExitStack() as held:
        with suppress(OSError):  # also FileLock's own Timeout
            folder.mkdir(parents=True, exist_ok=True)
            held.enter_context(FileLock(folder / f"{entry[:2]}.lock").acquire(timeout=PATIENCE_S))
        yield
