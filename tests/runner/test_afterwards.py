"""What may happen to the folder of a sweep that has ended: it can still be looked at, or one sentence says why not."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from sinesweep.sweepfile import check_document
from sinesweep_runner.sweepfolder import SweepFolder
from sinesweep_runner.sweeping import run

DONE, MISTAKE = 0, 2


@pytest.fixture(scope="module")
def ended(tones, tmp_path_factory):
    """The folder of a sweep of two trials that has come to its end."""
    document = {
        "name": "tones",
        "data": {"reader": "folder", "path": str(tones), "group": r"(\w+/rec\d+)"},
        "split": {"test": 0.2, "valid": 0.25},
        "features": {"log_mel": {"n_mels": 20, "window_ms": 32.0, "hop_ms": 32.0}},
        "architectures": {"mlp": {"layers": 1}},
        "fit": {"epochs": 1, "batch_size": 16, "learning_rate": 0.01},
        "search": {"pruner": "none"},
        "budget": {"trials": 2},
        "workers": {"count": 1},
    }
    return run(check_document(document), tmp_path_factory.mktemp("sweeps") / "tones").folder


@pytest.fixture
def folder(ended, tmp_path):
    """A copy of it, to be spoilt."""
    return Path(shutil.copytree(ended, tmp_path / "sweep"))


@pytest.fixture
def read_only(ended, tmp_path):
    """A copy of it on a disk that may only be read; skips where none may be mounted."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", disk], capture_output=True, check=False).returncode != 0:
        pytest.skip("this user may not mount a disk")
    shutil.copytree(ended, disk / "sweep")
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    yield disk / "sweep"
    subprocess.run(["umount", "-l", disk], check=True)


@pytest.mark.parametrize("command", [["status"], ["leaderboard"], ["leaderboard", "--format", "json"], ["trial", "1"]])
def test_a_folder_that_may_only_be_read_tells_what_any_other_does(sinesweep, ended, read_only, command):
    name, *rest = command
    said, before = sinesweep(name, read_only, *rest), sinesweep(name, ended, *rest)
    assert (said.code, said.out) == (DONE, before.out)


@pytest.mark.parametrize("command", ["report", "resume", "runs"])
def test_what_has_to_write_into_such_a_folder_says_so_in_one_line(sinesweep, read_only, command):
    rest = ["--no-audio"] if command == "report" else ["--to", "tensorboard"] if command == "runs" else []
    said = sinesweep(command, read_only, *rest)
    assert (said.code, len(said.err.splitlines())) == (MISTAKE, 1)
    assert "cannot be written: Read-only file system" in said.err


@pytest.mark.parametrize("how", ["emptied", "deleted"])
def test_a_study_that_is_gone_is_not_begun_anew_beside_what_came_of_it(sinesweep, folder, how):
    journal = folder / "study.journal"
    journal.write_bytes(b"") if how == "emptied" else journal.unlink()
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file() and file.name != ".lock"}
    for command in (["resume", folder], ["run", folder / "sweep.yaml", "--out", folder], ["status", folder]):
        said = sinesweep(*command)
        assert said.code == MISTAKE
        assert "the study of this sweep is gone" in said.err
        assert "test.json, best, predictions" in said.err
    assert {file: file.read_bytes() for file in before} == before


def test_a_line_that_was_garbled_is_told_with_file_number_and_way_out(sinesweep, folder):
    journal = folder / "study.journal"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([*lines[:4], b"garbled\n", *lines[5:]]))
    for command in ("status", "resume"):
        said = sinesweep(command, folder)
        assert said.code == MISTAKE
        assert f"{journal}, line 5: expected an entry of the study's journal" in said.err
        assert f"head -n 4 {journal} > kept && mv kept {journal}" in said.err


@pytest.mark.parametrize("command", ["report", "leaderboard"])
def test_a_split_that_is_gone_is_told_and_written_anew_by_resume(sinesweep, folder, command):
    whole = (folder / "split.json").read_bytes()
    (folder / "split.json").unlink()
    said = sinesweep(command, folder)
    assert said.code == MISTAKE
    assert f"{folder / 'split.json'} is gone, which says where each clip stands" in said.err
    assert sinesweep("resume", folder).code == DONE
    assert (folder / "split.json").read_bytes() == whole


def test_a_study_of_another_split_is_not_read_as_if_it_were_this_one(sinesweep, folder, write_sweep, tmp_path):
    other = write_sweep(split={"test": 0.4, "valid": 0.25}, budget={"trials": 1})
    assert sinesweep("run", other, "--out", tmp_path / "other", "--no-finalize").code == DONE
    shutil.copy(tmp_path / "other" / "study.journal", folder / "study.journal")
    said = sinesweep("report", folder, "--no-audio")
    assert said.code == MISTAKE
    assert "the study 'tones' was made on another split" in said.err


def test_a_sweep_that_is_run_while_none_of_its_trials_is_says_so(sinesweep, folder):
    assert "nothing is running" in sinesweep("status", folder).out
    with SweepFolder(folder).claimed():
        said = sinesweep("status", folder)
    assert "no trial is running now, but the sweep is: its workers are starting" in said.out
    assert "nothing is running" not in said.out
