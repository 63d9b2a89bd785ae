"""Whose a sweep is: a second driver is told who runs it; one that died is recognised, and its sweep goes on."""

from __future__ import annotations

import errno
import getpass
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest

from sinesweep.errors import SweepError
from sinesweep_runner.owner import Owner
from sinesweep_runner.sweepfolder import SweepFolder

HOLD = """
import sys
from pathlib import Path
from sinesweep_runner.sweepfolder import SweepFolder
with SweepFolder(Path(sys.argv[1])).claimed():
    print("claimed", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def held(folder):
    """Another process that runs the sweep in a folder, until it is told a line."""
    command = [sys.executable, "-c", HOLD, str(folder)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "claimed\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def claim(folder):
    """Claims a folder for a moment; what is said."""
    said = []
    with SweepFolder(folder).claimed(said.append):
        pass
    return said


def test_a_second_driver_is_told_who_runs_the_sweep_where_and_since_when(tmp_path):
    with held(tmp_path) as process, pytest.raises(SweepError) as refusal:
        claim(tmp_path)
    who = f"{getpass.getuser()} on {socket.gethostname()} (process {process.pid}, since 20"
    assert f"{tmp_path}: {who}" in str(refusal.value)
    assert "wait for its end" in str(refusal.value)


def test_a_driver_that_was_killed_is_recognised_and_its_sweep_goes_on(tmp_path):
    with held(tmp_path) as process:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        [said] = claim(tmp_path)
    assert said.startswith(f"{getpass.getuser()} on {socket.gethostname()} (process {process.pid}, since 20")
    assert said.endswith("ran this sweep and ended without a word; it goes on from what is there.")
    assert claim(tmp_path) == []


def test_of_a_driver_on_another_machine_it_is_said_that_it_may_still_run(tmp_path):
    (tmp_path / ".lock").write_text('{"user": "bob", "host": "mars", "pid": 1, "since": "2026-11-21T19:13:00+00:00"}')
    [said] = claim(tmp_path)
    assert said.startswith("bob on mars (process 1, since 2026-11-21 19:13) ran this sweep and ended without a word")
    assert said.endswith("Should it still run there, on a file system without locks, end one of the two.")


def test_nothing_is_said_of_a_driver_that_came_to_its_end(tmp_path):
    with held(tmp_path) as process:
        process.communicate("end\n")
        assert claim(tmp_path) == []
    with pytest.raises(ZeroDivisionError), SweepFolder(tmp_path).claimed():
        raise ZeroDivisionError
    assert claim(tmp_path) == []


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"pid": 1}'])
def test_a_lock_file_of_an_older_version_or_that_was_cut_names_nobody(tmp_path, content):
    lock = tmp_path / ".lock"
    lock.write_text(content)
    assert claim(tmp_path) == []
    with lock.open("rb") as file:
        assert Owner.named_in(file) is None


def test_a_user_without_a_name_is_known_by_number(monkeypatch):
    def nobody():
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert str(Owner.this_process()).startswith(f"user {os.getuid()} on ")


@pytest.mark.parametrize("name", ["study.journal", "events.jsonl", "checkpoints"])
def test_what_cannot_be_written_is_told_before_anything_is(tmp_path, monkeypatch, name):
    (tmp_path / name).touch()
    monkeypatch.setattr("sinesweep_runner.claim.os.access", lambda place, mode: place.name != name)  # as root all can
    with pytest.raises(SweepError, match=f"{name} cannot be written; make it writable: chmod"):
        claim(tmp_path)
    assert (tmp_path / ".lock").read_bytes() == b""


@pytest.mark.parametrize(("number", "told"), [(errno.EACCES, "x: Permission denied"), (errno.EROFS, "x: Read-only")])
def test_what_the_system_does_not_let_write_is_told_in_words(tmp_path, number, told):
    with pytest.raises(SweepError, match=told), SweepFolder(tmp_path).claimed():
        raise OSError(number, os.strerror(number), "x")
