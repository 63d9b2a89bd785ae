"""What a trial costs around its work: 200 empty trials through two Ray workers, with the default sampler and a journal.

    python benchmarks/empty_trials.py [--trials 200] [--dimensions 20]

The workers are those of a sweep, warm, with Keras loaded; a trial in them does nothing but report one epoch and end.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import make_dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from types import ModuleType
from typing import Annotated

from sinesweep.contract import Augmentation, Stage
from sinesweep.domains import Float
from sinesweep.study import Study
from sinesweep.sweep import Sweep
from sinesweep.trial import Report, Result, State
from sinesweep_runner.executors import hiring
from sinesweep_runner.executors.parting import Parting
from sinesweep_runner.executors.ray import RayExecutor
from sinesweep_runner.executors.seating import Device
from sinesweep_runner.orchestrator import Orchestrator
from sinesweep_runner.placement import Plan
from sinesweep_runner.signals import StopRequest


class EmptyWorker(hiring.Worker):
    """Ends every trial at once."""

    def open(self, material, home, versions):
        """Takes nothing."""
        return Device()

    def begin(self, trial):
        """Reports one epoch."""
        self._trial = trial
        return Report(trial.number, 0, 1, {"accuracy": trial.config["augmentations"][0]["x0"]})

    def answer(self, keep_going):
        """Ends."""
        value = self._trial.config["augmentations"][0]["x0"]
        return Parting.here(Result(self._trial, State.COMPLETE, value=value, metrics={"accuracy": value}))


class Clock:
    """Notes when trials end."""

    def __init__(self) -> None:
        self.ends: list[float] = []

    def began(self, trial): ...

    def reported(self, report): ...

    def say(self, text): ...

    def ended(self, result):
        self.ends.append(time.perf_counter())


def plugin_of(dimensions: int):
    """A plugin with so many settings to search, here rather than in a module: nothing builds it."""
    fields = [(f"x{place}", Annotated[float, Float(0.0, 1.0), "a number"], 0.5) for place in range(dimensions)]
    layer = {"layer": lambda self, rate_hz, seed: None, "stage": Stage.FEATURES}
    return make_dataclass("Numbers", fields, bases=(Augmentation,), frozen=True, namespace=layer)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--dimensions", type=int, default=20)
    asked = parser.parse_args()
    sys.modules["numbers_plugin"] = module = ModuleType("numbers_plugin")
    module.Numbers = plugin_of(asked.dimensions)  # type: ignore[attr-defined]
    sweep = Sweep.model_validate(
        {
            "name": "empty",
            "data": {"reader": "folder", "path": "sounds"},
            "features": {"waveform": {"normalisation": "none"}},
            "architectures": {"mlp": None},
            "augmentations": {"numbers_plugin:Numbers": {"enabled": True}},
            "fit": {"epochs": 1, "batch_size": 8, "learning_rate": 0.001},
            "search": {"pruner": "median"},
            "budget": {"trials": asked.trials},
        }
    )
    print(f"{len(sweep.space().dimensions())} dimensions")
    hiring.Worker = EmptyWorker
    executor = RayExecutor(Plan(2, 1.0, 0), sweep.workers)
    with tempfile.TemporaryDirectory() as folder:
        executor.open(None, Path(folder))
        study, clock = Study(sweep, str(Path(folder, "study.journal"))), Clock()
        began = time.perf_counter()
        Orchestrator(study, executor, sweep, lambda trial: None, clock, StopRequest()).run()
        seconds = time.perf_counter() - began
        executor.close()
    steps = [1000 * (later - sooner) for sooner, later in pairwise(clock.ends)]
    print(
        f"{asked.trials} trials in {seconds:.1f} s: {asked.trials / seconds:.1f} a second,"
        f" {1000 * seconds / asked.trials:.1f} ms a trial, median {median(steps):.1f} ms from end to end"
    )


if __name__ == "__main__":
    main()
