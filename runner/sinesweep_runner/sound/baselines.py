"""Classical baselines: features of every clip once, and a score in seconds."""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from sinesweep.blame import blaming
from sinesweep.contract import Baseline
from sinesweep.dataset import Targets
from sinesweep.errors import PluginFault
from sinesweep.files import write_atomically
from sinesweep.identity import identity
from sinesweep.registry import known_as
from sinesweep_runner.cache.entries import writing
from sinesweep_runner.training.firstuse import alone_at_first


def describe_all(
    baseline: Baseline,
    waveforms: Sequence[Path | str],
    rate_hz: int,
    cache: Path,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> np.ndarray:
    """The baseline's features of every clip, float32 `(clips, values)`.

    Args:
        baseline: whose `describe` is asked.
        waveforms: entries of the waveform store.
        rate_hz: their rate.
        cache: the folder of the waveform store; features that were computed before are read from it.
        progress: called with clips done and clips in all.

    Raises:
        PluginFault: `describe` raises something, or gives no vectors of one length.
    """
    file = cache / "features" / f"{features_key(baseline, waveforms)}.npy"
    if file.exists():
        progress(len(waveforms), len(waveforms))
        return np.asarray(np.load(file))

    name = known_as("baselines", type(baseline))

    def describe(entry: Path | str) -> np.ndarray:
        with alone_at_first(type(baseline)), blaming("baseline", name, "describe"):
            return np.asarray(baseline.describe(np.load(entry, mmap_mode="r"), rate_hz), np.float32)

    rows: list[np.ndarray] = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for row in pool.map(describe, waveforms):
            expected = rows[0].shape if rows else (row.size,)
            if row.shape != expected:
                given = f"it gives {row.shape}, expected {expected}: a vector, as long for one clip as for another"
                raise PluginFault("baseline", name, "describe", given)
            rows.append(row)
            progress(len(rows), len(waveforms))
    features = np.stack(rows)
    content = io.BytesIO()
    np.save(content, features)
    with writing(cache):
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, content.getvalue())
    return features


def features_of(
    baseline: Baseline, entries: Sequence[Path | str], rate_hz: int, cache: Path, columns: Sequence[str]
) -> np.ndarray:
    """What an estimator learns from, float32 `(clips, values)`: vectors as they are, or the description of sounds.

    Args:
        baseline: whose `describe` is asked about sounds.
        entries: of the waveform store.
        rate_hz: the rate of sounds.
        cache: the folder of the waveform store.
        columns: the names of a vector's numbers; none where the clips are sounds.
    """
    if columns:
        return np.stack([np.load(entry) for entry in entries])
    return describe_all(baseline, entries, rate_hz, cache)


def features_key(baseline: Baseline, waveforms: Sequence[Path | str]) -> str:
    """Names what `describe_all` computes: the sounds (an entry's name is its content), the baseline and its code."""
    names = [os.path.basename(entry) for entry in waveforms]  # noqa: PTH119  # as text: there is one for every clip
    text = json.dumps([*identity(baseline), names])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def score_baseline(
    features: np.ndarray,
    targets: Targets,
    train: Sequence[int],
    valid: Sequence[int],
    baseline: Baseline,
    seed: int,
) -> np.ndarray:
    """Fits the baseline on `train` and asks it about `valid`. Of labels, one baseline learns each.

    Args:
        features: of every clip, `(clips, values)`.
        targets: what is right for every clip, see `Dataset.targets`.
        train: indices of clips.
        valid: indices of clips.
        baseline: whose `estimator` is fitted.
        seed: its chance.

    Returns:
        Probabilities `(valid, classes)`, or values `(valid, 1)`; 0 for a class that is not in `train`.
    """
    right = np.asarray(targets)
    taught, asked = features[list(train)], features[list(valid)]
    with blaming("baseline", known_as("baselines", type(baseline)), "estimator"):
        if right.ndim == 2:
            columns = [_classified(baseline, seed, taught, each, asked, 2)[:, 1] for each in right[list(train)].T]
            return np.stack(columns, axis=1)
        if np.issubdtype(right.dtype, np.floating):
            estimator = baseline.estimator(seed)
            estimator.fit(taught, right[list(train)])
            return np.asarray(estimator.predict(asked), np.float64).reshape(-1, 1)
        return _classified(baseline, seed, taught, right[list(train)], asked, int(right.max()) + 1)


def _classified(
    baseline: Baseline, seed: int, taught: np.ndarray, right: np.ndarray, asked: np.ndarray, classes: int
) -> np.ndarray:
    """Probabilities `(asked, classes)` by an estimator that was fitted on rows and their classes."""
    probabilities = np.zeros((len(asked), classes))
    if len(np.unique(right)) == 1:  # a classifier wants two; of one there is nothing to learn
        probabilities[:, right[0]] = 1.0
        return probabilities
    estimator: Any = baseline.estimator(seed)
    estimator.fit(taught, right)
    probabilities[:, estimator.classes_] = estimator.predict_proba(asked)
    return probabilities
