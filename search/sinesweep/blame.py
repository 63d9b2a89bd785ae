"""Blame: whatever a plugin raises becomes an error that names the plugin."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sinesweep.errors import Infeasible, PluginError, PluginFault
from sinesweep.wording import named

MEMORY_WORDS = ("resourceexhausted", "resource_exhausted", "out of memory", "oom when allocating", "cannot allocate")

_at_work: dict[int, list[str]] = {}
_heard: dict[int, Callable[[str], None]] = {}
_ctrl_c: type[KeyboardInterrupt] = KeyboardInterrupt


class Interrupted(KeyboardInterrupt):
    """A person's Ctrl-C, where a search answers the signal."""


@contextmanager
def answering() -> Iterator[None]:
    """Within, Ctrl-C is answered with Interrupted, and any other KeyboardInterrupt is the fault of who raises it."""
    global _ctrl_c
    _ctrl_c = Interrupted
    try:
        yield
    finally:
        _ctrl_c = KeyboardInterrupt


def nobodys() -> tuple[type[BaseException], ...]:
    """What no plugin is to blame for, in the thread that asks.

    All else is its fault, SystemExit too, which would end a command without a word; and so is KeyboardInterrupt where
    no Ctrl-C can have caused it: Python answers signals in the main thread alone.
    """
    main = threading.current_thread() is threading.main_thread()
    return (_ctrl_c, GeneratorExit) if main else (GeneratorExit,)


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
    passed: tuple[type[BaseException], ...] = (Infeasible, PluginFault, MemoryError, *nobodys(), *answers)
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
        what = str(fault) if isinstance(fault, PluginError) else named(fault)
        raise PluginFault(kind, name, method, what) from fault
    finally:
        begun.pop()
        if hear is not None:
            hear(at_work(thread))


def lacks_memory(error: BaseException) -> bool:
    """Whether it says that there is too little memory, in the words of any library."""
    text = f"{type(error).__name__}: {error}".lower()
    return isinstance(error, MemoryError) or any(words in text for words in MEMORY_WORDS)
