"""The loop: ask, submit, wait, tell; until the budget is spent, somebody stops it, or nothing works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from sinesweep.aside import Aside
from sinesweep.errors import SweepFailed
from sinesweep.reserve import Reserve
from sinesweep.stopping import Plateau
from sinesweep.study import Study
from sinesweep.sweep import Sweep
from sinesweep.trial import Report, Result, State, Trial
from sinesweep.wording import commonest, duration, many
from sinesweep_runner.beside import Beside
from sinesweep_runner.executors import Executor
from sinesweep_runner.outofreach import OutOfReach
from sinesweep_runner.signals import StopRequest
from sinesweep_runner.supervision import Supervision
from sinesweep_runner.timesheet import Timesheet
from sinesweep_runner.training.drybuild import DryBuild

INFEASIBLE_IN_A_ROW = 200
"""So many configurations in a row that cannot work: the space holds next to none that can."""

A_MOMENT_S = 5.0
"""So long a dry build has at the end: what this process builds next, such as the winner, had better be alone."""


class Observer(Protocol):
    """Somebody who watches the sweep."""

    def began(self, trial: Trial) -> None:
        """A trial was handed to a worker."""

    def reported(self, report: Report) -> None:
        """A trial has ended an epoch."""

    def ended(self, result: Result) -> None:
        """A trial has ended."""

    def say(self, text: str) -> None:
        """Something happened that people should know."""


class Orchestrator:
    """Keeps an executor's slots full with what a study asks for."""

    def __init__(
        self,
        study: Study,
        executor: Executor,
        sweep: Sweep,
        dry_build: DryBuild,
        observer: Observer,
        stop: StopRequest,
        tidy: Callable[[Result], None] = lambda result: None,
    ) -> None:
        """Makes ready to run.

        Args:
            stop: is looked at before every trial.
            tidy: removes what nobody needs any more when a trial has been told.
        """
        self._study, self._executor, self._budget = study, executor, sweep.budget
        reach = OutOfReach(sweep.limits.asked(), study.record.results())
        self._supervision = Supervision(sweep.workers, Aside(study.space, study.record), reach)
        self._dry_build, self._observer, self._stop, self._tidy = dry_build, observer, stop, tidy
        self._running: dict[int, Trial] = {}
        self._timesheet = Timesheet()
        self._spent = {result.trial.origin for result in study.record.results() if result.spent}
        self._plateau = Plateau(sweep, study.record.results())
        self._reserve = Reserve(sweep, study.record.results())
        self._exhausted = False
        self._ahead: tuple[Trial, Beside[Result | None]] | None = None

    def run(self) -> str:
        """Runs until the end; returns why it came.

        Raises:
            SweepFailed: the same failure again and again, or nothing feasible; all that was computed is kept.
        """
        before = len(self._spent)
        try:
            self._fill()
            if not self._running and len(self._spent) == before:
                more = "--set budget.trials=…, budget.hours=… or budget.plateau=… gives it more"
                return f"{self._why_over()} before, so nothing is left to do; {more}"
            while self._running:
                self._ask_ahead()
                result = self._executor.next_result(self._keep_going)
                if self._stop.at_once:  # a library caught the interrupt, and the trial seems to have failed
                    raise KeyboardInterrupt
                self._conclude(result)
                self._fill()
            return self._why_over()
        except KeyboardInterrupt:
            self._stop.asked = True
            return "stopped at once; the trials that ran will be tried again on resume"
        finally:
            self._let_go()

    def _fill(self) -> None:
        while len(self._running) < self._executor.slots and not self._why_halted():
            trial = self._next_trial()
            if trial is None:
                return
            self._submit(trial)
            self._study.started(trial)
            self._observer.began(trial)

    def _ask_ahead(self) -> None:
        """Gets the next trial ready while the workers train, so that none of them waits for it.

        With one slot the next trial is asked for when the last one has taught the sampler what it can.
        """
        if self._executor.slots == 1 or self._ahead is not None or self._why_over():
            return
        trial = self._study.ask()
        if trial is not None:
            self._ahead = trial, Beside(lambda: self._ready(trial))

    def _ready(self, trial: Trial) -> Result | None:
        """Tries a trial on shapes, and lets the executor get ready for one that can be built."""
        refused = self._judged(trial)
        if refused is None:
            self._executor.prepare(trial)
        return refused

    def _why_over(self) -> str:
        """Why no further configuration begins; empty while one may."""
        if why := self._why_halted():
            return why
        if self._exhausted:
            return "every point of the grid has been tried"
        running = {trial.origin for trial in self._running.values() if trial.searched}
        if len(self._spent | running) >= self._budget.trials:
            return f"{many(self._budget.trials, 'trial')} done"
        kept_s = self._reserve.seconds(self._executor.slots)
        if kept_s and self._are_spent(kept_s):
            return f"{self._budget.hours:g} hours spent, but for the {duration(kept_s)} that are kept for finalists"
        return self._plateau.reached()

    def _why_halted(self) -> str:
        """Why nothing starts, and no paused trial goes on; empty while they may."""
        if self._stop.asked:
            return "stopped on request"
        return f"{self._budget.hours:g} hours spent" if self._are_spent(0) else ""

    def _are_spent(self, kept_s: float) -> bool:
        """Whether the hours are, but for those seconds."""
        return self._budget.hours is not None and self._study.spend() >= self._budget.hours * 3600 - kept_s

    def _next_trial(self) -> Trial | None:
        """The next configuration that can be built; one that cannot is told to the sampler and never sent."""
        reasons = []
        for _ in range(INFEASIBLE_IN_A_ROW):
            fresh = not self._why_over()  # one that failed while it was built has spent a trial too
            trial, beside = self._ahead or (self._study.ask(fresh=fresh), None)
            self._ahead = None
            if trial is None and not fresh:
                return None
            if trial is None:
                self._exhausted = True
                continue
            self._running[trial.number] = trial
            refused = self._judged(trial) if beside is None else self._supervision.refused(trial) or beside.result()
            if refused is None:
                return trial
            self._settle(refused)
            reasons.append(refused.failure.message if refused.failure else "")
        count, reason = commonest(reasons)
        raise SweepFailed(
            f"{INFEASIBLE_IN_A_ROW} configurations in a row cannot work, {count} of them for such a reason: {reason}."
            " `sinesweep check` says which ranges are to blame."
        )

    def _judged(self, trial: Trial) -> Result | None:
        """The result of a trial that cannot be built, or is not to be."""
        return self._supervision.refused(trial) or self._dry_build(trial)

    def _conclude(self, result: Result) -> None:
        """Settles a result, or hands the trial out again; once the sweep is to stop, that is left to its resume."""
        result = self._timesheet.ends(result)
        again = self._supervision.again(result)
        if again is None:
            self._settle(result)
            return
        trial, why = again
        if self._stop.asked:
            self._settle(Result(trial, State.INTERRUPTED))
            return
        self._observer.say(why)
        self._running[trial.number] = trial
        self._study.again(trial)
        self._submit(trial)

    def _submit(self, trial: Trial) -> None:
        self._executor.submit(trial)
        self._timesheet.begins(trial)

    def _keep_going(self, report: Report) -> bool:
        self._observer.reported(report)
        return self._study.keep_going(report)

    def _settle(self, result: Result) -> None:
        del self._running[result.trial.number]
        self._study.tell(result)
        self._plateau.ended(result)
        self._reserve.ended(result)
        if result.spent:
            self._spent.add(result.trial.origin)
        self._observer.ended(result)
        self._tidy(result)
        if sentence := self._supervision.judge(result):
            self._observer.say(sentence)

    def _let_go(self) -> None:
        """Leaves no trial running in the study."""
        ahead, beside = self._ahead or (None, None)
        for trial in (*self._running.values(), *([ahead] if ahead else [])):
            self._study.tell(self._timesheet.ends(Result(trial, State.INTERRUPTED)))
        self._running, self._ahead = {}, None
        self._study.spend()
        if beside is not None:
            beside.ends_within(A_MOMENT_S)
