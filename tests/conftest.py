"""What all tests share.

Fixtures:
    tones: a folder of WAVs: 3 classes × 6 recordings × 4 clips of 0.5 s at 8 kHz, `<class>/rec<n>_take<n>.wav`.
        The regular expression `(\\w+/rec\\d+)` finds the recording in the path. Shared: tests only read it.
    esc10: the folder of ESC-10, or a skip.
    fsdd: the folder of the Free Spoken Digit Dataset, or a skip.
    wheel: the wheel of this working tree.
    installed: the scripts of an environment with the wheel in it. Shared: tests install nothing there.
    fresh_environment: another one, for this test alone.

The real data sets are looked for in `SINESWEEP_DATA`, or else in `../shared/data` beside the repository. Every session
has its own waveform store (`SINESWEEP_CACHE`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

# Before any test imports Keras: TensorFlow's notices would drown pytest's own output.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

REPOSITORY = Path(__file__).resolve().parent.parent
# Two processes that compile librosa at once can leave a broken entry in a cache that they share: each has its own.
NUMBA_CACHE = REPOSITORY / ".pytest_cache" / "numba" / os.environ.get("PYTEST_XDIST_WORKER", "alone")
os.environ["NUMBA_CACHE_DIR"] = str(NUMBA_CACHE)
DATA = Path(os.environ.get("SINESWEEP_DATA") or REPOSITORY.parent / "shared" / "data")


@pytest.fixture(scope="session", autouse=True)
def _own_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests keep their waveforms away from the person's own store."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SINESWEEP_CACHE", str(tmp_path_factory.mktemp("store")))
        yield


@pytest.fixture(scope="session")
def tones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hum, a whistle and a hiss, each in six rooms: easy to learn, quick to write."""
    folder = tmp_path_factory.mktemp("tones")
    rng = np.random.default_rng(0)
    seconds = np.arange(4000) / 8000
    for label, low_hz, high_hz in (("hum", 150, 300), ("whistle", 1200, 2400), ("hiss", 0, 0)):
        (folder / label).mkdir()
        for recording in range(1, 7):
            pitch_hz, noise = rng.uniform(low_hz, high_hz), rng.uniform(0.01, 0.05)
            for take in range(1, 5):
                tone = rng.standard_normal(4000) if label == "hiss" else np.sin(2 * np.pi * pitch_hz * seconds)
                wave = rng.uniform(0.1, 0.3) * (tone + noise * rng.standard_normal(4000))
                soundfile.write(folder / label / f"rec{recording}_take{take}.wav", wave.clip(-1, 1), 8000)
    return folder


@pytest.fixture(scope="session")
def esc10() -> Path:
    """The folder of ESC-10."""
    return _data_set("esc10")


@pytest.fixture(scope="session")
def fsdd() -> Path:
    """The folder of the Free Spoken Digit Dataset."""
    return _data_set("fsdd")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this working tree."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts of an environment with the wheel in it."""
    return _environment(wheel, tmp_path_factory.mktemp("environment"))


@pytest.fixture
def fresh_environment(wheel: Path, tmp_path: Path) -> Path:
    """The same for one test, which may install what it likes."""
    return _environment(wheel, tmp_path / "environment")


def _environment(wheel: Path, folder: Path) -> Path:
    """The scripts of a new environment in `folder`; what the wheel depends on is borrowed from this environment."""
    venv.create(folder, with_pip=True)
    scripts = folder / "bin"
    command = [scripts / "python", "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", wheel]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    # Python does not read the .pth files of a folder that a .pth names: the editable install here stays out of sight.
    site_packages = next(folder.glob("lib/python*/site-packages"))
    (site_packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    (scripts / "pytest").write_text(f'#!/bin/sh\nexec "{scripts}/python" -m pytest "$@"\n')
    (scripts / "pytest").chmod(0o755)
    return scripts


def _data_set(name: str) -> Path:
    folder = DATA / name
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there; set SINESWEEP_DATA to the folder that holds '{name}'")
    return folder
