"""Batches: examples in steps of one size, so that no step is traced twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    import keras

ANSWER_BATCH = 32
"""Examples an answer takes at most. On a CPU larger batches fall out of its cache: 64 take a quarter longer."""


class Source(Protocol):
    """Examples by row: an array, or something that reads them as they are asked for."""

    def __getitem__(self, rows: np.ndarray) -> np.ndarray: ...


def steps_per_epoch(examples: int, batch_size: int) -> int:
    """How many batches one pass takes."""
    return -(-examples // batch_size)


def batches_per_epoch(examples: int, batch_size: int, accumulate: int = 1) -> tuple[int, int]:
    """How many batches one pass takes, and how many examples each: all are of one size.

    Args:
        accumulate: every batch is cut into so many of a size.
    """
    count = accumulate * steps_per_epoch(examples, batch_size)
    return count, -(-examples // count)


def shuffled(rows: np.ndarray, batch_size: int, seed: tuple[int, ...], accumulate: int = 1) -> np.ndarray:
    """One epoch: every row, in an order that follows from `seed`, as `(steps, size)` with `size` ≤ `batch_size`.

    All batches are of one size: a short last batch would be traced anew and its clips would count for more. Where the
    rows do not divide, fewer than `steps · accumulate` of them come twice.

    Args:
        accumulate: every batch is cut into so many of a size, one below another: `(steps · accumulate, size)`.
    """
    shape = batches_per_epoch(len(rows), batch_size, accumulate)
    return np.resize(np.random.default_rng(seed).permutation(rows), shape)


def answer_batches(model: keras.Model, source: Source, rows: np.ndarray) -> Iterator[np.ndarray]:
    """What `model` gives, batch by batch, all of one size: the last one is filled up before, and cut after."""
    _, size = batches_per_epoch(len(rows), ANSWER_BATCH)
    for start in range(0, len(rows), size):
        batch = rows[start : start + size]
        filled = np.resize(batch, size) if len(batch) < size else batch
        yield np.asarray(model.predict_on_batch(source[filled]))[: len(batch)]


def answers(model: keras.Model, source: Source, rows: np.ndarray) -> np.ndarray:
    """What `model` gives for each row, in their order, float32 `(rows, …)`."""
    given = np.empty((len(rows), *model.output_shape[1:]), np.float32)
    start = 0
    for batch in answer_batches(model, source, rows):
        given[start : start + len(batch)] = batch
        start += len(batch)
    return given
