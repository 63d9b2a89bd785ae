"""Extraction: features that are computed on the host, before the model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from sinesweep.contract import HostExtractor, Shape
from sinesweep.lengths import Length
from sinesweep_runner import backend
from sinesweep_runner.training.failures import PluginFault, blaming

T = TypeVar("T")
R = TypeVar("R")


def extract(front: HostExtractor, name: str, windows: np.ndarray, length: Length) -> np.ndarray:
    """What `front`, installed as `name`, gives for waveforms `(windows, samples)`: float32 `(windows, frames, bins)`.

    Raises:
        PluginFault: it raises something, or gives another shape than it says, or what is not finite.
    """
    shape = tuple(front.shape(length.rate_hz, length.samples))
    features = np.empty((len(windows), *shape), np.float32)
    for place, wave in enumerate(windows):
        with blaming("features", name, "extract"):
            given = np.asarray(front.extract(wave, length.rate_hz))
        _check(given, shape, name)
        features[place] = given
    return features


def in_threads(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """What `work` makes of each item, in their order, with all threads that this process may compute with."""
    rest = iter(items)
    # librosa compiles parts of itself when they are first used: that is done once, by one thread.
    for item in rest:
        yield work(item)
        break
    with ThreadPoolExecutor(backend.threads()) as pool:
        yield from pool.map(work, rest)


def _check(features: np.ndarray, shape: Shape, name: str) -> None:
    if features.shape != shape:
        raise PluginFault(f"features '{name}' failed in extract: it gives {features.shape}, shape() says {shape}")
    if not np.isfinite(features).all():
        raise PluginFault(f"features '{name}' failed in extract: it gives values that are NaN or infinite")
