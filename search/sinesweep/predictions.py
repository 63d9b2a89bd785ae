"""Out-of-fold predictions: for every validation clip the answer of a model that was not trained on it."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sinesweep.errors import SweepError
from sinesweep.files import write_lastingly


@dataclass(frozen=True)
class Predictions:
    """What one trial said, in the order of the clips' indices in the data set.

    Attributes:
        clips: which clips, ascending `(n,)`.
        targets: their class indices `(n,)`, a 1 or 0 for each label `(n, labels)`, or their values `(n,)`.
        probabilities: float32 `(n, classes)`; in regression the answers themselves, `(n, 1)`.
    """

    clips: NDArray[np.int32]
    targets: NDArray[Any]
    probabilities: NDArray[np.float32]


def save(path: Path, clips: ArrayLike, targets: ArrayLike, probabilities: ArrayLike) -> None:
    """Writes predictions as a compressed `.npz`, whole or not at all.

    Args:
        clips: indices into the data set's clips `(n,)`, in any order.
        targets: class indices `(n,)`, a 1 or 0 for each label `(n, labels)`, or values `(n,)` as floating numbers.
        probabilities: `(n, outputs)`; stored as float32 with every row's first maximum where it was.

    Raises:
        ValueError: shapes that do not fit, or a clip that comes twice.
    """
    clips, targets, probabilities = np.asarray(clips), np.asarray(targets), np.asarray(probabilities)
    if probabilities.ndim != 2 or not clips.shape == targets.shape[:1] == probabilities.shape[:1]:
        raise ValueError(
            "expected clips (n,), targets (n,) and probabilities (n, classes),"
            f" got {clips.shape}, {targets.shape} and {probabilities.shape}"
        )
    if len(np.unique(clips)) != len(clips):
        raise ValueError("a clip comes twice; out-of-fold predictions have one row a clip")
    order = np.argsort(clips)
    stream = io.BytesIO()
    np.savez_compressed(
        stream,
        clips=clips[order].astype(np.int32),
        targets=targets[order].astype(np.float64 if np.issubdtype(targets.dtype, np.floating) else np.int32),
        probabilities=_single(probabilities[order]),
    )
    write_lastingly(path, stream.getvalue())


def load(path: Path) -> Predictions:
    """Reads what `save` wrote.

    Raises:
        SweepError: the file is missing, damaged, or no file of predictions.
    """
    try:
        # From memory: of a damaged file numpy would leave the handle open.
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
            return Predictions(stored["clips"], stored["targets"], stored["probabilities"])
    except (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile) as reason:
        raise SweepError(f"{path}: expected a file of predictions: {type(reason).__name__}: {reason}") from None


def _single(probabilities: NDArray[np.floating]) -> NDArray[np.float32]:
    """As float32. Where rounding would make the largest one of two, it stays the larger: accuracy must not move."""
    single = probabilities.astype(np.float32)
    first = probabilities.argmax(axis=1)
    moved = np.flatnonzero(single.argmax(axis=1) != first)
    single[moved, first[moved]] = np.nextafter(single[moved].max(axis=1), np.float32(np.inf))
    return single
