"""Bulk: a front end that has very much sound to go through is compiled first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sinesweep_runner import backend
from sinesweep_runner.training.batches import answer_batches
from sinesweep_runner.training.windows import Windows

if TYPE_CHECKING:
    import keras

WORTH_BYTES = 600_000_000
"""Of float32 samples, almost two hours at 22,050 Hz: to compile takes what is saved on so much."""


def for_bulk(front: keras.Model, windows: Windows) -> keras.Model:
    """A front end that is as quick as can be over all `windows`; itself where nothing would be gained.

    XLA takes a fifth to a quarter off a spectral front end's time on one core (`benchmarks/features.py --compiled`).
    A layer that calls what XLA has no code for, as a plugin's may, runs as it is.
    """
    if not backend.may_compile() or windows.size_bytes() < WORTH_BYTES:
        return front
    import keras
    import tensorflow as tf

    compiled = keras.Model(front.inputs, front.outputs, name=front.name)
    compiled.jit_compile = True
    try:
        next(answer_batches(compiled, windows, np.arange(len(windows))))
    except tf.errors.OpError:
        return front
    return compiled
