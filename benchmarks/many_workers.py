"""How many workers one driver can serve: simulated workers that train nothing and report once a second.

    python benchmarks/many_workers.py [--workers 100 300 1000] [--epochs 60] [--seconds 60]

Study, journal, pruner and orchestrator are the real ones; what the workers are asked through (Ray) is left out. A
driver keeps up as long as no report waits: `lag` is how long the last ones did.
"""

from __future__ import annotations

import argparse
import heapq
import random
import tempfile
import time
from pathlib import Path

from sinesweep.study import Study
from sinesweep.sweep import Sweep
from sinesweep.trial import Report, Result, State, Trial
from sinesweep_runner.executors import KeepGoing
from sinesweep_runner.orchestrator import Orchestrator
from sinesweep_runner.signals import StopRequest


class Simulated:
    """Workers whose trials end an epoch a second."""

    def __init__(self, slots: int, epochs: int, seconds: float, stop: StopRequest) -> None:
        self.slots, self.asked, self.answered, self.lag_s = slots, 0, 0, 0.0
        self._epochs, self._stop, self._end = epochs, stop, time.monotonic() + seconds
        self._due: list[tuple[float, int, int, Trial]] = []

    def prepare(self, trial: Trial) -> None:
        """Needs nothing."""

    def submit(self, trial: Trial) -> None:
        """Its first report is due within a second."""
        self.asked += 1
        heapq.heappush(self._due, (time.monotonic() + random.random(), trial.number, 1, trial))

    def next_result(self, keep_going: KeepGoing) -> Result:
        """Answers what is due, until a trial ends."""
        while True:
            due, number, epoch, trial = heapq.heappop(self._due)
            now = time.monotonic()
            self._stop.asked = now > self._end
            if due > now:
                time.sleep(due - now)
            self.lag_s = max(0.0, now - due)
            value = min(0.99, epoch / self._epochs * random.random())
            going = keep_going(Report(number, 0, epoch, {"accuracy": value}))
            self.answered += 1
            if not going or epoch == self._epochs or self._stop.asked:
                state = State.COMPLETE if going else State.PRUNED
                return Result(trial, state, value=value, metrics={"accuracy": value})
            heapq.heappush(self._due, (due + 1.0, number, epoch + 1, trial))


class Nobody:
    """Watches nothing."""

    def began(self, trial): ...

    def reported(self, report): ...

    def ended(self, result): ...

    def say(self, text): ...


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, nargs="+", default=[100, 300, 1000])
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--sampler", default="tpe")
    asked = parser.parse_args()
    print("| workers | reports a second | trials begun | lag at the end s | driver busy |")
    print("|---:|---:|---:|---:|---:|")
    for workers in asked.workers:
        sweep = Sweep.model_validate(
            {
                "name": "many",
                "data": {"reader": "folder", "path": "sounds"},
                "features": ["log_mel", "mfcc"],
                "architectures": ["cnn", "mlp"],
                "fit": {"epochs": asked.epochs},
                "search": {"sampler": asked.sampler},
                "budget": {"trials": 10**6},
            }
        )
        with tempfile.TemporaryDirectory() as folder:
            study, stop = Study(sweep, str(Path(folder, "study.journal"))), StopRequest()
            simulated = Simulated(workers, asked.epochs, asked.seconds, stop)
            began, busy = time.monotonic(), time.process_time()
            Orchestrator(study, simulated, sweep, lambda trial: None, Nobody(), stop).run()
            seconds, busy = time.monotonic() - began, time.process_time() - busy
        print(
            f"| {workers:,} | {simulated.answered / seconds:.0f} | {simulated.asked} | {simulated.lag_s:.1f} |"
            f" {100 * busy / seconds:.0f} % |",
            flush=True,
        )


if __name__ == "__main__":
    main()
