"""What docs/ shows works as it stands, and the catalogue is that of what is installed."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from sinesweep import registry
from sinesweep.errors import SweepError
from sinesweep.settings import settings
from sinesweep.space import SearchSpace
from sinesweep.sweepfile import read_sweep
from sinesweep.testing import examine
from sinesweep_runner import cli
from sinesweep_runner.catalogue import page

# Keras 3.15 asks TensorFlow's variables for a copy in a way that numpy 2 has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

DOCS = Path(__file__).resolve().parent.parent / "docs"
GUIDE = (DOCS / "plugins.md").read_text(encoding="utf-8")
PROJECT = "sinesweep-spectral-tilt"


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def commands():
    """All lines of the guide's console, in their order."""
    return [line.removeprefix("$ ") for text in blocks("console") for line in text.splitlines()]


def call(command, monkeypatch):
    """Runs a command of Sinesweep in this process; it has to succeed."""
    monkeypatch.setattr(sys, "argv", shlex.split(command))
    with pytest.raises(SystemExit) as end:
        cli.app()
    assert not end.value.code, command


def follow_the_guide(folder):
    """Writes what the guide has people write, into the project that its first command makes."""
    for file, text in re.findall(r"`([\w/]+\.py)`:\n\n```python\n(.*?)```", GUIDE, re.DOTALL):
        assert (folder / PROJECT / file).is_file()
        (folder / PROJECT / file).write_text(text)
    (own,) = [text for text in blocks("python") if "def test_" in text]
    (folder / PROJECT / "tests" / "test_own.py").write_text(own)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """The guide's project, as its first command writes it, on the path under its own name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    call(commands()[0], monkeypatch)
    follow_the_guide(tmp_path)
    info = tmp_path / "sinesweep_spectral_tilt-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {PROJECT}\nVersion: 0.1.0\n")
    target = "sinesweep_spectral_tilt.spectral_tilt:SpectralTilt"
    (info / "entry_points.txt").write_text(f"[sinesweep.features]\nspectral_tilt = {target}\n")
    monkeypatch.syspath_prepend(str(tmp_path / PROJECT))
    for cache in (registry._entry_points, registry.load):
        cache.cache_clear()
    yield tmp_path
    for cache in (registry._entry_points, registry.load):
        cache.cache_clear()
    for name in [each for each in sys.modules if each.partition(".")[0] == "sinesweep_spectral_tilt"]:
        del sys.modules[name]  # the next test writes the project anew, elsewhere


def test_the_guides_commands_write_find_and_check_its_plugin(project, monkeypatch):
    """Those of pip and pytest need an environment of their own, in a slow test below."""
    first, *others = [command for command in commands() if command.startswith("sinesweep ")]
    assert [first, *(each.rpartition(" ")[0] for each in others)] == [
        "sinesweep plugins new features spectral_tilt",
        "sinesweep plugins show",
        "sinesweep plugins check",
    ]
    for command in others:
        call(command, monkeypatch)


def test_the_guides_own_test_passes(project):
    (own,) = [text for text in blocks("python") if "def test_" in text]
    names = {}
    exec(compile(own, "plugins.md", "exec", dont_inherit=True), names)
    names["test_what_is_filtered_is_darker"]()


def test_the_guides_sweep_file_is_one(project, tones):
    (text,) = blocks("yaml")
    (project / "digits.yaml").write_text(text.replace("recordings", str(tones)))
    space = read_sweep(project / "digits.yaml").space()
    assert "features.spectral_tilt.window_ms" in space.dimensions()


def test_the_guides_settings_are_read():
    (text,) = [text for text in blocks("python") if "class Settings" in text]
    names = {"__name__": "guide"}
    exec(compile(text, "plugins.md", "exec", dont_inherit=True), names)
    known = settings(names["Settings"])
    assert [each.default in each.domain for each in known.values()] == [True] * 6
    assert known["exponent"].when[0].values == ("power",)


def test_the_guides_further_settings_are_searched_and_its_augmentation_keeps_every_promise(tmp_path, monkeypatch):
    (text,) = [text for text in blocks("python") if "Further()" in text]
    (tmp_path / "guide_bands.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    name = "guide_bands:BandGains"
    asked = {kind: {} for kind in ("features", "architectures", "losses")} | {"augmentations": {name: {"bands": 3}}}
    dimensions = SearchSpace.of(asked, {}).dimensions()
    assert {f"augmentations.{name}.max_db.{band}" for band in (1, 2, 3)} < dimensions.keys()
    with pytest.raises(SweepError, match="bands: expected one number"):
        SearchSpace.of(asked | {"augmentations": {name: {"bands": [2, 3]}}}, {})
    plugin = registry.load("augmentations", name)
    assert [each for each in examine("augmentations", plugin()) if each.kept is False] == []


def test_the_guides_adjustable_augmentation_keeps_every_promise(tmp_path, monkeypatch):
    (plugin,) = [text for text in blocks("python") if "adjustable = " in text]
    (layers,) = [text for text in blocks("python") if "add_weight" in text]
    for file, text in (("__init__", ""), ("wobble", plugin), ("layers", layers)):
        (tmp_path / "my_package").mkdir(exist_ok=True)
        (tmp_path / "my_package" / f"{file}.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    verdicts = list(examine("augmentations", registry.load("augmentations", "my_package.wobble:Wobble")()))
    assert [each for each in verdicts if each.kept is False] == []
    assert [each.kept for each in verdicts if "adjustable" in each.promise] == [True]


def test_every_block_of_the_guide_is_run_by_some_test():
    whole_files = re.findall(r"`[\w/]+\.py`:\n\n```python\n", GUIDE)
    assert len(blocks("python")) == len(whole_files) + 5
    assert len(blocks("yaml")) == 1
    programs = {line.split()[1] for text in blocks("console") for line in text.splitlines()}
    assert programs == {"sinesweep", "pip", "pytest"}


def test_the_table_of_kinds_names_every_kind_and_suite_there_is():
    from sinesweep.testing import SUITES

    for kind, suite in SUITES.items():
        assert re.search(rf"^\| `{kind}` \|.*\| `{suite.__name__}` \|$", GUIDE, re.MULTILINE)


def test_the_catalogue_is_current():
    current = (DOCS / "catalogue.md").read_text(encoding="utf-8")
    assert current == page(), "run: sinesweep plugins catalogue --out docs/catalogue.md"


@pytest.mark.slow
def test_the_guide_can_be_followed_word_for_word_in_a_fresh_environment(fresh_environment, tmp_path):
    environment = os.environ | {
        "PATH": f"{fresh_environment}{os.pathsep}{os.environ['PATH']}",
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",
    }
    for number, text in enumerate(blocks("console")):
        if number == 1:
            follow_the_guide(tmp_path)
        for command in [line.removeprefix("$ ") for line in text.splitlines()]:
            done = subprocess.run(
                command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    assert [file.suffix for file in (tmp_path / "dist").iterdir()] == [".whl"]
