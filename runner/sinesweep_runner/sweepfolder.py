"""The folder of one sweep: where everything lies, and whose it is."""

from __future__ import annotations

import errno
import fcntl
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sinesweep.errors import SweepError, SweepFailed
from sinesweep.files import write_atomically
from sinesweep.sweep import Sweep
from sinesweep.sweepfile import dump, read_sweep


@dataclass(frozen=True)
class SweepFolder:
    """`sweep.yaml`, the study's journal, the split, predictions, leaderboard, report, and `best/`."""

    path: Path

    @property
    def sweep_file(self) -> Path:
        """The sweep as it runs: complete, with absolute paths."""
        return self.path / "sweep.yaml"

    @property
    def split_file(self) -> Path:
        """Which clip stands on which side."""
        return self.path / "split.json"

    @property
    def test_file(self) -> Path:
        """The record of the opening of the sealed test part; there is none before."""
        return self.path / "test.json"

    @property
    def best(self) -> Path:
        """The winner as a model."""
        return self.path / "best"

    def storage(self, sweep: Sweep) -> str:
        """Where the study lives."""
        return sweep.storage or str(self.path / "study.journal")

    def has_begun(self, sweep: Sweep) -> bool:
        """Whether the search of a sweep in this folder has begun."""
        from sinesweep.storage import study_exists  # Optuna: `sinesweep check` reads this module without it

        return study_exists(sweep, self.storage(sweep))

    def begin(self, sweep: Sweep) -> None:
        """Makes the folder and writes the sweep into it. A sweep that was stopped before its search began makes way.

        Raises:
            SweepError: a sweep is there already, something else is, or the folder cannot be written.
        """
        held = self.sweep() if self.sweep_file.exists() else None
        if held is not None and self.has_begun(held):
            which = "this sweep" if held.name == sweep.name else f"another sweep, '{held.name}'"
            raise SweepError(
                f"{self.path} already holds {which}. Continue it with `sinesweep resume {self.path}`,"
                " or choose another folder with --out"
            )
        if held is None and self.path.is_dir() and any(self.path.iterdir()):
            raise SweepError(f"{self.path} is not empty and holds no sweep; choose another folder with --out")
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            write_atomically(self.sweep_file, dump(sweep))
        except OSError as reason:
            raise SweepError(
                f"{self.path} cannot be written: {reason.strerror}; choose another folder with --out"
            ) from None

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Within, this process alone runs the sweep; the system ends the claim with the process, however it dies.

        Raises:
            SweepError: another process runs it, or the folder cannot be written.
            SweepFailed: the disk became full.
        """
        try:
            lock = (self.path / ".lock").open("w")
        except OSError as reason:
            raise SweepError(f"{self.path} cannot be written: {reason.strerror}") from None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise SweepError(
                    f"{self.path}: another process is running this sweep; wait for its end, or stop it with Ctrl-C"
                ) from None
            try:
                yield
            except OSError as reason:
                if reason.errno not in (errno.ENOSPC, errno.EDQUOT):
                    raise
                raise SweepFailed(
                    f"{self.path}: no space left on the disk. Free some, and go on with `sinesweep resume {self.path}`"
                ) from reason

    def sweep(self) -> Sweep:
        """The sweep that was begun here."""
        if not self.sweep_file.exists():
            raise SweepError(
                f"{self.path} holds no sweep (there is no sweep.yaml in it); begin one with `sinesweep run`"
            )
        return read_sweep(self.sweep_file)

    def record(self, file: Path, facts: Mapping[str, Any]) -> None:
        """Writes facts as JSON, whole or not at all."""
        write_atomically(file, json.dumps(facts, indent=1, ensure_ascii=False))

    def recall(self, file: Path) -> dict[str, Any] | None:
        """What was recorded in a file; None where nothing was."""
        return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None
