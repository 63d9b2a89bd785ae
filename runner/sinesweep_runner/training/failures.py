"""What can go wrong in a trial, and how it is told: a state, a cause and one sentence."""

from __future__ import annotations

import errno
import traceback

from sinesweep.blame import lacks_memory
from sinesweep.errors import Infeasible, PluginError, PluginFault, SinesweepError
from sinesweep.limits import OverLimit
from sinesweep.trial import Cause, Failure, State
from sinesweep.wording import brief, one_line


class NotANumber(SinesweepError):
    """The loss or the network's answers became NaN or infinite, or the loss went out of all proportion."""


class Overdue(SinesweepError):
    """The trial took longer than a trial may."""


class Silent(Overdue):
    """The trial said nothing for longer than a trial may. The plugin in whose code that was found is to blame."""


class StateGone(SinesweepError):
    """The final state that the trial was to go on from is not there, or is damaged."""


TOLD = (Infeasible, PluginError, NotANumber, Overdue, StateGone)
"""What says by itself why a trial has no score."""

CAUSES = {NotANumber: Cause.NAN, Overdue: Cause.HUNG, Silent: Cause.HUNG, StateGone: Cause.ERROR}
"""Of those, the ones that are no plugin's own words."""


def failure_of(error: BaseException) -> tuple[State, Failure]:
    """How a trial that raised `error` ended, and why."""
    chain = _chain(error)
    told = next((each for each in reversed(chain) if isinstance(each, TOLD)), None)
    if type(told) is PluginError:  # it does not know whose plugin it is about, but who was at work does
        told = next((each for each in reversed(chain) if isinstance(each, PluginFault)), told)
    if isinstance(told, Infeasible):
        cause = Cause.LIMIT if isinstance(told, OverLimit) else Cause.INFEASIBLE
        return State.INFEASIBLE, Failure(cause, one_line(str(told)))
    detail = "".join(traceback.format_exception(error))
    if told is not None:
        cause = CAUSES.get(type(told), Cause.PLUGIN)
        whose = chain if isinstance(told, Silent) else [told]
        plugin = next((each.plugin for each in whose if isinstance(each, PluginFault)), "")
        return State.FAILED, Failure(cause, one_line(str(told)), detail, plugin)
    if any(lacks_memory(e) for e in chain):
        message = "out of memory; a smaller batch_size, fewer bins or a smaller network needs less"
        return State.FAILED, Failure(Cause.OUT_OF_MEMORY, message, detail)
    full = next((e for e in chain if isinstance(e, OSError) and e.errno in (errno.ENOSPC, errno.EDQUOT)), None)
    if full is not None:
        return State.INTERRUPTED, Failure(Cause.DISK, f"no space left on the disk: {full.filename or full}", detail)
    return State.FAILED, Failure(Cause.ERROR, brief(error), detail)


def _chain(error: BaseException) -> list[BaseException]:
    """The error and all that led to it. Keras raises anew and hides the first cause, so contexts count too."""
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or link.__context__
    return chain
