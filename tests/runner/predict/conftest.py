"""Models for the tests of prediction: they tell two pitches apart, and are made of built-in plugins.

Fixtures:
    make_model: trains one on tones of 0.5 s at 4 kHz and saves it; by default it hears the beginning of a clip.
    best: the folder of one. Shared: tests only read it.
    model: the same, loaded.
    tone: a function that makes a sound, by default 0.5 s at 4 kHz that the model calls `low`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sinesweep.trial import Trial
from sinesweep_runner.model.artifact import Artifact
from sinesweep_runner.model.winner import refit

SPLIT = {"split": {"fingerprint": "abc", "how": "Split by group: 12 recordings train, 12 validate."}}


@pytest.fixture(scope="session")
def make_model(make_config, make_material, tmp_path_factory) -> Callable[..., Path]:
    def make(length=None, **facts: object) -> Path:
        config = make_config(architecture={"name": "mlp", "layers": 1, "units": 32}, fit={"epochs": 12})
        folder = tmp_path_factory.mktemp("model") / "best"
        refit(Trial(0, config, 1), make_material(length), range(48), 12, folder, SPLIT | facts)
        return folder

    return make


@pytest.fixture(scope="session")
def best(make_model) -> Path:
    return make_model()


@pytest.fixture(scope="session")
def model(best) -> Artifact:
    return Artifact.load(best)


@pytest.fixture(scope="session")
def tone() -> Callable[..., np.ndarray]:
    def make(pitch_hz: float = 300, seconds: float = 0.5, rate_hz: int = 4000) -> np.ndarray:
        time = np.arange(round(seconds * rate_hz)) / rate_hz
        hiss = 0.1 * np.random.default_rng(1).standard_normal(len(time))
        return (0.2 * np.sin(2 * np.pi * pitch_hz * time) + hiss).astype(np.float32)

    return make
