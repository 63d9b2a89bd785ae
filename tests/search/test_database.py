"""Storages by URL: which are refused before anything is opened, and who may read a password that stands in one."""

from __future__ import annotations

import importlib.util
import os
import re
import stat

import pytest

from sinesweep import database
from sinesweep.errors import StorageLost, SweepError
from sinesweep.recording import told
from sinesweep.study import Study
from sinesweep.sweep import Sweep
from sinesweep.sweepfile import check_document, dump, read_begun, write_sweep

HERE = "postgresql+psycopg://ann:s3cret@db.example:5432/studies"


def document(**sections):
    return {
        "name": "test",
        "data": {"reader": "folder", "path": "sounds"},
        "features": {"log_mel": None},
        "architectures": {"mlp": None},
        "fit": {"epochs": 2},
        **sections,
    }


@pytest.fixture
def missing(monkeypatch):
    """Has a package seem not to be installed."""

    def hide(package):
        real = importlib.util.find_spec
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == package else real(name))

    return hide


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgres://ann:s3cret@db/studies", r"got postgres://…: write postgresql\+psycopg://ann:…@db/studies"),
        ("postgresql://ann@db/studies", r"got postgresql://…: write postgresql\+psycopg://ann@db/studies"),
        ("redis://localhost:6379", "redis:// is no database that studies can live in; expected sqlite:///FILE, "),
        (
            "oracle+oracledb://ann:s3cret@db/studies",
            "needs 'oracledb', not installed here. Install that driver, or take",
        ),
        ("postgresql+psycopg://ann:s3cret@db:port/studies", r"ann:…@db:port/studies is no URL of a database"),
    ],
)
def test_a_url_that_no_study_can_live_at_is_found_with_all_else_that_is_wrong_in_a_sweep_file(url, reason):
    with pytest.raises(SweepError, match=reason) as refused:
        check_document(document(storage=url, fit={"epochs": -1}))
    assert len(refused.value.problems) == 2
    assert "s3cret" not in str(refused.value)


def test_a_driver_that_is_missing_comes_with_the_command_that_brings_it(missing):
    missing("psycopg")
    with pytest.raises(SweepError, match=r"; pip install 'sinesweep\[postgresql\]' brings its driver"):
        check_document(document(storage="postgres://ann@db/studies"))


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        (HERE, "postgresql+psycopg://ann:…@db.example:5432/studies"),
        ("postgresql+psycopg://ann:a/b:c@db/studies", "postgresql+psycopg://ann:…@db/studies"),
        ("postgresql+psycopg:///d?user=ann&password=s3cret&x=1", "postgresql+psycopg:///d?user=ann&password=…&x=1"),
        ("postgresql+psycopg://ann@db:5432/studies", "postgresql+psycopg://ann@db:5432/studies"),
        ("sqlite:////home/a@b/studies:1.db", "sqlite:////home/a@b/studies:1.db"),
    ],
)
def test_a_password_is_masked_wherever_a_url_may_hold_it(url, safe):
    assert database.shown(url) == safe
    assert database.has_password(url) == (safe != url)


def test_an_event_tells_a_sweep_without_the_password_and_is_a_sweep_still():
    sweep = Sweep.model_validate(document(storage=HERE))
    event = told(sweep)
    assert "s3cret" not in str(event)
    again = Sweep.model_validate(event)
    assert again.model_copy(update={"storage": HERE}) == sweep


def test_a_sweep_file_with_a_password_is_for_its_owner_alone(tmp_path):
    before = os.umask(0o022)
    try:
        for name, url in (("secret", HERE), ("open", None)):
            write_sweep(tmp_path / name, Sweep.model_validate(document(storage=url)))
    finally:
        os.umask(before)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("secret", "open")]
    assert modes == [0o600, 0o644]
    assert read_begun(tmp_path / "secret").storage == HERE
    assert (tmp_path / "secret").read_text(encoding="utf-8") == dump(read_begun(tmp_path / "secret"))


def test_a_database_that_is_lost_while_it_is_used_is_one_sentence_and_keeps_what_it_was_told(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "RETURN_S", 0.0)
    (tmp_path / "disk").mkdir()
    url = f"sqlite:///{tmp_path / 'disk' / 'studies.db'}"
    sweep = check_document(document(storage=url))
    study = Study(sweep, url)
    asked = study.ask()
    database.connected(url)._backend.engine.dispose()
    (tmp_path / "disk").rename(tmp_path / "away")
    with pytest.raises(StorageLost, match=re.escape(f"storage: {url} does not answer any more (unable to open data")):
        study.ask()
    (tmp_path / "away").rename(tmp_path / "disk")
    assert study.ask().number == asked.number + 1
