"""What a short trial pays for its graphs, when they are traced anew and when those of an earlier trial are used again.

    python benchmarks/trace_reuse.py [--trials 6] [--epochs 1] [--architecture cnn ...] [--differ fit]

Trials of one configuration, or of several architectures in turns, that differ in learning rate and seed, with
`--differ augmentations` in the strengths of five augmentations too, or with `--differ all` in dropout, L2 and label
smoothing, in one process, on synthesized sounds; both ways take turns, and the first trial of each architecture is left
out of each turn.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from synthesized import prepare

from sinesweep.trial import Config, Trial
from sinesweep_runner.training import shelf
from sinesweep_runner.training.train import train

L2 = (1e-6, 1e-5, 1e-4, 1e-3)

AUGMENTED = ("gain", "noise", "time_shift", "time_mask", "mixup")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=6)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--architecture", nargs="+", default=["cnn"])
    parser.add_argument("--differ", choices=("fit", "augmentations", "all"), default="fit")
    asked = parser.parse_args()
    sections = {
        "features": {"log_mel": {"n_mels": 64}},
        "architectures": asked.architecture,
        "augmentations": {name: {"enabled": True} for name in AUGMENTED if asked.differ == "augmentations"},
        "fit": {"epochs": asked.epochs, "batch_size": 32},
    }
    costs: dict[tuple[str, str], list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        material, suggest = prepare(Path(folder), sections)
        configs = one_of_each(suggest, asked.architecture)
        for way in ("anew", "again", "anew", "again"):
            for number in range(asked.trials + len(configs)):
                config = configs[number % len(configs)]
                if way == "anew":
                    shelf.forget()
                trial = Trial(number, changed(config, number, asked.differ), number)
                result = train(trial, material, lambda report: True)
                for phase, seconds in (
                    {**result.phases, "all": result.seconds}.items() if number >= len(configs) else ()
                ):
                    costs[way, phase].append(seconds)
    phases = dict.fromkeys(phase for _, phase in costs)
    print("| median s | " + " | ".join(phases) + " |\n|---|" + "---:|" * len(phases))
    for way in ("anew", "again"):
        print(f"| {way} | " + " | ".join(f"{median(costs[way, phase] or [0]):.2f}" for phase in phases) + " |")


def one_of_each(suggest: Callable[[], Config], architectures: Sequence[str]) -> list[Config]:
    """A random configuration of each architecture."""
    found: dict[str, Config] = {}
    while len(found) < len(architectures):
        config = suggest()
        found.setdefault(config["architecture"]["name"], config)
    return [found[name] for name in architectures]


def changed(config: Config, number: int, differ: str) -> Config:
    """The configuration with a learning rate of its own, and with other settings that a graph reads from variables."""
    own: dict[str, Any] = {**config, "fit": config["fit"] | {"learning_rate": 0.001 * (1 + number)}}
    if differ == "augmentations":
        step = 1 + number
        strengths = {"max_db": 2.0 + step, "min_snr_db": step, "max_share": 0.02 * step, "alpha": 0.1 * step}
        own["augmentations"] = [
            each | {name: value for name, value in strengths.items() if name in each}
            for each in config["augmentations"]
        ]
    if differ == "all":
        weighed = {"dropout": 0.1 + 0.05 * number, "l1": 0.0, "l2": L2[number % len(L2)]}
        own["architecture"] = config["architecture"] | weighed
        own["loss"] = config["loss"] | {"label_smoothing": 0.01 * (1 + number)}
    return own


if __name__ == "__main__":
    main()
