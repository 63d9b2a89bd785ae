"""The journal: the file in a sweep's folder that is its study."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from optuna.storages.journal import JournalFileBackend, JournalFileSymlinkLock

LASTING = (0, 6)
"""Optuna's numbers, as they stand in every journal, of a study that is made and of a trial that ends."""


class Journal(JournalFileBackend):
    """Optuna's own, but that it waits for the disk where a trial ends, and not at every parameter and every report.

    All stand in one file, one behind another, so whoever waits keeps what was written before. A power cut may cost
    what came after the last end of a trial: the trials that ran are tried again anyhow.
    """

    def __init__(self, path: str) -> None:
        self._guard, self._path = JournalFileSymlinkLock(path), Path(path)
        super().__init__(path, self._guard)

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Writes logs, a line each."""
        if any(log["op_code"] in LASTING for log in logs):
            super().append_logs(logs)
            return
        lines = "".join(json.dumps(log, separators=(",", ":")) + "\n" for log in logs)
        self._guard.acquire()
        try:
            with self._path.open("ab") as file:
                file.write(lines.encode())
        finally:
            self._guard.release()


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
