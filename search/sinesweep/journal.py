"""The journal: the file in a sweep's folder that is its study."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import accumulate
from pathlib import Path
from typing import Any

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import BaseJournalBackend, JournalFileSymlinkLock

from sinesweep.errors import SweepError

Log = dict[str, Any]
"""One entry of a journal, as Optuna writes and reads it."""

LASTING = (0, 6)
"""Optuna's numbers, as they stand in every journal, of a study that is made and of a trial that ends."""

_encoded = json.JSONEncoder(separators=(",", ":")).encode


def _as_read(log: Log) -> Log:
    """An entry as a reader of the file gets it; most, such as the values of parameters, are the same."""
    is_flat = all(isinstance(value, str | int | float | None) for value in log.values())
    return log if is_flat else json.loads(_encoded(log))


class Journal(BaseJournalBackend):
    """A file in Optuna's own format: a line of JSON an entry, and Optuna's lock for who adds one.

    It waits for the disk where a trial ends, and not at every parameter and every report. All stand in one file, one
    behind another, so whoever waits keeps what was written before. A power cut may cost what came after the last end of
    a trial: the trials that ran are tried again anyhow.
    """

    def __init__(self, path: Path) -> None:
        """Makes the file, if there is none; one that may only be read is read."""
        self._path, self._guard = path, JournalFileSymlinkLock(str(path))
        self._ends = [0]  # of every line that is known, in bytes
        self._held: list[Log] | None = None
        self._seen_bytes = 0  # when it began to hold entries; nobody else adds any meanwhile
        self._given = (0, b"")  # the line that a reader was given last, counted from 1
        if not path.exists():
            path.touch()

    def read_logs(self, log_number_from: int) -> Iterator[Log]:
        """The entries from that one on; what is held is among them, half a line is not.

        Raises:
            SweepError: a line in the midst of the journal is no entry.
        """
        size = self._bytes() if self._held is None else self._seen_bytes
        if log_number_from < len(self._ends) - 1 or size > self._ends[-1]:
            yield from self._read(log_number_from)
        yield from (self._held or [])[max(0, log_number_from - len(self._ends) + 1) :]

    def append_logs(self, logs: list[Log]) -> None:
        """Adds entries, a line each."""
        if self._held is not None:
            self._held.extend(map(_as_read, logs))
            return
        self._guard.acquire()
        try:
            self._write(logs)
        finally:
            self._guard.release()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Adds at once what is added in here: a new trial is tens of entries. Nobody else adds meanwhile.

        A failure in here loses no entry: what this process knows, the file tells.
        """
        self._guard.acquire()
        self._held, self._seen_bytes = [], self._bytes()
        try:
            yield
        finally:
            held, self._held = self._held, None
            try:
                self._write(held)
            finally:
                self._guard.release()

    def _read(self, number: int) -> Iterator[Log]:
        """The entries of the file from that one on, or from where nobody has read yet, if that is sooner."""
        first = min(number, len(self._ends) - 1)
        with self._path.open("rb") as file:
            file.seek(self._ends[first])
            for place, line in enumerate(file, first):
                if not line.endswith(b"\n"):
                    return
                if place + 1 == len(self._ends):
                    self._ends.append(self._ends[place] + len(line))
                if place >= number:
                    self._given = place + 1, line
                    yield self._entry(*self._given)

    def _entry(self, number: int, line: bytes) -> Log:
        """What a line says, counted from 1."""
        try:
            entry = json.loads(line)
        except ValueError as reason:
            raise SweepError(self._damaged(number, str(reason))) from None
        if not isinstance(entry, dict) or "op_code" not in entry:
            raise self.refused()
        return entry

    def refused(self) -> SweepError:
        """The error of a reader who can make nothing of the entry that was given last."""
        number, line = self._given
        return SweepError(self._damaged(number, f"it is {line[:40]!r}"))

    def _damaged(self, number: int, why: str) -> str:
        file = shlex.quote(str(self._path))
        return (
            f"{self._path}, line {number}: expected an entry of the study's journal ({why}), on which all later ones"
            " count. Put back a copy of the file; without one, what came before can be kept, and the trials after it"
            f" are lost: head -n {number - 1} {file} > kept && mv kept {file}"
        )

    def _write(self, logs: list[Log]) -> None:
        lines = [_encoded(log).encode() + b"\n" for log in logs]
        with self._path.open("ab") as file:
            if file.tell() == self._ends[-1]:  # so the next reader need not look for them
                self._ends.extend(accumulate(map(len, lines), initial=self._ends.pop()))
            file.write(b"".join(lines))
            file.flush()
            if any(log["op_code"] in LASTING for log in logs):
                os.fsync(file.fileno())

    def _bytes(self) -> int:
        return self._path.stat().st_size


class JournalledStudies(JournalStorage):
    """Optuna's storage over one journal, that lets entries be added together."""

    def __init__(self, path: Path) -> None:
        """Reads all entries.

        Raises:
            SweepError: a line of the journal is no entry, or none that Optuna knows.
        """
        self.journal = Journal(path)
        try:
            super().__init__(self.journal)
        except (AssertionError, AttributeError, LookupError, TypeError, ValueError):  # what Optuna's reading ends in
            raise self.journal.refused() from None


def together(storage: optuna.storages.BaseStorage) -> AbstractContextManager[None]:
    """Where what is stored is written at once, if this storage is a journal; a database goes its own ways."""
    return storage.journal.together() if isinstance(storage, JournalledStudies) else nullcontext()


def sync_journal(journal: Path) -> None:
    """Waits until the disk holds all that was written."""
    with journal.open("rb") as file:
        os.fsync(file.fileno())


def mend_journal(journal: Path) -> int:
    """Removes what a crash left: Optuna's lock, and a half-written last line; returns the bytes that were cut.

    Only for who knows that nobody else writes to this journal.
    """
    if not journal.exists():
        return 0
    journal.with_name(f"{journal.name}.lock").unlink(missing_ok=True)
    text = journal.read_bytes()
    whole = text.rfind(b"\n") + 1
    if whole < len(text):
        with journal.open("r+b") as file:
            file.truncate(whole)
    return len(text) - whole
