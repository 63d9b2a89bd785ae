"""The first use of a plugin's host code in a process: one thread does it, and no other process does its own meanwhile.

librosa and others compile parts of themselves when they are first used, into a cache that all processes share. Two
that write numba's at once can leave an entry behind with which every later process dies.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sinesweep_runner.cache.entries import writing
from sinesweep_runner.cache.place import cache_folder

_used: set[type] = set()
_thread = threading.Lock()


@contextmanager
def alone_at_first(plugin: type) -> Iterator[None]:
    """What is done within is done alone on this machine, if it is the first that this process does with `plugin`.

    Raises:
        SweepFailed: the cache folder, where the lock lies, cannot be written.
    """
    if plugin in _used:
        yield
        return
    from filelock import FileLock  # not at the top: ways that only look read this module too

    folder = cache_folder()
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with _thread, FileLock(folder / "first_use.lock"):
        yield
        _used.add(plugin)
