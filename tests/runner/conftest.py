"""Material for the tests of the engine: two pitches in noise.

Fixtures:
    make_material: material of tones, a `.npy` file a clip; by default 2 folds of 24 clips of 0.5 s at 4 kHz.
    make_config: a full configuration that learns those tones in a few epochs; keywords replace its sections.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sinesweep.dataset import Task
from sinesweep.lengths import Length
from sinesweep.split import Fold
from sinesweep_runner.material import Material

RATE_HZ = 4000


@pytest.fixture(autouse=True, scope="session")
def _engine_plugins() -> None:
    """Lets configurations name the classes of `engine_plugins.py`."""
    sys.path.append(str(Path(__file__).parent))


@pytest.fixture(scope="session")
def make_material(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Material]:
    def make(length: Length | None = None, seconds: float = 0.5, clips: int = 48, folds: int = 2) -> Material:
        rng = np.random.default_rng(0)
        time = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
        files, folder = [], tmp_path_factory.mktemp("tones")
        for number in range(clips):
            pitch_hz = (300, 900)[number % 2] * rng.uniform(0.9, 1.1)
            wave = 0.2 * np.sin(2 * np.pi * pitch_hz * time) + 0.1 * rng.standard_normal(len(time))
            files.append(folder / f"{number}.npy")
            np.save(files[-1], wave.astype(np.float32))
        halves = [tuple(range(clips // 2)), tuple(range(clips // 2, clips))]
        return Material(
            classes=("low", "high"),
            task=Task.CLASSIFICATION,
            waveforms=tuple(map(str, files)),
            targets=tuple(number % 2 for number in range(clips)),
            groups=tuple(f"recording {number // 2}" for number in range(clips)),
            folds=(Fold(halves[0], halves[1]), Fold(halves[1], halves[0]))[:folds],
            length=length or Length("pad", RATE_HZ, RATE_HZ // 2),
            objective="accuracy",
        )

    return make


@pytest.fixture(scope="session")
def make_config() -> Callable[..., dict]:
    def make(**sections: object) -> dict:
        fit = {"epochs": 4, "batch_size": 8, "learning_rate": 0.01, **sections.pop("fit", {})}
        return {
            "features": {"name": "log_mel", "n_mels": 20},
            "architecture": {"name": "engine_plugins:TinyNet"},
            "loss": {"name": "cross_entropy", "label_smoothing": 0.0},
            "augmentations": [],
            "fit": fit,
            **sections,
        }

    return make
