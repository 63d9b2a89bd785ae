"""The folder of one sweep: where everything lies, and whose it is."""

from __future__ import annotations

import fcntl
import json
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sinesweep.errors import SweepError
from sinesweep.files import write_lastingly
from sinesweep.sweep import Sweep
from sinesweep.sweepfile import override, read_begun, write_sweep
from sinesweep_runner.claim import claimed
from sinesweep_runner.owner import clear

OUTCOMES = ("test.json", "best", "predictions", "checkpoints", "leaderboard.json")
"""What there is only once the study of a sweep has been made."""


def _tell(text: str) -> None:
    print(text, file=sys.stderr)


@dataclass(frozen=True)
class SweepFolder:
    """`sweep.yaml`, the study's journal, the split, predictions, leaderboard, report, and `best/`."""

    path: Path

    @classmethod
    def around(cls, best: Path) -> SweepFolder | None:
        """The folder of the sweep that the winner in `best` lies in; None where it lies elsewhere."""
        place = cls(best.resolve().parent)
        return place if place.best == best.resolve() and place.sweep_file.exists() else None

    @property
    def sweep_file(self) -> Path:
        """The sweep as it runs: complete, with absolute paths."""
        return self.path / "sweep.yaml"

    @property
    def split_file(self) -> Path:
        """Which clip stands on which side."""
        return self.path / "split.json"

    @property
    def problems_file(self) -> Path:
        """Every problem of the sounds; there is none where all are well."""
        return self.path / "problems.csv"

    @property
    def test_file(self) -> Path:
        """The record of the opening of the sealed test part; there is none before."""
        return self.path / "test.json"

    @property
    def events_file(self) -> Path:
        """In which order the study was asked and told."""
        return self.path / "events.jsonl"

    @property
    def best(self) -> Path:
        """The winner as a model."""
        return self.path / "best"

    @property
    def _sealed(self) -> Path:
        return self.path / ".sealed"

    @property
    def _lock(self) -> Path:
        return self.path / ".lock"

    def storage(self, sweep: Sweep) -> str:
        """Where the study lives."""
        return sweep.storage or str(self.path / "study.journal")

    def has_begun(self, sweep: Sweep) -> bool:
        """Whether the search of a sweep in this folder has begun."""
        from sinesweep.storage import study_exists  # Optuna: `sinesweep check` reads this module without it

        return study_exists(sweep, self.storage(sweep))

    def check_study(self, sweep: Sweep) -> None:
        """Sees that the study is there if anything is that came of it; else the search would begin anew beside that.

        Raises:
            SweepError: it is gone, or holds nothing any more.
        """
        left = [name for name in OUTCOMES if (self.path / name).exists()]
        if left and not self.has_begun(sweep):
            from sinesweep.database import shown

            raise SweepError(
                f"{self.path}: the study of this sweep is gone from {shown(self.storage(sweep))}, or was emptied, but"
                f" what came of it is here: {', '.join(left)}. Put the study back from a copy; or begin a new sweep in"
                f" another folder: sinesweep run {shlex.quote(str(self.sweep_file))} --out …"
            )

    def check_free(self, sweep: Sweep) -> None:
        """Sees that a sweep may begin here; one that was stopped before its search began makes way.

        Raises:
            SweepError: a sweep is in the folder already, something else is, or its storage holds one of that name.
        """
        try:
            held = self.begun() if self.sweep_file.exists() else None
        except OSError as reason:  # such as a name that is too long
            raise SweepError(f"{self.path}: {reason.strerror}; choose another folder with --out") from None
        if held is not None:
            self.check_study(held)
        if held is not None and self.has_begun(held):
            which = "this sweep" if held.name == sweep.name else f"another sweep, '{held.name}'"
            raise SweepError(
                f"{self.path} already holds {which}. Continue it with `sinesweep resume {self.path}`, in Python with"
                " `resume(folder)`, or choose another folder with --out"
            )
        if held is None and self.path.is_dir() and any(file != self._lock for file in self.path.iterdir()):
            raise SweepError(f"{self.path} is not empty and holds no sweep; choose another folder with --out")
        if self.has_begun(sweep):
            from sinesweep.database import shown
            from sinesweep.storage import study_name

            raise SweepError(
                f"storage: {shown(self.storage(sweep))} already holds a study named '{study_name(sweep)}', of a sweep"
                " in another folder. Resume that one, or give yours another name with --set study=…"
            )

    def begin(self, sweep: Sweep) -> None:
        """Writes a sweep into the folder, which must be `claimed`; raises SweepError as `check_free` does."""
        self.check_free(sweep)
        write_sweep(self.sweep_file, sweep)

    def withdraw(self, sweep: Sweep) -> None:
        """Removes the folder, which this process made for a sweep that was refused before its search began.

        One with a list of problems stays: the refusal names it.
        """
        if not self.problems_file.exists() and not self.has_begun(sweep):
            shutil.rmtree(self.path)

    def claimed(self, say: Callable[[str], None] = _tell) -> AbstractContextManager[None]:
        """Within, this process alone runs the sweep; see `claim.claimed`."""
        return claimed(self.path, self._lock, say)

    def leave(self) -> None:
        """Names nobody as the owner, where the process ends by intention without coming out of `claimed`."""
        with self._lock.open("r+b", buffering=0) as lock:
            clear(lock)

    def is_run(self) -> bool:
        """Whether a process runs the sweep now."""
        if not self._lock.exists():
            return False
        with self._lock.open("rb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def keep_sealed(self) -> None:
        """Notes that the test part is not to be opened at the end of a search."""
        self._sealed.touch()

    @property
    def stays_sealed(self) -> bool:
        """Whether `keep_sealed` was asked for."""
        return self._sealed.exists()

    def mark(self) -> bytes:
        """What tells this folder, while it is claimed, from one of the same path on another machine."""
        return self._lock.read_bytes() if self._lock.exists() else b""

    def sweep(self) -> Sweep:
        """The sweep that was begun here, checked whole: it can go on."""
        return override(self.begun(), ())

    def begun(self) -> Sweep:
        """The same for those who only read its results: a plugin that is gone or broken by now does not matter.

        Raises:
            SweepError: there is none, or somebody has changed in its file what may not change.
        """
        if not self.sweep_file.exists():
            inside = f"; it lies in {self.path.parent}" if self.path == SweepFolder(self.path.parent).sweep_file else ""
            raise SweepError(
                f"{self.path} holds no sweep (there is no sweep.yaml in it{inside}); begin one with `sinesweep run`"
            )
        from sinesweep.begun import changes, listed  # Optuna, as above

        sweep = read_begun(self.sweep_file)
        if changed := changes(self.events_file, sweep):
            raise SweepError(
                f"{self.sweep_file} says otherwise than when the search began: {listed(changed)}. Put it back, since"
                f" scores of before and after could not be compared; `sinesweep extend {shlex.quote(str(self.path))}"
                " --set …` changes what is searched"
            )
        return sweep

    def record(self, file: Path, facts: Mapping[str, Any]) -> None:
        """Writes facts as JSON, whole or not at all."""
        write_lastingly(file, json.dumps(facts, indent=1, ensure_ascii=False))

    def recall(self, file: Path) -> dict[str, Any] | None:
        """What was recorded in a file; None where nothing was."""
        return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None
