"""The loop: ask, submit, wait, tell; until the budget is spent, somebody stops it, or nothing works."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from sinesweep.errors import SweepFailed
from sinesweep.study import Study
from sinesweep.sweep import Budget
from sinesweep.trial import Failure, Report, Result, State, Trial
from sinesweep_runner.executors import Executor
from sinesweep_runner.signals import StopRequest

SAME_FAILURES = 3
"""So many failures in a row with one cause are not bad luck."""

INFEASIBLE_IN_A_ROW = 200
"""So many configurations in a row that cannot work: the space holds next to none that can."""


class Observer(Protocol):
    """Somebody who watches the sweep."""

    def began(self, trial: Trial) -> None:
        """A trial was handed to a worker."""

    def reported(self, report: Report) -> None:
        """A trial has ended an epoch."""

    def ended(self, result: Result) -> None:
        """A trial has ended."""


class Orchestrator:
    """Keeps an executor's slots full with what a study asks for."""

    def __init__(
        self,
        study: Study,
        executor: Executor,
        budget: Budget,
        dry_build: Callable[[Trial], Result | None],
        observer: Observer,
        stop: StopRequest,
    ) -> None:
        """Makes ready to run.

        Args:
            dry_build: tries a configuration on shapes; what is sure to go wrong with it, or None.
            stop: is looked at before every trial.
        """
        self._study, self._executor, self._budget = study, executor, budget
        self._dry_build, self._observer, self._stop = dry_build, observer, stop
        self._running: dict[int, Trial] = {}
        self._spent = sum(result.state.spent for result in study.record.results())
        self._last_failures: list[Failure] = []
        self._exhausted = False
        self._ahead: tuple[Trial, Future[Result | None]] | None = None

    def run(self) -> str:
        """Runs until the end; returns why it came.

        Raises:
            SweepFailed: the same failure again and again, or nothing feasible; all that was computed is kept.
        """
        if why := self._why_over():
            return f"{why} before, so nothing is left to do; --set budget.trials=… or budget.hours=… gives it more"
        with ThreadPoolExecutor(1) as beside:
            try:
                while True:
                    self._fill()
                    if not self._running:
                        return self._why_over()
                    self._ask_ahead(beside)
                    result = self._executor.next_result(self._keep_going)
                    if self._stop.at_once:  # a library caught the interrupt, and the trial seems to have failed
                        raise KeyboardInterrupt
                    self._settle(result)
            except KeyboardInterrupt:
                self._stop.asked = True
                return "stopped at once; the trials that ran will be tried again on resume"
            finally:
                self._let_go()

    def _fill(self) -> None:
        while len(self._running) < self._executor.slots and not self._why_over():
            trial = self._next_trial()
            if trial is None:
                self._exhausted = True
                return
            self._executor.submit(trial)
            self._observer.began(trial)

    def _ask_ahead(self, beside: ThreadPoolExecutor) -> None:
        """Gets the next trial ready while the workers train, so that none of them waits for it.

        With one slot the next trial is asked for when the last one has taught the sampler what it can.
        """
        if self._executor.slots == 1 or self._ahead is not None or self._why_over():
            return
        trial = self._study.ask()
        if trial is not None:
            self._ahead = trial, beside.submit(self._dry_build, trial)

    def _why_over(self) -> str:
        """Why no further trial starts; empty while one may."""
        if self._stop.asked:
            return "stopped on request"
        if self._exhausted:
            return "every point of the grid has been tried"
        if self._spent + len(self._running) >= self._budget.trials:
            return f"{self._budget.trials} trials done"
        if self._budget.hours is not None and self._study.spend() >= self._budget.hours * 3600:
            return f"{self._budget.hours:g} hours spent"
        return ""

    def _next_trial(self) -> Trial | None:
        """The next configuration that can be built; one that cannot is told to the sampler and never sent."""
        for _ in range(INFEASIBLE_IN_A_ROW):
            (trial, refused), self._ahead = self._asked(), None
            if trial is None:
                return None
            self._running[trial.number] = trial
            if refused is None:
                return trial
            self._settle(refused)
            reason = refused.failure.message if refused.failure else ""
        raise SweepFailed(
            f"{INFEASIBLE_IN_A_ROW} configurations in a row cannot work; the last one: {reason}."
            " `sinesweep check` says which ranges are to blame."
        )

    def _asked(self) -> tuple[Trial | None, Result | None]:
        """A trial, and its result where it cannot be built; the one that was asked for ahead comes first."""
        if self._ahead is not None:
            trial, checked = self._ahead
            return trial, checked.result()
        asked = self._study.ask()
        return asked, None if asked is None else self._dry_build(asked)

    def _keep_going(self, report: Report) -> bool:
        self._observer.reported(report)
        return self._study.keep_going(report)

    def _settle(self, result: Result) -> None:
        del self._running[result.trial.number]
        self._study.spend()
        self._study.tell(result)
        self._spent += result.state.spent
        self._observer.ended(result)
        self._watch(result)

    def _watch(self, result: Result) -> None:
        """Stops the sweep where one cause fails trial after trial; an infeasible one between them proves nothing."""
        if result.state is State.INFEASIBLE:
            return
        if result.state is not State.FAILED or result.failure is None:
            self._last_failures = []
            return
        if self._last_failures and self._last_failures[-1].cause is not result.failure.cause:
            self._last_failures = []
        self._last_failures.append(result.failure)
        if len(self._last_failures) >= SAME_FAILURES:
            raise SweepFailed(
                f"{SAME_FAILURES} trials in a row failed with the same cause ({result.failure.cause}):"
                f" {result.failure.message}"
            )

    def _let_go(self) -> None:
        """Leaves no trial running in the study."""
        ahead = [self._ahead[0]] if self._ahead else []
        for trial in (*self._running.values(), *ahead):
            self._study.tell(Result(trial, State.INTERRUPTED))
        self._running, self._ahead = {}, None
        self._study.spend()
