"""A dry build that hangs holds up nobody, and its plugin is not built in the driver any more."""

from __future__ import annotations

import importlib
import threading
from dataclasses import replace

import pytest

from sinesweep.blame import blaming
from sinesweep.trial import Trial
from sinesweep_runner.executors import intime
from sinesweep_runner.executors.intime import InTime

PATIENCE_S = 60


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(intime, "SOON_S", 0.1)
    monkeypatch.setattr(intime, "LONGEST_S", 0.2)


@pytest.fixture
def said():
    return []


@pytest.fixture
def in_time(said):
    return InTime(said.append)


@pytest.fixture
def trial(make_config):
    return Trial(3, make_config(), 7)


def with_network(trial, name):
    return replace(trial, config={**trial.config, "architecture": {"name": name}})


def loop():
    while True:
        pass


def build_with(deeds):
    """A dry build of networks, each of which does something; those that were begun."""
    begun = []

    def build(trial):
        name = trial.config["architecture"]["name"]
        begun.append(name)
        with blaming("architecture", name, "build"):
            deeds[name]()

    return build, begun


def test_a_dry_build_that_ends_in_time_is_what_it_was(in_time, trial, said):
    assert in_time.within(lambda trial: f"refused {trial.number}")(trial) == "refused 3"
    with pytest.raises(KeyboardInterrupt):
        in_time.within(lambda trial: (_ for _ in ()).throw(KeyboardInterrupt))(trial)
    assert said == []


def test_of_one_that_hangs_nothing_is_known_and_its_plugin_is_left_out(in_time, trial, said):
    build, begun = build_with({"endless": loop, "fine": lambda: None})
    judge = in_time.within(build)
    endless, fine = (with_network(trial, name) for name in ("endless", "fine"))
    assert [judge(each) for each in (endless, endless, fine)] == [None] * 3
    assert begun == ["endless", "fine"]
    assert len(said) == 2
    assert said[0].startswith("Trial 3 is being built on shapes, architecture 'endless' at present; that may take")
    assert said[1].startswith("Trial 3 was not built on shapes in 0 s, because of architecture 'endless'.")
    assert in_time.culprit(endless) == "architecture 'endless'"
    assert in_time.culprit(fine) == ""


def test_a_loop_is_ended_so_that_it_takes_no_core_for_ever(in_time, trial):
    threads, build = set(threading.enumerate()), build_with({"endless": loop})[0]
    in_time.within(build)(with_network(trial, "endless"))
    for thread in set(threading.enumerate()) - threads:
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def test_an_import_is_not_broken_off(in_time, trial, tmp_path, monkeypatch):
    (tmp_path / "slower_to_import.py").write_text("import time\nfor _ in range(20):\n    time.sleep(0.05)\n")
    monkeypatch.syspath_prepend(tmp_path)
    imported, done = [], threading.Event()

    def build(trial):
        imported.append(importlib.import_module("slower_to_import"))
        done.set()

    assert in_time.within(build)(trial) is None
    assert done.wait(PATIENCE_S)
    assert len(imported) == 1


def test_where_no_plugin_is_at_work_all_of_the_configuration_are_left_out_and_none_is_to_blame(in_time, trial):
    release, begun = threading.Event(), []

    def hang(trial):
        begun.append(trial)
        release.wait()

    judge = in_time.within(hang)
    assert [judge(trial), judge(trial)] == [None] * 2
    assert len(begun) == 1
    assert in_time.culprit(trial) == ""
    release.set()
