"""The distribution: what is in the wheel, that it works where it is installed, and what is imported when."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
SHELVES = {"search": "sinesweep", "plugins": "sinesweep_plugins", "runner": "sinesweep_runner"}
HEAVY = {"keras", "tensorflow", "ray", "librosa", "torch", "jax"}
BACKENDS = {"jax", "torch"}
"""Whoever sets KERAS_BACKEND to one of these has installed it."""
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


def third_party(file: Path) -> Iterator[str]:
    """The top-level names that a module imports, at its head or later, and that are neither Python's nor our own."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        for name in {each.partition(".")[0] for each in names}:
            if name not in sys.stdlib_module_names and name not in SHELVES.values():
                yield name


def plain(distribution: str) -> str:
    """The name of a distribution, or of the one that a requirement asks for, as indexes compare them."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", distribution)[0]).lower()


def test_whatever_is_imported_is_a_dependency_or_belongs_to_an_extra():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    declared = {plain(each) for each in [*project["dependencies"], *(each for extra in extras for each in extra)]}
    files = [file for shelf in SHELVES for file in (REPOSITORY / shelf).rglob("*.py")]
    imported_by = {name: file for file in files for name in third_party(file)}
    assert {"numpy", "keras", "xgboost", "PIL"} <= imported_by.keys()
    distributions = packages_distributions()
    lost = {
        f"{file.relative_to(REPOSITORY)} imports {name}"
        for name, file in imported_by.items()
        if name not in BACKENDS and declared.isdisjoint(map(plain, distributions.get(name, [name])))
    }
    assert not lost


@pytest.mark.parametrize("arguments", [["--help"], ["plugins"], ["run", "--help"]])
def test_a_light_command_imports_nothing_heavy(arguments):
    assert not imported(SCRIPTS / "sinesweep", *arguments) & HEAVY


def test_checking_a_sweep_imports_nothing_heavy(tones, tmp_path):
    file = tmp_path / "sweep.yaml"
    file.write_text(TONES_SWEEP.format(tones))
    assert not imported(SCRIPTS / "sinesweep", "check", file) & HEAVY
