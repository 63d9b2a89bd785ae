"""What can go wrong in a trial, and how it is told: a state, a cause and one sentence."""

from __future__ import annotations

import errno
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from sinesweep.errors import Infeasible, PluginError, SinesweepError
from sinesweep.trial import Cause, Failure, State

MEMORY_WORDS = ("resourceexhausted", "resource_exhausted", "out of memory", "oom when allocating", "cannot allocate")


class PluginFault(SinesweepError):
    """A plugin raised what it should not, or returned what it did not promise; the message names it."""


class NotANumber(SinesweepError):
    """The loss or the network's answers became NaN or infinite."""


TOLD = (Infeasible, PluginError, PluginFault, NotANumber)
"""What says by itself why a trial has no score."""


@contextmanager
def blaming(kind: str, name: str, method: str) -> Iterator[None]:
    """Turns what a plugin raises into a PluginFault that names it. Infeasible and lack of memory are no faults."""
    try:
        yield
    except (Infeasible, PluginFault, MemoryError):
        raise
    except Exception as fault:  # a stranger's plugin may raise anything
        if _lacks_memory(fault):
            raise
        raise PluginFault(f"{kind} '{name}' failed in {method}: {type(fault).__name__}: {plain(fault)}") from fault


def plain(error: BaseException) -> str:
    """The message without the frame that Keras puts around it: where it was called, in bold, and with what."""
    framed = re.search(r"\x1b\[1m(.*?)\x1b\[0m", str(error), re.DOTALL)
    return framed.group(1) if framed else str(error)


def failure_of(error: Exception) -> tuple[State, Failure]:
    """How a trial that raised `error` ended, and why."""
    chain = _chain(error)
    told = next((each for each in reversed(chain) if isinstance(each, TOLD)), None)
    if isinstance(told, Infeasible):
        return State.INFEASIBLE, Failure(Cause.INFEASIBLE, str(told))
    detail = "".join(traceback.format_exception(error))
    if told is not None:
        cause = Cause.NAN if isinstance(told, NotANumber) else Cause.PLUGIN
        return State.FAILED, Failure(cause, str(told), detail)
    if any(_lacks_memory(e) for e in chain):
        message = "out of memory; a smaller batch_size, fewer bins or a smaller network needs less"
        return State.FAILED, Failure(Cause.OUT_OF_MEMORY, message, detail)
    full = next((e for e in chain if isinstance(e, OSError) and e.errno in (errno.ENOSPC, errno.EDQUOT)), None)
    if full is not None:
        return State.FAILED, Failure(Cause.DISK, f"no space left on the disk: {full.filename or full}", detail)
    return State.FAILED, Failure(Cause.ERROR, f"{type(error).__name__}: {_first_line(error)}", detail)


def _chain(error: BaseException) -> list[BaseException]:
    """The error and all that led to it. Keras raises anew and hides the first cause, so contexts count too."""
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or link.__context__
    return chain


def _lacks_memory(error: BaseException) -> bool:
    text = f"{type(error).__name__}: {error}".lower()
    return isinstance(error, MemoryError) or any(words in text for words in MEMORY_WORDS)


def _first_line(error: BaseException) -> str:
    return next((line.strip() for line in plain(error).splitlines() if line.strip()), "no message")
