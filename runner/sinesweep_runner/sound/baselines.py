"""Classical baselines: features of every clip once, and a score in seconds."""

from __future__ import annotations

import hashlib
import inspect
import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from sinesweep import registry
from sinesweep.contract import Baseline
from sinesweep.files import write_atomically
from sinesweep.settings import make, values
from sinesweep_runner.sound.entries import writing
from sinesweep_runner.training.failures import blaming


def make_baseline(name: str) -> Baseline:
    """The baseline of that name with its own settings; raises PluginError where it is unknown or broken."""
    baseline: Baseline = make(registry.load("baselines", name), {}, f"baselines.{name}")
    return baseline


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
    """
    file = cache / "features" / f"{features_key(baseline, waveforms)}.npy"
    if file.exists():
        progress(len(waveforms), len(waveforms))
        return np.asarray(np.load(file))

    def describe(entry: Path | str) -> np.ndarray:
        with blaming("baseline", type(baseline).__name__, "describe"):
            return baseline.describe(np.load(entry, mmap_mode="r"), rate_hz)

    rows = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for row in pool.map(describe, waveforms):
            rows.append(row)
            progress(len(rows), len(waveforms))
    features = np.stack(rows).astype(np.float32)
    content = io.BytesIO()
    np.save(content, features)
    with writing(cache):
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, content.getvalue())
    return features


def features_key(baseline: Baseline, waveforms: Sequence[Path | str]) -> str:
    """Names what `describe_all` computes: the sounds (an entry's name is its content), the baseline and its code."""
    kind = type(baseline)
    try:
        code = inspect.getsource(sys.modules[kind.__module__])
    except (OSError, TypeError, KeyError):  # typed into a notebook
        code = ""
    names = [Path(entry).name for entry in waveforms]
    text = json.dumps([kind.__module__, kind.__qualname__, values(baseline), code, names])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def score_baseline(
    features: np.ndarray,
    targets: Sequence[int],
    train: Sequence[int],
    valid: Sequence[int],
    baseline: Baseline,
    seed: int,
) -> np.ndarray:
    """Fits the baseline on `train` and asks it about `valid`.

    Args:
        features: of every clip, `(clips, values)`.
        targets: the class of every clip, 0 … classes - 1.
        train: indices of clips.
        valid: indices of clips.
        baseline: whose `estimator` is fitted.
        seed: its chance.

    Returns:
        Probabilities `(valid, classes)`; 0 for a class that is not in `train`.
    """
    labels = np.asarray(targets)
    probabilities = np.zeros((len(valid), int(labels.max()) + 1))
    with blaming("baseline", type(baseline).__name__, "estimator"):
        estimator: Any = baseline.estimator(seed)
        estimator.fit(features[list(train)], labels[list(train)])
        probabilities[:, estimator.classes_] = estimator.predict_proba(features[list(valid)])
    return probabilities
