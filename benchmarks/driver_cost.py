"""What an event costs the driver: a trial asked for, an epoch reported, a result told, by the number of trials so far.

    python benchmarks/driver_cost.py [--trials 100 1000 10000] [--sampler tpe]

A conditional space of some 25 dimensions, the default sampler and pruner, a journal on disk; nothing is trained. The
trials before are drawn by chance alone, which takes less time; then a driver goes on with the search, and each figure
is its median over 30 trials: wall time, and of asking the processor's too. Memory is that of the whole process, with
its growth since the first trial.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from sinesweep.study import Study
from sinesweep.sweep import Sweep
from sinesweep.trial import Report, Result, State
from sinesweep_runner.memory import resident_bytes

EPOCHS, MEASURED = 6, 30
DOCUMENT = {
    "name": "driver",
    "data": {"reader": "folder", "path": "sounds"},
    "features": {"log_mel": None, "mfcc": None, "pcen": None},
    "architectures": {"cnn": None, "mlp": None},
    "augmentations": ["gain", "noise", "mixup"],
    "fit": {"epochs": EPOCHS},
}


def timed(work, *arguments):
    """What a call gives, and its milliseconds on the wall and of the processor."""
    began, began_cpu = time.perf_counter(), time.process_time()
    given = work(*arguments)
    return given, 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - began_cpu)


def value_of(config) -> float:
    """Something that a sampler can learn from."""
    fit, bonus = config["fit"], {"cnn": 0.2, "mlp": 0.0}[config["architecture"]["name"]]
    return min(1.0, 0.4 + bonus + 0.1 * (fit["batch_size"] == 16) + 30 * min(fit["learning_rate"], 0.005))


def one_trial(study: Study) -> tuple[float, ...]:
    """Milliseconds of asking, on the wall and of the processor, of the costliest report, and of telling."""
    trial, ask_ms, ask_cpu_ms = timed(study.ask)
    value, reports = value_of(trial.config), []
    state = State.COMPLETE
    for epoch in range(1, EPOCHS + 1):
        report = Report(trial.number, 0, epoch, {"accuracy": value * epoch / EPOCHS})
        going, report_ms, _ = timed(study.keep_going, report)
        reports.append(report_ms)
        if not going:
            state = State.PRUNED
            break
    result = Result(trial, state, value=value, metrics={"accuracy": value}, seconds=1.0)
    _, tell_ms, _ = timed(study.tell, result)
    return ask_ms, ask_cpu_ms, max(reports), tell_ms


def fill(study: Study, trials: int) -> None:
    for _ in range(trials):
        one_trial(study)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, nargs="+", default=[100, 1000, 10_000])
    parser.add_argument("--sampler", default="tpe")
    asked = parser.parse_args()
    sweep, by_chance = (Sweep.model_validate(DOCUMENT | {"search": {"sampler": s}}) for s in (asked.sampler, "random"))
    print(f"{len(sweep.space().dimensions())} dimensions, sampler {asked.sampler}\n")
    print("| trials | ask ms | of the processor | report ms | tell ms | resident MB | grown MB | journal MB |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder, "study.journal")
        one_trial(Study(by_chance, str(journal)))
        done, first_bytes = 1, resident_bytes()
        for count in sorted(asked.trials):
            fill(Study(by_chance, str(journal), resume=True), count - MEASURED - done)
            study = Study(sweep, str(journal), resume=True)
            costs = zip(*(one_trial(study) for _ in range(MEASURED)), strict=True)
            figures, now, done = " | ".join(f"{statistics.median(each):.1f}" for each in costs), resident_bytes(), count
            print(
                f"| {count:,} | {figures} | {now / 1e6:.0f} | {(now - first_bytes) / 1e6:.0f} |"
                f" {journal.stat().st_size / 1e6:.1f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
