"""The distribution: what is in the wheel, that it works where it is installed, and what is imported when."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
SHELVES = {"search": "sinesweep", "plugins": "sinesweep_plugins", "runner": "sinesweep_runner"}
HEAVY = {"keras", "tensorflow", "ray", "librosa", "torch", "jax"}
SCRIPTS = Path(sysconfig.get_path("scripts"))
TONES_SWEEP = r"""
name: tones
data: {{reader: folder, path: {}, group: '(\w+/rec\d+)'}}
features: [log_mel, mfcc, stft]
architectures: [cnn, mlp, crnn]
budget: {{trials: 2}}
"""
WALK_THE_CORE = """
import importlib, pkgutil, sinesweep
for module in pkgutil.walk_packages(sinesweep.__path__, "sinesweep."):
    importlib.import_module(module.name)
"""


def run(*command: object, cwd: Path = REPOSITORY) -> subprocess.CompletedProcess[str]:
    """The finished command; a failure shows what it had printed."""
    environment = {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "PYTHONHOME"}}
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    errors = "\n".join(line for line in done.stderr.splitlines() if not line.startswith("import time:"))
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}\n{errors}"
    return done


def imported(*command: object) -> set[str]:
    """The top-level modules that a Python command imports."""
    lines = run(sys.executable, "-X", "importtime", *command).stderr.splitlines()
    names = {line.rpartition("|")[2].strip() for line in lines if line.startswith("import time:")}
    return {name.partition(".")[0] for name in names}


def test_the_wheel_has_three_packages_and_nothing_beside_them(wheel):
    names = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    metadata = {name for name in names if name.endswith(".dist-info")}
    assert names - metadata == set(SHELVES.values())
    assert len(metadata) == 1


def test_the_wheel_carries_the_licence(wheel):
    assert any(name.endswith("licenses/LICENSE") for name in zipfile.ZipFile(wheel).namelist())


@pytest.mark.parametrize(("shelf", "package"), SHELVES.items())
def test_a_shelf_holds_one_package_and_nothing_else(shelf, package):
    # An editable install puts the shelf on the path: a stray runner/utils.py would be everybody's `import utils`.
    assert {entry.name for entry in (REPOSITORY / shelf).iterdir()} - {"__pycache__"} == {package}


def test_an_installed_wheel_lists_its_plugins(installed, tmp_path):
    listing = run(installed / "sinesweep", "plugins", cwd=tmp_path).stdout
    assert {"log_mel", "time_mask", "crnn", "focal", "fsdd", "svm"} <= set(listing.split())
    assert "BROKEN" not in listing


def test_an_installed_wheel_is_imported_from_where_it_was_installed(installed, tmp_path):
    question = (
        "import sinesweep, sinesweep_plugins, sinesweep_runner as runner; print(sinesweep.__file__, runner.__file__)"
    )
    paths = run(installed / "python", "-c", question, cwd=tmp_path).stdout.split()
    assert all(Path(path).is_relative_to(installed.parent) for path in paths)


def test_import_contracts_are_kept():
    assert "0 broken" in run(SCRIPTS / "lint-imports", "--no-cache").stdout


def test_every_module_of_the_core_is_light():
    assert not imported("-c", WALK_THE_CORE) & HEAVY


@pytest.mark.parametrize("arguments", [["--help"], ["plugins"], ["run", "--help"]])
def test_a_light_command_imports_nothing_heavy(arguments):
    assert not imported(SCRIPTS / "sinesweep", *arguments) & HEAVY


def test_checking_a_sweep_imports_nothing_heavy(tones, tmp_path):
    file = tmp_path / "sweep.yaml"
    file.write_text(TONES_SWEEP.format(tones))
    assert not imported(SCRIPTS / "sinesweep", "check", file) & HEAVY
