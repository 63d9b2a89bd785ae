"""Supervision: what a sweep does about trials that go wrong.

An infeasible configuration teaches the sampler and nothing else. A trial whose worker was lost goes on from its
checkpoint; one that ran out of memory is tried once more, half a batch at a time. A plugin that fails trial after trial
is set aside, and the sweep goes on without it. Any other cause that ends trial after trial ends the sweep, and a full
disk at once: it would end the next ones too.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from sinesweep.aside import Aside
from sinesweep.errors import SweepFailed
from sinesweep.sections import Workers
from sinesweep.trial import Cause, Failure, Result, State, Trial, plugins_of
from sinesweep.wording import capitalised
from sinesweep_runner.outofreach import OutOfReach

SECTIONS = {
    "features": "features",
    "architecture": "architectures",
    "loss": "losses",
    "augmentation": "augmentations",
}
"""Where a sweep names the plugins of a kind."""

IN_A_ROW = 3
"""So many failures in a row with one cause, or of trials with one plugin by its fault, are not bad luck."""


class Supervision:
    """Judges every result of one search."""

    def __init__(self, limits: Workers, aside: Aside, reach: OutOfReach) -> None:
        """Nothing has gone wrong yet in this process.

        Args:
            limits: which trials get another chance.
            aside: the plugins that the search does without.
            reach: counts the networks that cost too much.
        """
        self._limits, self._aside, self._reach = limits, aside, reach
        self._faults: Counter[str] = Counter()
        self._last: list[Failure] = []

    def again(self, result: Result) -> tuple[Trial, str] | None:
        """The trial that is handed out again, and a sentence that says why; None where its end is its end."""
        trial, failure, retries = result.trial, result.failure, self._limits.retries
        if failure is None:
            return None
        if failure.cause is Cause.LOST and trial.lost < retries:
            return replace(trial, lost=trial.lost + 1), (
                f"Trial {trial.number} lost its worker: {failure.message}. It goes on from its last epoch"
                f" ({trial.lost + 1} of {retries} times)."
            )
        # What halves would go on from is not what the optimizer of whole batches has left behind.
        halves = self._limits.on_out_of_memory == "halve_batch" and trial.continues is None
        if failure.cause is Cause.OUT_OF_MEMORY and halves and trial.accumulate == 1:
            return replace(trial, accumulate=2), (
                f"Trial {trial.number} ran out of memory. It is tried once more, half a batch at a time"
                " (workers.on_out_of_memory)."
            )
        return None

    def refused(self, trial: Trial) -> Result | None:
        """The result of a trial with a plugin that was set aside; None for all others.

        What somebody wants of a finished trial is tried in any case: with that configuration the plugin has worked.
        """
        found = self._aside.reason(trial.config) if trial.searched else None
        if found is None:
            return None
        plugin, why = found
        return Result(trial, State.INFEASIBLE, failure=Failure(Cause.PLUGIN, why, plugin=plugin))

    def judge(self, result: Result) -> str:
        """Takes note of a trial's end; a sentence where a plugin is set aside by it, or nothing keeps the limits.

        Raises:
            SweepFailed: the next trials would fail like the last ones.
        """
        failure = result.failure
        if failure is not None and failure.cause is Cause.DISK:
            raise SweepFailed(
                f"trial {result.trial.number}: {failure.message}. Free some, and go on with `sinesweep resume`, which"
                " tries it again"
            )
        said = self._reach.ended(result)
        if result.state is State.INFEASIBLE:  # it proves nothing about the others
            return said
        if result.state is not State.FAILED or failure is None:
            self._last = []
            for plugin in plugins_of(result.trial.config):
                self._faults[plugin] = 0
            return ""
        return self._blame(failure) if failure.plugin else self._count(failure, result.trial.number)

    def _blame(self, failure: Failure) -> str:
        plugin = failure.plugin
        self._faults[plugin] += 1
        if self._faults[plugin] < IN_A_ROW or plugin in self._aside:
            return ""
        why = f"{plugin} was set aside after {IN_A_ROW} failures in a row; the last one: {failure.message}"
        if not self._aside.add(plugin, why):
            kind, _, name = plugin.partition(" ")
            raise SweepFailed(
                f"{IN_A_ROW} trials in a row failed by the fault of {plugin}, and nothing is left without it:"
                f" {failure.message}. `sinesweep plugins check {name[1:-1]}` tries what it promises; mend it and go on"
                f" with `sinesweep resume FOLDER`, or search something else:"
                f" sinesweep extend FOLDER --set {SECTIONS[kind]}=…"
            )
        return f"{capitalised(why)}. The others go on."

    def _count(self, failure: Failure, number: int) -> str:
        if self._last and self._last[-1].cause is not failure.cause:
            self._last = []
        self._last.append(failure)
        if len(self._last) >= IN_A_ROW:
            raise SweepFailed(
                f"{IN_A_ROW} trials in a row failed with the same cause ({failure.cause}): {failure.message}."
                f" `sinesweep trial FOLDER {number}` tells all that is known of the last one; mend what is wrong and go"
                " on with `sinesweep resume FOLDER`, or search something else with `sinesweep extend FOLDER --set …`"
            )
        return ""
