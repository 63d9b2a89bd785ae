"""The modules that lie beside a sweep reach workers that do not see its folder; what is installed is left at home."""

from __future__ import annotations

import importlib
import sys

import pytest

from sinesweep_runner.executors.luggage import own_modules, unpack


@pytest.fixture
def beside(tmp_path, monkeypatch):
    """A plugin's module, and a package with data-free modules that it imports, loaded from a folder of their own."""
    (tmp_path / "my_tools" / "deep").mkdir(parents=True)
    (tmp_path / "my_tools" / "__init__.py").write_text("")
    (tmp_path / "my_tools" / "deep" / "__init__.py").write_text("ANSWER = 42\n")
    (tmp_path / "my_plugin.py").write_text("from my_tools.deep import ANSWER\n")
    (tmp_path / "not_used.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("my_plugin")
    yield tmp_path
    forget()


def forget():
    for name in ("my_plugin", "my_tools", "my_tools.deep"):
        sys.modules.pop(name, None)


def test_what_is_loaded_and_installed_nowhere_is_packed(beside):
    packed = own_modules()
    assert packed["my_plugin.py"] == (beside / "my_plugin.py").read_bytes()
    assert {"my_tools/__init__.py", "my_tools/deep/__init__.py"} < packed.keys()
    assert "not_used.py" not in packed
    installed = {"sinesweep", "sinesweep_plugins", "sinesweep_runner", "numpy", "keras", "json"}
    assert not {name.split("/")[0].removesuffix(".py") for name in packed} & installed


def test_what_was_packed_can_be_imported_where_its_folder_is_not(beside, monkeypatch):
    packed = own_modules()
    forget()
    monkeypatch.setattr(sys, "path", [place for place in sys.path if place != str(beside)])
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("my_plugin")
    unpack({name: source for name, source in packed.items() if name.startswith("my_")})
    assert importlib.import_module("my_plugin").ANSWER == 42
