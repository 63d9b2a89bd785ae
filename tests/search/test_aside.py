"""Plugins that were set aside: the study remembers them, until their sources change."""

from __future__ import annotations

import itertools
import sys

import pytest

from sinesweep.aside import Aside
from sinesweep.record import Record
from sinesweep.sources import fingerprint, source_files
from sinesweep.study import Study
from sinesweep.sweep import Sweep

FRAIL = '''
from dataclasses import dataclass
from typing import Annotated

from sinesweep.contract import Architecture
from sinesweep.settings import Code


@dataclass(frozen=True)
class Frail(Architecture):
    """Fails."""

    helper: Annotated[str, Code(), "module:name of what it takes from elsewhere"] = "json:dumps"

    def build(self, input_shape, outputs):
        raise ValueError("frail")
'''

_names = (f"frail_{number}" for number in itertools.count())


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module with a plugin, beside the sweep."""
    name = next(_names)
    file = tmp_path / f"{name}.py"
    file.write_text(FRAIL)
    monkeypatch.syspath_prepend(tmp_path)
    yield file
    sys.modules.pop(name, None)


@pytest.fixture
def frail(module):
    return f"{module.stem}:Frail"


def sweep_of(**architectures):
    return Sweep.model_validate(
        {
            "name": "test",
            "data": {"reader": "folder", "path": "sounds"},
            "features": {"log_mel": None, "mfcc": None},
            "architectures": architectures or {"mlp": None},
        }
    )


def open_aside(tmp_path, sweep, resume=False):
    study = Study(sweep, str(tmp_path / "study.journal"), resume=resume)
    return Aside(study.space, study.record)


def config_with(architecture="mlp", features="log_mel"):
    return {
        "features": {"name": features},
        "architecture": {"name": architecture},
        "loss": {"name": "cross_entropy"},
        "augmentations": [],
    }


def test_the_study_remembers_what_was_set_aside_and_why(tmp_path):
    sweep = sweep_of()
    assert open_aside(tmp_path, sweep).add("features 'mfcc'", "features 'mfcc' failed")
    aside = open_aside(tmp_path, sweep, resume=True)
    assert aside.revise() == [
        "Features 'mfcc' failed. It stays aside as long as its source does not change.",
    ]
    assert aside.reason(config_with(features="mfcc")) == ("features 'mfcc'", "features 'mfcc' failed")
    assert aside.reason(config_with()) is None


def test_a_plugin_whose_source_has_changed_is_tried_again(tmp_path, module, frail):
    sweep, plugin = sweep_of(mlp=None, **{frail: None}), f"architecture '{frail}'"
    open_aside(tmp_path, sweep).add(plugin, "it failed")
    module.write_text(FRAIL.replace("frail", "mended"))
    aside = open_aside(tmp_path, sweep, resume=True)
    assert aside.revise() == [
        f"Architecture '{frail}', which was set aside, is tried again: its source is not what it was."
    ]
    assert aside.reason(config_with(frail)) is None
    assert open_aside(tmp_path, sweep, resume=True).revise() == []


def test_what_was_mended_while_the_search_ran_is_tried_again_too(tmp_path, module, frail):
    """The search has failed with the source as it was at its beginning."""
    sweep, plugin = sweep_of(mlp=None, **{frail: None}), f"architecture '{frail}'"
    aside = open_aside(tmp_path, sweep)
    module.write_text(FRAIL.replace("frail", "mended"))
    aside.add(plugin, "it failed")
    assert plugin in aside
    again = open_aside(tmp_path, sweep, resume=True)
    again.revise()
    assert plugin not in again


def test_a_plugin_is_tried_again_when_code_that_its_settings_name_was_mended(tmp_path, frail):
    """Such as a hypermodel of KerasTuner."""
    helper = tmp_path / f"{next(_names)}.py"
    helper.write_text("def build(hp):\n    raise ValueError\n")
    sweep, plugin = sweep_of(mlp=None, **{frail: {"helper": f"{helper.stem}:build"}}), f"architecture '{frail}'"
    open_aside(tmp_path, sweep).add(plugin, "it failed")
    aside = open_aside(tmp_path, sweep, resume=True)
    aside.revise()
    assert plugin in aside
    helper.write_text("def build(hp):\n    return None\n")
    aside = open_aside(tmp_path, sweep, resume=True)
    aside.revise()
    assert plugin not in aside


def test_what_nothing_can_do_without_is_not_set_aside(tmp_path, frail):
    aside = open_aside(tmp_path, sweep_of(**{frail: None}))
    assert not aside.add(f"architecture '{frail}'", "it failed")
    assert f"architecture '{frail}'" not in aside


def test_a_plugin_that_the_sweep_has_come_to_need_is_tried_again(tmp_path, frail):
    plugin = f"architecture '{frail}'"
    open_aside(tmp_path, sweep_of(mlp=None, **{frail: None})).add(plugin, "it failed")
    study = Study(sweep_of(mlp=None, **{frail: None}), str(tmp_path / "study.journal"), resume=True)
    aside = Aside(sweep_of(**{frail: None}).space(), study.record)
    assert aside.revise() == [
        f"Architecture '{frail}', which was set aside, is tried again: nothing is left to search without it."
    ]


def test_one_that_the_sweep_has_left_out_for_a_while_stays_aside(tmp_path, frail):
    plugin, storage = f"architecture '{frail}'", str(tmp_path / "study.journal")
    open_aside(tmp_path, sweep_of(mlp=None, **{frail: None})).add(plugin, "it failed")
    record = Record.of(sweep_of(mlp=None, **{frail: None}), storage)
    assert Aside(sweep_of(mlp=None).space(), record).revise() == []
    assert plugin in Aside(sweep_of(mlp=None, **{frail: None}).space(), record)


def test_sources_are_found_without_an_import(tmp_path, monkeypatch):
    package = tmp_path / "frail_package"
    (package / "inner").mkdir(parents=True)
    for name in ("__init__", "net", "inner/__init__"):
        (package / f"{name}.py").write_text("raise RuntimeError")
    monkeypatch.syspath_prepend(tmp_path)
    assert [file.relative_to(package).as_posix() for file in source_files("frail_package")] == [
        "__init__.py",
        "inner/__init__.py",
        "net.py",
    ]
    lone, neighbour = tmp_path / "frail_lone_module.py", tmp_path / "frail_neighbour.py"
    lone.write_text("from frail_neighbour import NOTHING")
    neighbour.write_text("NOTHING = 0")
    assert source_files("frail_lone_module") == [lone, neighbour]
    before = fingerprint(["frail_lone_module"])
    neighbour.write_text("NOTHING = 1")
    assert fingerprint(["frail_lone_module"]) != before
    assert source_files("frail_package_that_is_not_there") == source_files("sys") == []
    assert fingerprint(["sys"]) == ""
