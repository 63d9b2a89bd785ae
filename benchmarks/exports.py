"""A winner in every format: size, latency, memory, and how its answers differ from the model's.

    python benchmarks/exports.py BEST [--threads 1 2]

BEST is the folder of a winner that lies in its sweep's folder. Every export is made anew in `BEST/exports`, and run in
a process of its own on validation clips. int8 has the score on these clips beside the model's; the winner has learnt
them, so only the difference says something. Latency is that of one window, with each number of threads.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from sinesweep.exports import Export
from sinesweep_runner.export.exporting import export
from sinesweep_runner.export.formats import Format
from sinesweep_runner.export.probe import probe
from sinesweep_runner.export.tried import validation
from sinesweep_runner.model.artifact import Artifact

KINDS = [(target, int8) for target in Format for int8 in (False, True) if not (int8 and target is Format.SAVED_MODEL)]


def row(made: Export, latencies_ms: list[float]) -> str:
    scores = ", ".join(f"{100 * made.scores[name]:.1f} ({100 * made.model_scores[name]:.1f})" for name in made.scores)
    cells = [f"`{made.name}`", f"{made.size_bytes / 1e3:,.0f}", *(f"{ms:.2f}" for ms in latencies_ms)]
    cells += [f"{made.model_bytes / 1e6:.0f}", f"{made.runtime_bytes / 1e6:.0f}", f"{made.difference:.1e}", scores]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("best", type=Path)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    asked = parser.parse_args()
    artifact = Artifact.load(asked.best, trust=True)
    tried = validation(artifact)
    print(f"{artifact.length.seconds:g} s at {artifact.length.rate_hz} Hz, on {tried.what}\n")
    latencies = [f"ms, {count} thread{'s' * (count > 1)}" for count in asked.threads]
    heads = ["export", "kB", *latencies, "MB", "MB of the runtime", "largest difference", "score (the model's), %"]
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for target, int8 in KINDS:
        made = export(asked.best, target, int8=int8, trust=True)
        folder = asked.best / made.folder
        runs = [probe(folder, tried.windows[:1], count)[1]["latency_ms"] for count in asked.threads]
        print(row(made, runs), flush=True)


if __name__ == "__main__":
    main()
