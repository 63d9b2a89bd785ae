"""A study in PostgreSQL: a real server, started on loopback in a folder of its own, and a sweep that lives in it."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from sinesweep import storage as storages
from sinesweep.errors import SweepError
from sinesweep.record import Record
from sinesweep.sweepfile import read_sweep
from sinesweep.trial import State
from sinesweep_runner import resume

COMMAND = (sys.executable, "-m", "sinesweep_runner")
PATIENCE_S = 240


def tool(name: str) -> str | None:
    """Where one of PostgreSQL's programs is; Debian does not put them on the path."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda each: int(each.parts[-3]))
    return str(versions[-1]) if versions else shutil.which(name)


def other_user() -> dict[str, str]:
    """Who runs the server: PostgreSQL refuses root."""
    if os.getuid() != 0:
        return {}
    return {"user": "postgres" if "postgres" in {each.pw_name for each in pwd.getpwall()} else "nobody"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, process: subprocess.Popen) -> None:
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert process.poll() is None, "it ended too early"
        assert time.monotonic() < until, "it never came so far"
        time.sleep(0.1)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def storage():
    """The URL of a database on a server of its own."""
    pytest.importorskip("psycopg", reason="sinesweep[postgresql] is not installed")
    initdb, postgres = tool("initdb"), tool("postgres")
    if initdb is None or postgres is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt install postgresql)")
    # Not pytest's own temporary folder: only its owner may enter that.
    folder, port, who = Path(tempfile.mkdtemp(prefix="sinesweep-postgresql-")), free_port(), other_user()
    if who:
        shutil.chown(folder, who["user"])
    quiet = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **who}
    initial = [initdb, "-D", folder / "data", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-locale", "--no-sync"]
    subprocess.run(initial, check=True, **quiet)
    options = ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-k", folder, "-p", str(port)]
    with subprocess.Popen([postgres, "-D", folder / "data", *options], **quiet) as server:
        wait_until(lambda: answers(port), server)
        url = f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
        yield url
        storages._database(url)._backend.engine.dispose()
        storages._database.cache_clear()
        server.send_signal(signal.SIGINT)  # its word for: end now, and orderly
    shutil.rmtree(folder)


def results_of(folder: Path):
    sweep = read_sweep(folder / "sweep.yaml")
    return Record.of(sweep, sweep.storage).results()


def asked(*command: object) -> str:
    """What the command line says, in a process of its own, as somebody else would ask."""
    return subprocess.run([*COMMAND, *map(str, command)], check=True, capture_output=True, text=True).stdout


@pytest.mark.slow
def test_others_watch_a_sweep_that_runs_and_after_a_kill_it_is_resumed(write_sweep, tmp_path, storage):
    folder = tmp_path / "sweep"
    file = write_sweep(
        name="watched",
        storage=storage,
        fit={"epochs": 60, "batch_size": 8, "learning_rate": {"low": 1e-3, "high": 1e-2}},
        search={"pruner": "none"},
        budget={"trials": 12},
    )
    with subprocess.Popen([*COMMAND, "run", file, "--out", folder], stderr=subprocess.DEVNULL) as process:
        try:
            wait_until((folder / "sweep.yaml").exists, process)
            wait_until(
                lambda: storages.study_exists(read_sweep(file), storage) and len(results_of(folder)) >= 2, process
            )
            status, board = asked("status", folder), asked("leaderboard", folder)
        finally:
            process.kill()
    assert "watched" in status
    assert "log_mel" in board
    before = [result for result in results_of(folder) if result.state is State.COMPLETE]
    assert len(before) < 12, "it ended before it could be killed"
    assert resume(folder).why == "12 trials done"
    results = results_of(folder)
    assert [result for result in results if result.state is State.COMPLETE][: len(before)] == before
    searched = [result for result in results if result.state is State.COMPLETE and result.trial.searched]
    assert len(searched) == 12  # how many finalists follow depends on how long these took
    assert not (folder / "study.journal").exists()
    assert (folder / "best" / "model.keras").exists()


def test_a_server_that_is_not_there_is_told_without_the_password(write_sweep):
    pytest.importorskip("psycopg", reason="sinesweep[postgresql] is not installed")
    url = f"postgresql+psycopg://ann:s3cret@127.0.0.1:{free_port()}/studies"
    with pytest.raises(SweepError, match=r"storage: postgresql.psycopg://ann:…@127.0.0.1") as refused:
        storages.study_exists(read_sweep(write_sweep(storage=url)), url)
    assert "s3cret" not in str(refused.value)
