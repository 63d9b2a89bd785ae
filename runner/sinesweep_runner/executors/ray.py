"""The Ray executor: warm workers on this machine or on a cluster.

Workers come and go, with their machines or by themselves. One that dies costs the epoch that it was in: its trial is
told as lost, and another worker takes its place as soon as Ray has one. Where Ray itself ends, it is started again.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import ray

from sinesweep.errors import SweepFailed
from sinesweep.sections import Workers
from sinesweep.trial import Cause, Failure, Result, State, Trial
from sinesweep.wording import many
from sinesweep_runner import backend
from sinesweep_runner.executors import KeepGoing, connection
from sinesweep_runner.executors.attention import Attention
from sinesweep_runner.executors.berths import Berths
from sinesweep_runner.executors.crew import Crew
from sinesweep_runner.executors.deaths import died_in_building, marked
from sinesweep_runner.executors.freight import Home, Order, packed, unpacked
from sinesweep_runner.executors.hearing import Hearing
from sinesweep_runner.executors.hiring import Hiring
from sinesweep_runner.executors.intime import InTime
from sinesweep_runner.executors.luggage import own_modules
from sinesweep_runner.executors.muster import LONG_PATIENCE_S, Muster
from sinesweep_runner.executors.parting import Parting
from sinesweep_runner.executors.provision import SETUP_S, Provision
from sinesweep_runner.executors.scout import Scout
from sinesweep_runner.executors.turn import Turn
from sinesweep_runner.executors.waiting import Waiting
from sinesweep_runner.executors.wording import crowded, lost, way_back
from sinesweep_runner.machine import this_machine
from sinesweep_runner.placement import MOST, Plan, comfortable_room, has_room_for_scout
from sinesweep_runner.sizing import Size
from sinesweep_runner.training.drybuild import DryBuild
from sinesweep_runner.training.material import Material

TICK_S = 1.0
"""How often somebody looks whether a trial is overdue, and whether Ray is still there."""

GROWTH_S = 10.0
"""How often somebody looks whether a cluster has grown."""

RETURN_S = 30.0
"""So long may a cluster that was joined not answer: its network or its head may come back."""


class RayExecutor:
    """Trains in `plan.count` workers, and on a cluster in as many more as find room while it grows."""

    def __init__(
        self, plan: Plan, workers: Workers, say: Callable[[str], None] = lambda text: None, most: int = MOST
    ) -> None:
        """Starts Ray on this machine, or joins the cluster at `workers.address`, and starts the workers, which import
        Keras while their data are still being prepared.

        Args:
            plan: how many workers, with what.
            workers: where, and how long a worker serves.
            say: told what a person who waits should know.
            most: how many workers are of use on a cluster that grows.

        Raises:
            SweepError: no cluster answers at the address, or it does not take this driver.
        """
        self._plan, self._limits, self._say, self._most = plan, workers, say, most
        self._begun_here, joined = not ray.is_initialized(), workers.address is not None
        if self._begun_here and workers.address is not None:
            connection.join(workers.address)
        elif self._begun_here:
            connection.start(plan)
        self._alone, self._grows = self._begun_here and not joined, joined and workers.count == "auto"
        luggage = (own_modules(), Provision(say)) if joined else ({}, None)
        self._hiring = Hiring(plan, workers, *luggage)
        self._crew = self._hired()
        self._scout = Scout(self._hiring.pathfinder, patience_s=60 * workers.silent_minutes)
        here = this_machine()  # of a cluster too: for workers on it, and on machines that share its cache
        if not has_room_for_scout(here, replace(plan, count=min(plan.count, comfortable_room([here], plan)))):
            self._scout.close()
        self._turns: dict[ray.ObjectRef, Turn] = {}
        self._hearing = Hearing()
        self._waiting = Waiting()
        self._in_time = InTime(say)
        self._attention = Attention()
        self._over: deque[Result] = deque()
        self._unfit = 0
        self._felt = self._looked = self._served = time.monotonic()
        self._judged = 0.0

    @property
    def slots(self) -> int:
        """How many workers are ready; one where none is, so that a trial waits for the next."""
        return max(1, self._crew.ready)

    def open(self, material: Material, folder: Path) -> None:
        """Hands the data to every worker, and waits until all are ready; on a cluster that may grow, until some are.

        Raises:
            SweepError: they are not ready in time, because Ray has no place for them, or the machine is too slow; they
                cannot start; or a machine has other versions than this driver.
            SweepFailed: Ray has ended.
        """
        self._folder, self._material = folder.resolve(), material
        self._hand_over()
        muster = Muster(self._crew, self._plan, folder, self._say, some_suffice=self._grows)
        muster.wait(SETUP_S if self._hiring.installs else None)

    def guard(self, dry_build: DryBuild) -> DryBuild:
        """The same dry build, which neither crashes nor holds up the driver again and again."""
        self._in_time.leave_out(died_in_building(self._folder))
        return self._in_time.within(marked(dry_build, self._folder))

    def expect(self, trial: Trial, size: Size) -> None:
        """Notes how large a trial is, by which it is given a worker."""
        self._waiting.expect(trial, size)

    def prepare(self, trial: Trial) -> None:
        """Has the features of a trial computed ahead, on a machine that has room for that beside the workers."""
        self._scout.note(trial)

    def submit(self, trial: Trial) -> None:
        """Takes a trial; it begins as soon as a worker is idle whose device has room for it."""
        self._waiting.add(trial)
        self._serve()

    def next_result(self, keep_going: KeepGoing) -> Result:
        """Answers reports until a trial has ended, or had to be ended.

        Raises:
            SweepFailed: no worker is left and none comes, or the cluster is gone.
        """
        while True:
            self._tend()
            if self._over:
                return self._over.popleft()
            if (late := self._overdue()) is not None:
                return late
            said = self._hearing.next([*self._turns, *self._crew.awaited], TICK_S)
            if said is None or said not in self._turns:
                continue
            turn = self._turns.pop(said)
            try:
                event = unpacked(ray.get(said), self._folder)
            except ray.exceptions.RayError as fault:
                return self._lose(turn, fault)
            if isinstance(event, Parting):
                if self._ends(turn, event):
                    return event.result
                continue
            if isinstance(event, Order):
                said = turn.worker.receive.remote(packed(event))
            else:
                said = turn.worker.answer.remote(keep_going(event))
            self._turns[said] = replace(turn, heard=self._attention.look())

    def close(self) -> None:
        """Ends all workers, and Ray where this executor started it."""
        if ray.is_initialized() and connection.lives():  # else there is nobody who would take the order
            self._crew.close()
            self._scout.close()
        self._turns = {}
        if self._begun_here:
            ray.shutdown()

    def _tend(self) -> None:
        """Sees that Ray is there, that new workers are taken in, and that nobody waits for one that never comes."""
        now = time.monotonic()
        if now - self._felt > TICK_S:
            self._feel()
            self._felt = now
        for fault in self._crew.gather():
            self._unfit += 1
            self._say(f"A worker is not taken in: {fault}.")
        self._serve()
        self._scout.tend()
        if self._grows and now - self._looked > GROWTH_S:
            self._grow()
            self._looked = now
        if self._turns or self._over:
            self._served = now
        elif not self._crew.size or now - max(self._served, self._crew.sent) > LONG_PATIENCE_S:
            raise SweepFailed(f"workers: none is left that could go on with the trials; {way_back(self._folder)}")

    def _serve(self) -> None:
        """Has trials begin for which there is a worker."""
        for served in self._waiting.served(self._crew):
            if isinstance(served, Result):
                self._over.append(served)
            else:
                self._begin(*served)

    def _ends(self, turn: Turn, said: Parting) -> bool:
        """Takes a worker back; whether its trial has come to its end."""
        beside_others = self._crew.has_neighbours(turn.worker)
        peak_bytes = self._crew.back(turn.worker, said.memory_bytes, said.device_peak_bytes)
        ends = self._waiting.ended(said.result, peak_bytes, beside_others=beside_others)
        if not ends:
            self._say(crowded(turn.trial))
        return ends

    def _begin(self, trial: Trial, worker: Any) -> None:
        now = self._attention.look()
        self._turns[worker.begin.remote(trial)] = Turn(worker, trial, now, now)

    def _grow(self) -> None:
        """Hires where machines have joined the cluster."""
        more = self._fitting() - self._unfit - self._crew.size
        if more > 0:
            self._say(f"The cluster has room for {many(more, 'worker')} more.")
            self._crew.enlarge(more)

    def _lose(self, turn: Turn, fault: Exception) -> Result:
        """The end of a trial whose worker has ended, by itself or with Ray."""
        crew = self._crew
        self._feel()
        if self._crew is crew:
            crew.replace(turn.worker)
        return lost(turn.trial, fault, self._in_time.culprit(turn.trial))

    def _feel(self) -> None:
        """Where Ray has ended, starts it again with new workers; the trials that ran are lost.

        Raises:
            SweepFailed: it is a cluster that was joined, and it does not come back.
        """
        if connection.lives():
            return
        if not self._alone:
            self._say(f"The Ray cluster does not answer. It is waited for, {RETURN_S:.0f} s at most.")
        until = time.monotonic() + (0.0 if self._alone else RETURN_S)
        while not connection.lives():
            if time.monotonic() < until:
                time.sleep(TICK_S)
            elif self._alone:
                self._begin_again()
            else:
                raise SweepFailed(
                    f"workers: the Ray cluster does not answer any more; {way_back(self._folder)}; without it, on this"
                    " machine alone, with --set workers.address=null"
                )

    def _begin_again(self) -> None:
        self._say("Ray has ended unexpectedly. It is started again; the trials that ran go on from their last epoch.")
        self._over.extend(lost(turn.trial, ConnectionError("Ray ended")) for turn in self._turns.values())
        self._turns = {}
        ray.shutdown()
        connection.start(self._plan)
        self._crew = self._hired()
        self._hand_over()

    def _overdue(self) -> Result | None:
        """Ends a trial that takes too long or says nothing, with its worker; looks whether there is one once a tick."""
        now = self._attention.look()
        if now - self._judged < TICK_S:
            return None
        for said, turn in self._turns.items():
            if not (why := turn.late(now, self._limits)) or said in self._hearing:
                continue
            del self._turns[said]
            self._crew.replace(turn.worker)
            failure = Failure(Cause.HUNG, why, plugin=self._in_time.culprit(turn.trial))
            return Result(turn.trial, State.FAILED, seconds=now - turn.began, failure=failure)
        self._judged = now
        return None

    def _hired(self) -> Crew:
        """A crew; on a cluster that may grow it is as large as there is room for now."""
        count = max(1, self._fitting()) if self._grows else self._plan.count
        return Crew(Berths(self._plan.cpus, self._plan.gpus, self._hiring.worker), count, self._limits)

    def _hand_over(self) -> None:
        home = Home.of(self._folder, self._material, self._alone)
        data = self._material, home, backend.versions()
        self._crew.open(data)
        self._scout.open(data)

    def _fitting(self) -> int:
        return min(self._most, comfortable_room(connection.machines(), self._plan))
