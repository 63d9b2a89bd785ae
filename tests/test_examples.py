"""The sweep files of this repository are ones that Sinesweep takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from sinesweep.sweepfile import read_sweep
from sinesweep_runner.placement import Machine, plan_workers

REPOSITORY = Path(__file__).resolve().parent.parent
FILES = sorted([*REPOSITORY.glob("examples/*.yaml"), *REPOSITORY.glob("benchmarks/sweeps/*.yaml")])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_sweep_file_names_only_what_exists_and_lies_in_range(file):
    assert read_sweep(file).space().size() > 1


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_sweep_file_runs_on_a_machine_without_a_gpu(file):
    assert plan_workers(Machine(cpus=2, memory_bytes=2**34, gpus=0), read_sweep(file).workers).count >= 1


def test_there_are_sweep_files():
    assert len(FILES) >= 5
