"""The sweep files of this repository are ones that Sinesweep takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from sinesweep.sweepfile import read_sweep

REPOSITORY = Path(__file__).resolve().parent.parent
FILES = sorted([*REPOSITORY.glob("examples/*.yaml"), *REPOSITORY.glob("benchmarks/sweeps/*.yaml")])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_sweep_file_names_only_what_exists_and_lies_in_range(file):
    assert read_sweep(file).space().size() > 1


def test_there_are_sweep_files():
    assert len(FILES) >= 5
