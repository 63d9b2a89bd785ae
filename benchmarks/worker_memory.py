"""The memory of one worker over 200 small trials, as it grows, and with recycling.

    python benchmarks/worker_memory.py [--trials 200] [--recycle-gb 0.25]

Real trials of one epoch on synthesized sounds, each with a front end and a network of its own, in a real Ray worker.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import ray
from synthesized import prepare

from sinesweep.sections import Workers
from sinesweep.trial import State, Trial
from sinesweep_runner.executors.ray import RayExecutor
from sinesweep_runner.memory import resident_bytes
from sinesweep_runner.placement import Plan

EVERY = 25

SECTIONS = {
    "features": {"log_mel": {"n_mels": {"low": 40, "high": 80}}, "mfcc": {"n_mels": [64, 80]}},
    "architectures": {"cnn": {"blocks": [2, 3]}, "mlp": None},
    "fit": {"epochs": 1},
    "search": {"sampler": "random"},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--recycle-gb", type=float, default=0.25)
    asked = parser.parse_args()
    for label, limit_gb in (("never replaced", 1e6), (f"replaced after {asked.recycle_gb:g} GB", asked.recycle_gb)):
        with tempfile.TemporaryDirectory() as folder:
            print(f"\n{label}\n\n| trials | worker MB | replaced |\n|---:|---:|---:|")
            serve(Path(folder), Workers(count=1, recycle_gb=limit_gb), asked.trials)


def serve(folder: Path, workers: Workers, trials: int) -> None:
    """Trains one trial after another in one slot, and says how much memory its worker holds."""
    material, suggest = prepare(folder, SECTIONS)
    executor = RayExecutor(Plan(1, 1.0, 0), workers)
    executor.open(material, folder)
    serving, replaced = executor._crew.idle[0], 0
    for number in range(1, trials + 1):
        executor.submit(Trial(number, suggest(), number))
        result = executor.next_result(lambda report: True)
        if result.state is not State.COMPLETE:
            print(f"trial {number}: {result.state}: {result.failure.message if result.failure else ''}")
        while not executor._crew.idle:  # a successor is coming
            executor._tend()
            time.sleep(0.1)
        if executor._crew.idle[0] is not serving:
            serving, replaced = executor._crew.idle[0], replaced + 1
        if number in (1, 10) or number % EVERY == 0:
            held = ray.get(serving.__ray_call__.remote(lambda worker: resident_bytes()))
            print(f"| {number} | {held / 1e6:.0f} | {replaced} |", flush=True)
    executor.close()


if __name__ == "__main__":
    main()
