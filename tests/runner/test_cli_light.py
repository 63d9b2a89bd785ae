"""The ways of the command line that only look load no heavy library."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

import pytest

from sinesweep.study import Study
from sinesweep.sweepfile import check_document
from sinesweep_runner.sweepfolder import SweepFolder

HEAVY = {"keras", "tensorflow", "torch", "jax", "ray", "librosa", "sklearn", "scipy", "optuna", "soundfile", "pandas"}
READING = {"pydantic", "ruamel.yaml", "sinesweep.sweep"}
"""What reads sweep files."""
REPORTING = {"sinesweep.report.html", "sinesweep.report.charts"}

TELL = """
import sys
from sinesweep_runner.cli import app
try:
    app()
except SystemExit as end:
    assert not end.code, end.code
print("loaded:", *sys.modules)
"""


def loaded(*arguments: object) -> set[str]:
    """The modules that a call of the command line has imported."""
    command = [sys.executable, "-c", TELL, *map(str, arguments)]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(told.stdout.splitlines()[-1].split()[1:])


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["run", "--help"]])
def test_help_loads_the_commands_and_nothing_else(arguments):
    assert loaded(*arguments).isdisjoint(HEAVY | READING | REPORTING | {"numpy", "rich"})


def test_the_list_of_plugins_loads_the_plugins_and_nothing_that_reads_sweeps():
    assert loaded("plugins").isdisjoint(HEAVY | READING | REPORTING | {"numpy.ma", "rich"})


@pytest.mark.parametrize("arguments", [["plugins", "features", "log_mel"], ["schema"], ["schema", "--leaderboard"]])
def test_looking_around_loads_nothing_heavy(arguments):
    assert loaded(*arguments).isdisjoint(HEAVY | REPORTING | {"numpy.ma", "rich"})


def test_the_version_is_that_of_the_installed_distribution():
    told = subprocess.run([sys.executable, "-m", "sinesweep_runner", "--version"], capture_output=True, text=True)
    assert told.stdout == f"sinesweep {version('sinesweep')}\n"


def test_a_mistake_in_a_sweep_file_or_its_folder_is_told_before_keras_is_loaded(write_sweep, tmp_path):
    for arguments in (["run", write_sweep(fit={"epoch": 1})], ["run", write_sweep(), "--out", __file__]):
        command = [sys.executable, "-c", TELL.replace("assert not end.code, end.code", "pass"), *map(str, arguments)]
        told = subprocess.run(command, capture_output=True, text=True, check=True)
        assert told.stderr.startswith("sinesweep: ")
        assert {"keras", "tensorflow", "ray"}.isdisjoint(told.stdout.split())


def test_reading_a_sweep_loads_the_search_and_nothing_that_trains(tone_sweep, tmp_path):
    sweep = check_document(tone_sweep())
    place = SweepFolder(tmp_path / "sweep")
    with place.claimed():
        place.begin(sweep)
    Study(sweep, place.storage(sweep))
    needed = {"status": {"optuna"}, "leaderboard": {"optuna"}, "report": {"optuna"} | REPORTING}
    for command, modules in needed.items():
        assert loaded(command, place.path).isdisjoint((HEAVY | REPORTING) - modules)


def test_the_second_check_of_a_sweep_loads_nothing_heavy(write_sweep):
    file = write_sweep(
        features=["log_mel", "mfcc", "mel", "stft", "waveform"],
        architectures=["mlp", "cnn", "lstm", "crnn"],
        augmentations=["gain", "noise", "time_shift", "time_mask", "frequency_mask", "mixup"],
        fit=None,
    )
    loaded("check", file)
    assert loaded("check", file).isdisjoint(HEAVY | REPORTING | {"numpy.ma", "rich", "sinesweep.leaderboard"})
