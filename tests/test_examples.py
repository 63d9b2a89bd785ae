"""The sweep files of this repository are ones that Sinesweep takes, and its example of a plugin package works."""

from __future__ import annotations

import json
import os
import runpy
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from sinesweep import registry
from sinesweep.sweepfile import read_sweep
from sinesweep_runner.machine import Machine
from sinesweep_runner.placement import plan_workers, trainings_at_once

REPOSITORY = Path(__file__).resolve().parent.parent
PACKAGE = REPOSITORY / "examples" / "plugin"
BROKEN = {
    "pyproject.toml": """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "broken-kit"
version = "0.1.0"
[project.entry-points."sinesweep.features"]
crash = "broken_kit:Crash"
missing = "broken_kit.nowhere:Missing"
[project.entry-points."sinesweep.losses"]
later = "broken_loss:Later"
[tool.hatch.build.targets.wheel]
only-include = ["broken_kit.py", "broken_loss.py"]
""",
    "broken_kit.py": "raise RuntimeError('no licence found')",
    "broken_loss.py": "from sinesweep import Loss\nclass Later(Loss):\n    contract = 99\n",
}
FILES = sorted([*REPOSITORY.glob("examples/*.yaml"), *REPOSITORY.glob("benchmarks/sweeps/*.yaml")])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_sweep_file_names_only_what_exists_and_lies_in_range(file):
    assert read_sweep(file).space().size() > 1


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_sweep_file_runs_on_a_machine_without_a_gpu(file):
    sweep = read_sweep(file)
    machine = Machine(cpus=2, memory_bytes=2**34, gpus=0)
    assert plan_workers([machine], sweep.workers, trainings_at_once(sweep)).count >= 1


def test_there_are_sweep_files():
    assert len(FILES) >= 5


def announced():
    """The six plugins of the example: kind, name and target."""
    groups = tomllib.loads((PACKAGE / "pyproject.toml").read_text())["project"]["entry-points"]
    return [(group.partition(".")[2], name, target) for group, each in groups.items() for name, target in each.items()]


def test_the_example_package_has_a_plugin_of_each_kind_and_none_that_is_built_in(monkeypatch):
    monkeypatch.syspath_prepend(str(PACKAGE))
    assert [kind for kind, _, _ in announced()] == list(registry.KINDS)
    for kind, name, target in announced():
        assert name not in registry.names(kind)
        assert vars(registry.load(kind, target))["contract"] == 1


@pytest.fixture
def command(fresh_environment, tmp_path):
    """Runs a command of a fresh environment, in a folder of its own; what it prints."""
    pip = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0"}

    def run(*words):
        path = f"{fresh_environment}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            [fresh_environment / words[0], *map(str, words[1:])],
            cwd=tmp_path,
            env=os.environ | pip | {"PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{words}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        return done.stdout

    return run


@pytest.fixture
def recordings(tmp_path):
    """What the example's own make_data.py writes."""
    runpy.run_path(str(PACKAGE / "make_data.py"))["main"](tmp_path / "recordings")
    return tmp_path / "recordings"


def test_the_example_package_brings_recordings_for_its_sweep(recordings, monkeypatch):
    monkeypatch.syspath_prepend(str(PACKAGE))
    reader = registry.load("datasets", "sinesweep_extras.raven:Raven")
    assert reader(path=str(recordings)).read().class_counts() == {"high": 24, "low": 24}


@pytest.mark.slow
def test_a_sweep_uses_every_plugin_of_the_example_beside_a_package_that_is_broken(command, recordings, tmp_path):
    (tmp_path / "broken").mkdir()
    for file, text in BROKEN.items():
        (tmp_path / "broken" / file).write_text(text)
    command("pip", "install", shutil.copytree(PACKAGE, tmp_path / "plugin"), tmp_path / "broken")
    listing = command("sinesweep", "plugins").splitlines()
    assert {line.split()[3] for line in listing if "BROKEN" in line} == {"crash", "missing", "later"}
    assert all(any(f" {name} " in line for line in listing) for _, name, _ in announced())

    (tmp_path / "sweep.yaml").write_text((PACKAGE / "sweep.yaml").read_text())
    command("sinesweep", "check", "sweep.yaml")
    assert "mean_spectrum" in command("sinesweep", "run", "sweep.yaml", "--out", "extras")
    facts = json.loads((tmp_path / "extras" / "best" / "model.json").read_text())
    parts = facts["configuration"]
    used = {parts["features"]["name"], parts["architecture"]["name"], parts["loss"]["name"]}
    assert used == {"gammatone", "auto_pool", "margin"}
    assert [each["name"] for each in parts["augmentations"]] == ["telephone"]
    assert command("sinesweep", "predict", "extras/best", recordings / "dawn0.wav").strip()


@pytest.mark.slow
def test_every_plugin_of_the_example_keeps_its_promises_where_it_is_installed(command, tmp_path):
    package = shutil.copytree(PACKAGE, tmp_path / "plugin")
    command("pip", "install", package)
    assert "keeps all of" in command("sinesweep", "plugins", "check", "gammatone")
    assert " passed" in command("pytest", "-q", "-p", "no:cacheprovider", package / "tests")
