"""In time: a dry build that hangs must not hold up the driver, whose workers would all wait for it.

Where one has not come to its end, nothing is known of the trial, and a worker takes it as it is: there the limits of
`workers` end what hangs. The plugin that was at work is not built here any more. The same goes for one that has ended
an earlier driver: a worker may die.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sinesweep.blame import at_work
from sinesweep.trial import Result, Trial, plugins_of
from sinesweep.wording import duration
from sinesweep_runner.beside import Beside
from sinesweep_runner.training.drybuild import DryBuild

LONGEST_S = 60.0
"""A dry build takes about a second."""

SOON_S = 10.0
"""After so long it is said that one goes on: workers that have ended an epoch wait for it, perhaps."""


class InTime:
    """Dry builds of one driver, each in a thread of its own."""

    def __init__(self, say: Callable[[str], None]) -> None:
        """None has hung yet; `say` is told of those that do, and of those that are left out."""
        self._say = say
        self._culprits: set[str] = set()
        self._left_out: set[str] = set()
        self._died: set[int] = set()

    def within(self, dry_build: DryBuild) -> DryBuild:
        """The same dry build, but that it knows nothing of a trial where it does not end in time."""

        def judge(trial: Trial) -> Result | None:
            if trial.origin in self._died or plugins_of(trial.config) & self._left_out:
                return None
            build = Beside(lambda: dry_build(trial))
            if self._ends(trial, build):
                return build.result()
            self._leave(trial, build)
            return None

        return judge

    def leave_out(self, died: Mapping[int, str]) -> None:
        """Builds these trials here no more, by their first numbers, nor the plugins that were at work when they ended a
        driver."""
        for number, plugin in died.items():
            if number not in self._died:
                self._say(
                    f"The process of this sweep ended while trial {number} was built on shapes"
                    f"{f', with {plugin} at work' if plugin else ''}. It and its like go to the workers as they are;"
                    " one that ends its workers too is given up."
                )
        self._died |= died.keys()
        for names in (self._culprits, self._left_out):
            names |= {*died.values()} - {""}

    def culprit(self, trial: Trial) -> str:
        """The plugin of a trial that has hung or ended a driver in a dry build, as messages name it; empty where none
        has."""
        return min(plugins_of(trial.config) & self._culprits, default="")

    def _ends(self, trial: Trial, build: Beside[Result | None]) -> bool:
        """Waits for a build; whether it has come to its end in time."""
        if build.ends_within(SOON_S):
            return True
        culprit = at_work(build.thread)
        self._say(
            f"Trial {trial.number} is being built on shapes{f', {culprit} at present' if culprit else ''}; that may"
            f" take up to {duration(LONGEST_S)}."
        )
        return build.ends_within(LONGEST_S - SOON_S)

    def _leave(self, trial: Trial, build: Beside[Result | None]) -> None:
        culprit, plugins = at_work(build.thread), plugins_of(trial.config)
        self._culprits |= {culprit} & plugins
        self._left_out |= ({culprit} & plugins) or plugins
        build.interrupt()  # else it takes a core for ever
        self._say(
            f"Trial {trial.number} was not built on shapes in {duration(LONGEST_S)}"
            f"{f', because of {culprit}' if culprit else ''}. It and its like go to the workers as they are;"
            " workers.silent_minutes says how long they may hang there."
        )
