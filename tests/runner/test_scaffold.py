"""`sinesweep plugins new`: what is generated works for every name that is accepted."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tomllib

import pytest

from sinesweep import registry
from sinesweep.contract import Architecture, Augmentation, DatasetReader, FeatureExtractor, Loss
from sinesweep.dataset import Task
from sinesweep.errors import DatasetError, PluginError
from sinesweep.form import KINDS
from sinesweep.settings import make
from sinesweep_runner.scaffold import new_plugin

SHADOWS = "clip dataset path infeasible float annotated shape int choice task loss stage any architecture class_var"
BASES = "augmentation feature_extractor dataset_reader dataset_error features_suite baseline_suite dataclass"
ODD = f"layers losses {SHADOWS} {BASES} none type_checking plugin init x a1 a_1 str object match type case".split()
REFUSED = ["a__b", "a_", "_a", "A", "é", "null", "true", "class", "a-b", "a b", "", "1a", "../a", "a" * 300]


@pytest.fixture
def generated(tmp_path, monkeypatch):
    """Writes a project and imports what its entry point and its test name: the class by either way."""

    def generate(kind, name):
        folder = new_plugin(kind, name, tmp_path / kind)
        with monkeypatch.context() as path:
            path.syspath_prepend(str(folder))
            groups = tomllib.loads((folder / "pyproject.toml").read_text())["project"]["entry-points"]
            target = groups[f"sinesweep.{kind}"][name]
            plugin = registry.load(kind, target)
            [test] = (folder / "tests").glob("test_*.py")
            words: dict = {}
            exec(compile(test.read_text(), test, "exec"), words)
            assert words[plugin.__name__] is plugin
            assert issubclass(words[f"Test{plugin.__name__}"], importlib.import_module("sinesweep.testing").PluginSuite)
            work(make(plugin, {"path": str(tmp_path)} if kind == "datasets" else {}, f"{kind}.{name}"))
        for module in (folder / plugin.__module__.partition(".")[0]).glob("*.py"):
            sys.modules.pop(f"{module.parent.name}.{module.stem}", None)
        del sys.modules[plugin.__module__.partition(".")[0]]
        return plugin

    yield generate
    registry.load.cache_clear()


def work(plugin):
    """Calls the method that does a plugin's work."""
    if isinstance(plugin, FeatureExtractor):
        plugin.check(8000, 8000)
        assert plugin.layer(8000).compute_output_shape((1, 8000))[1:] == plugin.shape(8000, 8000)
    elif isinstance(plugin, Augmentation):
        plugin.check()
        assert plugin.layer(8000, 0) is not None
    elif isinstance(plugin, Architecture):
        plugin.check((64, 8))
        assert plugin.build((64, 8), 3).output_shape == (None, 3)
    elif isinstance(plugin, Loss):
        assert plugin.build(Task.CLASSIFICATION) is not None
    elif isinstance(plugin, DatasetReader):
        with pytest.raises(DatasetError, match="found none"):
            plugin.read()
    else:
        assert plugin.estimator(0) is not None


@pytest.mark.parametrize("kind", KINDS)
def test_every_name_that_is_accepted_gives_a_project_that_works(generated, kind):
    for name in ODD:
        plugin = generated(kind, name)
        assert plugin.__name__.startswith("".join(part.capitalize() for part in name.split("_")))


@pytest.mark.parametrize("kind", ["losses", "architectures"])
def test_the_first_run_of_its_suite_shows_no_warning_of_somebody_else(tmp_path, kind):
    folder = new_plugin(kind, "first_look", tmp_path)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "gradient", str(folder)]
    environment = os.environ | {"PYTHONPATH": str(folder)}
    told = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout
    assert "warning" not in told.stdout


@pytest.mark.parametrize("name", REFUSED)
def test_any_other_name_is_refused_in_a_sentence(tmp_path, name):
    with pytest.raises(PluginError, match="expected"):
        new_plugin("features", name, tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_commands_that_come_next_can_be_copied(tmp_path, monkeypatch, capsys):
    from sinesweep_runner import cli

    folder = tmp_path / "with blank ü"
    monkeypatch.setattr(sys, "argv", ["sinesweep", "plugins", "new", "losses", "steep", "--out", str(folder)])
    with pytest.raises(SystemExit):
        cli.app()
    assert f"pip install -e '{folder / 'sinesweep-steep'}'" in capsys.readouterr().out
