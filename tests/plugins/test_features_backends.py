"""The golden and contract tests of the extractors on the other Keras backends that are installed."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TESTS = [
    *(path for path in sorted(HERE.glob("test_features_*.py")) if path.name != Path(__file__).name),
    f"{HERE / 'test_suites.py'}::TestFeatures",
]


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_features_are_the_same_on_another_backend(backend):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *map(str, TESTS)]
    done = subprocess.run(
        command, env=os.environ | {"KERAS_BACKEND": backend}, cwd=HERE.parents[1], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-4000:]
