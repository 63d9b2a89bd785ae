"""What training costs when its steps are taken one by one, and when many are one graph.

    python benchmarks/many_steps.py [--architectures mlp tc_resnet cnn] [--batch-size 8] [--epochs 15] [--turns 2]

Synthesized sounds, one process, one thread; every trial traces anew. Seconds are those of the processor, the least of
all turns; both ways give the same scores bit for bit.
"""

from __future__ import annotations

import argparse
import math
import tempfile
import time
from pathlib import Path

from synthesized import prepare

from sinesweep.trial import Trial
from sinesweep_runner import backend
from sinesweep_runner.training import manysteps, shelf
from sinesweep_runner.training.material import Material
from sinesweep_runner.training.train import train

WAYS = {"one by one": math.inf, "one graph": 0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--architectures", nargs="+", default=["mlp", "tc_resnet", "cnn"])
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--turns", type=int, default=2)
    asked = parser.parse_args()
    backend.limit(1)
    print("| network | epochs | " + " | ".join(f"{way}, s" for way in WAYS) + " | same |\n|---|---:|---:|---:|---|")
    for name in asked.architectures:
        for epochs in (1, asked.epochs):
            sections = {
                "features": {"log_mel": {"n_mels": 64}},
                "architectures": [name],
                "fit": {"epochs": epochs, "batch_size": asked.batch_size, "patience": 0},
            }
            with tempfile.TemporaryDirectory() as folder:
                material, suggest = prepare(Path(folder), sections)
                costs, scores = measured(Trial(0, suggest(), 0), material, asked.turns)
            seconds = " | ".join(f"{costs[way]:.2f}" for way in WAYS)
            print(f"| `{name}` | {epochs} | {seconds} | {'yes' if len(scores) == 1 else 'no'} |", flush=True)


def measured(trial: Trial, material: Material, turns: int) -> tuple[dict[str, float], set[float | None]]:
    """The seconds of each way, and all scores."""
    costs, scores = dict.fromkeys(WAYS, math.inf), set()
    train(trial, material, lambda report: False)  # features and libraries are there afterwards
    for _ in range(turns):
        for way, worth in WAYS.items():
            manysteps.WORTH_STEPS = worth  # type: ignore[assignment]
            shelf.forget()
            began = time.process_time()
            scores.add(train(trial, material, lambda report: True).metrics["loss"])
            costs[way] = min(costs[way], time.process_time() - began)
    return costs, scores


if __name__ == "__main__":
    main()
