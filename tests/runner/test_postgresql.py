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
import threading
import time
from pathlib import Path

import pytest

from sinesweep import database
from sinesweep import storage as storages
from sinesweep.errors import StorageLost, SweepError
from sinesweep.record import Record
from sinesweep.study import Study
from sinesweep.sweepfile import read_sweep
from sinesweep.trial import Result, State
from sinesweep_runner import resume, run

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


class Server:
    """PostgreSQL on loopback, in a folder of its own, which can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._who, self.port = folder, other_user(), free_port()
        if self._who:
            shutil.chown(folder, self._who["user"])
        self._quiet = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **self._who}
        whose = ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-locale", "--no-sync"]
        subprocess.run([tool("initdb"), "-D", folder / "data", *whose], check=True, **self._quiet)
        self.url = f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"
        self.start()

    def start(self) -> None:
        options = ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-k", self._folder, "-p", str(self.port)]
        command = [tool("postgres"), "-D", self._folder / "data", *options]
        self._process = subprocess.Popen(command, **self._quiet)
        wait_until(lambda: answers(self.port), self._process)

    def stop(self) -> None:
        self._process.send_signal(signal.SIGINT)  # its word for: end now, and orderly
        self._process.wait(PATIENCE_S)

    def let_in(self, user: str, password: str) -> str:
        """Makes a user who has to give a password, with a database of the same name; its URL, without the password."""
        import psycopg

        rules = f"host all postgres 127.0.0.1/32 trust\nhost all {user} 127.0.0.1/32 scram-sha-256\n"
        (self._folder / "data" / "pg_hba.conf").write_text(rules)
        with psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True) as connection:
            for statement in (
                "SELECT pg_reload_conf()",
                f"CREATE ROLE {user} LOGIN PASSWORD '{password}'",
                f"CREATE DATABASE {user} OWNER {user}",
            ):
                connection.execute(statement)
        return f"postgresql+psycopg://{user}@127.0.0.1:{self.port}/{user}"


@pytest.fixture(scope="module")
def server():
    """A server of its own."""
    pytest.importorskip("psycopg", reason="sinesweep[postgresql] is not installed")
    if tool("initdb") is None or tool("postgres") is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt install postgresql)")
    # Not pytest's own temporary folder: only its owner may enter that.
    folder = Path(tempfile.mkdtemp(prefix="sinesweep-postgresql-"))
    running = Server(folder)
    yield running
    running.stop()
    shutil.rmtree(folder)


@pytest.fixture
def storage(server):
    """The URL of a database on it."""
    yield server.url
    forget(server.url)


def forget(url: str) -> None:
    """Closes the connections of this process to a database."""
    database.connected(url)._backend.engine.dispose()
    database.connected.cache_clear()


def results_of(folder: Path):
    return results_of_study(read_sweep(folder / "sweep.yaml"))


def results_of_study(sweep):
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


def test_a_password_comes_from_the_environment_or_the_file_that_postgresql_itself_reads(
    server, write_sweep, tmp_path, monkeypatch
):
    url = server.let_in("ann", "s3cret")
    sweep = read_sweep(write_sweep(storage=url))
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "pgpass"))
    with pytest.raises(SweepError, match=r"no password supplied\. The password is that of ~/\.pgpass, of PGPASSWORD"):
        storages.study_exists(sweep, url)
    (tmp_path / "pgpass").write_text(f"127.0.0.1:{server.port}:ann:ann:s3cret\n")
    (tmp_path / "pgpass").chmod(0o600)
    assert not storages.study_exists(sweep, url)
    forget(url)
    (tmp_path / "pgpass").unlink()
    monkeypatch.setenv("PGPASSWORD", "wrong")
    with pytest.raises(SweepError, match='password authentication failed for user "ann"'):
        storages.study_exists(sweep, url)
    monkeypatch.setenv("PGPASSWORD", "s3cret")
    assert not storages.study_exists(sweep, url)
    forget(url)


def test_a_database_that_is_not_there_is_told_in_the_servers_words_with_the_way_out(server, write_sweep):
    url = f"{server.url.rpartition('/')[0]}/nowhere"
    with pytest.raises(
        SweepError, match=r'FATAL: database "nowhere" does not exist\. Make it .* `createdb`'
    ) as refused:
        storages.study_exists(read_sweep(write_sweep(storage=url)), url)
    assert "psycopg.OperationalError" not in str(refused.value)


def test_a_server_that_is_started_again_is_waited_for(server, storage, write_sweep):
    sweep = read_sweep(write_sweep(name="patient", storage=storage))
    study = Study(sweep, storage)
    trial = study.ask()
    server.stop()
    starting = threading.Timer(0.5, server.start)
    starting.start()
    study.tell(Result(trial, State.INTERRUPTED))
    starting.join()
    assert [result.state for result in results_of_study(sweep)] == [State.INTERRUPTED]


@pytest.mark.slow
def test_where_the_server_goes_for_good_the_search_ends_in_a_sentence_and_resumes_when_it_is_back(
    server, storage, write_sweep, at_report, tmp_path, monkeypatch
):
    monkeypatch.setattr(database, "RETURN_S", 1.0)
    folder = tmp_path / "sweep"
    file = write_sweep(
        name="left",
        storage=storage,
        fit={"epochs": 2, "batch_size": 8, "learning_rate": {"low": 1e-3, "high": 1e-2}},
        search={"pruner": "none"},
        budget={"trials": 3},
        finalists={"trials": 0},
        workers={"count": 1},
    )
    at_report({3: server.stop})
    with pytest.raises(StorageLost, match=f"does not answer any more .*is kept; .* sinesweep resume {folder}"):
        run(read_sweep(file), folder, finalize=False)
    server.start()
    assert resume(folder, finalize=False).why == "3 trials done"
