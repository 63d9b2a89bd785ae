"""Machines of a cluster that have Ray and nothing else: Ray is told to install there what this driver has."""

from __future__ import annotations

import subprocess
import sys
import venv
from importlib.metadata import PathDistribution, version

import pytest
import ray
from ray.util.placement_group import placement_group

from sinesweep.record import Record
from sinesweep.trial import State
from sinesweep_runner import run
from sinesweep_runner.executors import connection, pins
from sinesweep_runner.executors.provision import Provision, requirements
from sinesweep_runner.executors.wording import not_started

FAULT = """Failed to set up runtime environment.
Traceback (most recent call last):
  File "uv.py", line 240, in _install_uv_packages
Last 50 lines of stdout:
    error: No solution found
      cause: there is no nosuch==9
"""


def written(folder, name, requires=(), plugins=(), direct=True, modules=()):
    """A distribution as it is installed in a folder."""
    info = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir(parents=True)
    lines = [f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0", *(f"Requires-Dist: {line}" for line in requires)]
    (info / "METADATA").write_text("\n".join(lines) + "\n")
    announced = "\n".join(["[sinesweep.features]", *plugins]) if plugins else ""
    (info / "entry_points.txt").write_text(announced)
    (info / "RECORD").write_text("".join(f"{module},,\n" for module in modules))
    if direct:
        (info / "direct_url.json").write_text('{"url": "file:///elsewhere", "dir_info": {"editable": true}}')
    return PathDistribution(info)


@pytest.fixture
def loose(tmp_path, monkeypatch):
    """A plugin's distribution from a folder: a package with data, and a module beside it."""
    place = tmp_path / "place"
    (place / "my_kit" / "__pycache__").mkdir(parents=True)
    (place / "my_kit" / "__init__.py").write_text("")
    (place / "my_kit" / "table.csv").write_text("1,2\n")
    (place / "my_kit" / "__pycache__" / "x.pyc").write_bytes(b"")
    (place / "my_helper.py").write_text("ANSWER = 42\n")
    monkeypatch.syspath_prepend(place)
    modules = ["my_kit/__init__.py", "my_helper.py", "__editable___my_kit_finder.py", "../../bin/my-kit"]
    return written(place, "my-kit", ["numpy", "nosuch; extra == 'more'"], ["tilt = my_kit:Tilt"], modules=modules)


def test_everything_that_trials_need_is_pinned_as_it_is_here_and_ray_is_left_as_it_is_there():
    pinned = pins.pinned(pins.roots())
    assert {name: pinned[name] for name in ("keras", "tensorflow", "numpy", "librosa", "optuna")} == {
        name: version(name) for name in ("keras", "tensorflow", "numpy", "librosa", "optuna")
    }
    assert not pinned.keys() & {"ray", "sinesweep", "pytest"}


def test_of_a_distribution_that_is_on_no_index_only_what_it_needs_is_pinned(loose):
    assert pins.pinned([loose]) == {"numpy": version("numpy")}


def test_a_distribution_from_an_index_is_pinned_itself(tmp_path):
    assert pins.pinned([written(tmp_path, "some-kit", direct=False)]) == {"some-kit": "1.0"}


def test_a_copy_is_found_with_its_plugins_and_its_data(loose, tmp_path):
    folder = tmp_path / "copies"
    pins.copy([loose, *pins.roots()], folder)
    code = (
        "from importlib.metadata import distribution, version; import sinesweep_runner, my_helper, my_kit, pathlib\n"
        "[entry] = distribution('my-kit').entry_points\n"
        "print(entry.value, version('sinesweep'), my_helper.ANSWER, sinesweep_runner.__file__)"
    )
    command = [sys.executable, "-I", "-B", "-c", f"import sys; sys.path.insert(0, {str(folder)!r})\n{code}"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert said == ["my_kit:Tilt", version("sinesweep"), "42", str(folder / "sinesweep_runner" / "__init__.py")]
    assert {file.name for file in (folder / "my_kit").iterdir()} == {"__init__.py", "table.csv"}


def test_a_machine_with_gpus_is_given_the_libraries_of_cuda():
    pinned = {"keras": "3.15", "tensorflow": "2.21"}
    assert requirements(pinned) == ["keras==3.15", "tensorflow==2.21"]
    assert requirements(pinned, {"tensorflow": "[and-cuda]"}) == ["keras==3.15", "tensorflow[and-cuda]==2.21"]


def test_where_the_installer_fails_its_own_words_are_told():
    said = not_started(3, ray.exceptions.RuntimeEnvSetupError(FAULT))
    assert said.startswith(
        "3 workers in a row could not start: Ray cannot install there what this driver has: error: No"
    )
    assert "there is no nosuch==9\nInstall it there yourself" in said
    assert "Traceback" not in said


@pytest.mark.ray
def test_a_machine_that_has_everything_is_given_nothing_and_one_that_lacks_something_is_told_by_name(nodes):
    connection.join(nodes.address)
    said: list[str] = []
    berth = placement_group([{"CPU": 1}])
    assert Provision(said.append).options(berth) == {}
    assert said == []
    lacking = Provision(said.append)
    lacking._expected = {"keras": "3.0", "nosuch": "9"}
    environment = lacking.options(berth)["runtime_env"]
    assert lacking.is_needed
    assert said[0].startswith(f"The machine 127.0.0.1 has keras {version('keras')}, no nosuch. Ray installs there what")
    assert f"keras=={version('keras')}" in environment["uv"]["packages"]
    assert environment["working_dir"].startswith("gcs://")
    full = placement_group([{"CPU": 64}])
    assert Provision(said.append).options(full) == {}


@pytest.fixture
def bare_cluster(tmp_path, ray_head):
    """The address of a cluster of one machine in whose Python there is Ray and nothing else; on loopback."""
    venv.create(tmp_path / "bare", with_pip=True)
    python = tmp_path / "bare" / "bin" / "python"
    ray_there = [python, "-m", "pip", "install", "--quiet", f"ray[default]=={version('ray')}"]
    if subprocess.run(ray_there, capture_output=True).returncode:
        pytest.skip("Ray cannot be installed in a fresh environment: no index can be reached")
    return ray_head(2, python)


@pytest.mark.ray
@pytest.mark.slow
def test_a_machine_that_has_ray_alone_trains(bare_cluster, cluster_sweep, tmp_path, capfd):
    sweep = cluster_sweep(bare_cluster, trials=2, epochs=2, count=1)
    outcome = run(sweep, tmp_path / "sweep", finalize=False)
    results = Record.of(sweep, str(outcome.folder / "study.journal")).results()
    assert [result.state for result in results] == [State.COMPLETE] * 2
    assert "has no sinesweep" in capfd.readouterr().err
