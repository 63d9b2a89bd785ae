"""Blame: whatever a plugin raises becomes an error that names the plugin."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sinesweep.errors import Infeasible, PluginFault
from sinesweep.wording import named

NOBODYS = (KeyboardInterrupt, GeneratorExit)
"""What no plugin is to blame for. All else is its fault, SystemExit too, which would end a command without a word."""

MEMORY_WORDS = ("resourceexhausted", "resource_exhausted", "out of memory", "oom when allocating", "cannot allocate")

_at_work: dict[int, list[str]] = {}
_heard: dict[int, Callable[[str], None]] = {}


def at_work(thread: int) -> str:
    """The plugin whose code runs in the thread of this identifier, such as `loss 'focal'`; empty where none does."""
    return next(reversed(_at_work.get(thread, [])), "")


@contextmanager
def telling(hear: Callable[[str], None]) -> Iterator[None]:
    """Within, `hear` is told the plugin at work in this thread, as `at_work` names it, whenever that changes."""
    thread = threading.get_ident()
    _heard[thread] = hear
    try:
        yield
    finally:
        del _heard[thread]


@contextmanager
def blaming(kind: str, name: str, method: str, *answers: type[Exception]) -> Iterator[None]:
    """Turns what a plugin raises into a PluginFault that names it. Infeasible and lack of memory are no faults.

    Args:
        answers: what else the method may raise by its contract.
    """
    passed: tuple[type[BaseException], ...] = (Infeasible, PluginFault, MemoryError, *NOBODYS, *answers)
    thread = threading.get_ident()
    begun, hear = _at_work.setdefault(thread, []), _heard.get(thread)
    begun.append(f"{kind} '{name}'")
    try:
        if hear is not None:
            hear(begun[-1])
        yield
    except passed:
        raise
    except BaseException as fault:  # a stranger's plugin may raise anything
        if lacks_memory(fault):
            raise
        raise PluginFault(kind, name, method, named(fault)) from fault
    finally:
        begun.pop()
        if hear is not None:
            hear(at_work(thread))


def lacks_memory(error: BaseException) -> bool:
    """Whether it says that there is too little memory, in the words of any library."""
    text = f"{type(error).__name__}: {error}".lower()
    return isinstance(error, MemoryError) or any(words in text for words in MEMORY_WORDS)
