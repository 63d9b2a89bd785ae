"""The fixed workload: twelve configurations of one small network on ESC-10, through the command line.

What is computed is the same for every tool that runs it: clips padded or cut to 5 s at 22,050 Hz, folds 2–5 train, fold
1 validates, six epochs. No search, no pruning, no baseline, no finalists, no sealed test: what is timed is the way of a
trial.

    python benchmarks/workload.py ESC10 [--workers 2] [--warm] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ruamel.yaml import YAML

from sinesweep.record import Record
from sinesweep.sweepfile import read_sweep

NETWORK = "peer_network:PeerNetwork"
RATE_HZ = 22_050
N_FFT = (1024, 2048)
N_MELS = (40, 64, 128)
BATCH_SIZES = (16, 32, 64)


def milliseconds(samples: int) -> float:
    return 1000 * samples / RATE_HZ


def points(count: int = 12, seed: int = 7) -> list[dict[str, object]]:
    """The configurations. The order of the draws is the workload's: changing it changes every one of them."""
    rng = random.Random(seed)
    return [point(rng) for _ in range(count)]


def point(rng: random.Random) -> dict[str, object]:
    feature, n_fft, n_mels = rng.choice(("log_mel", "mfcc")), rng.choice(N_FFT), rng.choice(N_MELS)
    return {
        "features": feature,
        f"features.{feature}.window_ms": milliseconds(n_fft),
        f"features.{feature}.hop_ms": milliseconds(n_fft // 4),
        f"features.{feature}.n_mels": n_mels,
        "fit.learning_rate": 10 ** rng.uniform(-4, -2),
        f"architecture.{NETWORK}.dropout": rng.uniform(0, 0.5),
        f"architecture.{NETWORK}.l2": 10 ** rng.uniform(-6, -3),
        "fit.batch_size": rng.choice(BATCH_SIZES),
    }


def sweep(esc10: Path, workers: int) -> dict[str, object]:
    spectrum = {
        "window_ms": [milliseconds(n_fft) for n_fft in N_FFT],
        "hop_ms": [milliseconds(n_fft // 4) for n_fft in N_FFT],
        "n_mels": list(N_MELS),
        "top_db": 0.0,
        "normalisation": "per_bin",
    }
    return {
        "name": "workload",
        "data": {"reader": "esc50", "path": str(esc10.resolve())},
        "audio": {"rate_hz": RATE_HZ, "seconds": 5.0, "length": "pad"},
        "split": {"by": "fold", "test": 0, "valid": ["1"]},
        "features": {
            "log_mel": {**spectrum, "compression": "db"},
            "mfcc": {**spectrum, "n_mfcc": 20, "deltas": 0},
        },
        "architectures": {
            NETWORK: {
                "dropout": {"low": 0.0, "high": 0.5},
                "l1": 0.0,
                "l2": {"low": 1e-6, "high": 1e-3, "log": True},
            }
        },
        "fit": {
            "epochs": 6,
            "batch_size": list(BATCH_SIZES),
            "learning_rate": {"low": 1e-4, "high": 1e-2},
            "schedule": "constant",
        },
        "baseline": None,
        "search": {"sampler": "random", "pruner": "none"},
        "budget": {"trials": 12},
        "finalists": {"trials": 0},
        "enqueue": points(),
        "workers": {"count": workers},
    }


def timed(file: Path, out: Path, cache: Path | None) -> float:
    """Wall seconds of the sweep, from the start of the process to its end."""
    command = [Path(sys.executable).parent / "sinesweep", "run", file, "--out", out, "--no-finalize"]
    environment = os.environ | ({"SINESWEEP_CACHE": str(cache)} if cache else {})
    begin = time.perf_counter()
    subprocess.run(command, env=environment, check=True, cwd=Path(__file__).parent)  # where `peer_network` is
    return time.perf_counter() - begin


def breakdown(folder: Path, wall: float, workers: int) -> str:
    """Where the wall time went, a worker's share a line."""
    record = Record.of(read_sweep(folder / "sweep.yaml"), str(folder / "study.journal"))
    results = record.results()
    phases = {name: sum(r.phases.get(name, 0.0) for r in results) / workers for name in results[0].phases}
    trials = sum(result.seconds for result in results) / workers
    lines = {
        "start, decoding, report": wall - record.seconds,
        **phases,
        "rest of the trials": trials - sum(phases.values()),
        "waiting for trials": record.seconds - trials,
    }
    return "".join(f"  {name:<24}{seconds:6.1f} s\n" for name, seconds in lines.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("esc10", type=Path, help="the folder of ESC-10")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--warm", action="store_true", help="use the waveforms that earlier sweeps have decoded")
    parser.add_argument("--keep", type=Path, help="where the sweep's folder goes; default: nowhere")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.keep or Path(scratch) / "kept"
        folder.mkdir(parents=True, exist_ok=True)
        file = folder.resolve() / "sweep.yaml"
        YAML().dump(sweep(asked.esc10, asked.workers), file)
        seconds = timed(file, folder.resolve() / "out", None if asked.warm else Path(scratch) / "cache")
        with (folder / "out" / "leaderboard.csv").open(encoding="utf-8") as board:
            trials = len(list(csv.DictReader(board)))
        print(breakdown(folder / "out", seconds, asked.workers), end="")
    print(
        f"sinesweep wall={seconds:.1f} workers={asked.workers} trials={trials} per_hour={3600 * trials / seconds:.0f}"
    )


if __name__ == "__main__":
    main()
