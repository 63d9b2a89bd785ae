"""Every architecture at its default settings: parameters, time to build, first step and steady step of training.

The input is what `log_mel` gives of a clip: 128 frames of 64 mel bands; an architecture that refuses it takes a second
of waveform at 16 kHz, and is marked. Batches of 32, 10 classes, Adam, on two cores.

    python benchmarks/architectures.py [NAME …] [--cores 2] [--seconds 5]
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass

from sinesweep import registry
from sinesweep.errors import Infeasible, PluginError
from sinesweep.settings import make

PICTURE = (128, 64)
WAVEFORM = (16_000, 1)
BATCH, CLASSES = 32, 10
LEAST_STEPS = 5


@dataclass(frozen=True)
class Measured:
    """What came of one architecture; times in seconds."""

    parameters: int
    build_s: float
    first_step_s: float
    step_s: float


def measure(network, shape: tuple[int, ...], seconds: float) -> Measured:
    """Builds it, traces one step, then trains on one batch for `seconds`; the step's time is the median."""
    import keras
    import numpy as np

    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    x = rng.standard_normal((BATCH, *shape), dtype=np.float32)
    y = np.eye(CLASSES, dtype=np.float32)[rng.integers(CLASSES, size=BATCH)]
    begun = time.perf_counter()
    model = network.build(shape, CLASSES)
    build_s = time.perf_counter() - begun
    model.compile(keras.optimizers.Adam(), keras.losses.CategoricalCrossentropy(from_logits=True), jit_compile=False)
    times = list(step_times(model, x, y, seconds))
    return Measured(model.count_params(), build_s, times[0], statistics.median(times[1:]))


def step_times(model, x, y, seconds: float) -> Iterator[float]:
    """The first step, then as many as fit into `seconds`, a few at the least."""
    end, steps = None, 0
    while end is None or time.perf_counter() < end or steps <= LEAST_STEPS:
        begun = time.perf_counter()
        model.train_on_batch(x, y)
        yield time.perf_counter() - begun
        end = end or time.perf_counter() + seconds
        steps += 1


def plugin(name: str):
    """The architecture at its defaults, and the features that it takes; None where it has settings without default."""
    try:
        network = make(registry.load("architectures", name), {}, name)
    except PluginError:
        return None
    try:
        network.check(PICTURE)
    except Infeasible:
        return network, WAVEFORM
    return network, PICTURE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=registry.names("architectures"))
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each is trained")
    asked = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: asked.cores])

    import keras

    keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])  # what Keras does once is no architecture's
    print("| architecture | parameters | build ms | first step s | step ms |")
    print("|---|---|---|---|---|")
    for name in asked.names:
        found = plugin(name)
        if found is None:
            print(f"| `{name}` | has settings without a default | | | |")
            continue
        network, shape = found
        measured = measure(network, shape, asked.seconds)
        mark = "" if shape == PICTURE else " (waveform)"
        print(
            f"| `{name}`{mark} | {measured.parameters:,} | {1000 * measured.build_s:.0f} | {measured.first_step_s:.1f}"
            f" | {1000 * measured.step_s:.1f} |",
            flush=True,
        )
        keras.backend.clear_session()


if __name__ == "__main__":
    main()
