"""Extraction: features that are computed on the host, before the model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from sinesweep.blame import blaming
from sinesweep.contract import HostExtractor, Shape
from sinesweep.errors import PluginFault
from sinesweep.lengths import Length
from sinesweep_runner import backend
from sinesweep_runner.training.firstuse import alone_at_first
from sinesweep_runner.training.shapes import shape_of

T = TypeVar("T")
R = TypeVar("R")


def extract(front: HostExtractor, name: str, windows: np.ndarray, length: Length) -> np.ndarray:
    """What `front`, installed as `name`, gives for waveforms `(windows, samples)`: float32 `(windows, *shape)`.

    Raises:
        PluginFault: it raises something, or gives another shape than it says, or what are no finite numbers.
    """
    shape = shape_of(front, name, length.rate_hz, length.samples)
    features = np.empty((len(windows), *shape), np.float32)
    for place, wave in enumerate(windows):
        with alone_at_first(type(front)), blaming("features", name, "extract"):
            given = np.asarray(front.extract(wave, length.rate_hz))
        _check(given, shape, name)
        features[place] = given
    return features


def in_threads(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """What `work` makes of each item, in their order, with all threads that this process may compute with."""
    with ThreadPoolExecutor(backend.threads()) as pool:
        yield from pool.map(work, items)


def _check(features: np.ndarray, shape: Shape, name: str) -> None:
    if features.shape != shape:
        raise PluginFault("features", name, "extract", f"it gives {features.shape}, shape() says {shape}")
    if features.dtype.kind not in "fiu":
        raise PluginFault("features", name, "extract", f"it gives {features.dtype}, expected float32")
    if not np.isfinite(features).all():
        raise PluginFault("features", name, "extract", "it gives values that are NaN or infinite")
