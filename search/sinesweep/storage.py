"""Where a study lives: a journal in the sweep's folder, or any Optuna storage URL."""

from __future__ import annotations

import warnings
from pathlib import Path

import optuna
from optuna.storages.journal import JournalFileBackend

from sinesweep.errors import SweepError
from sinesweep.metrics import METRICS
from sinesweep.sweep import Sweep


def create_study(sweep: Sweep, storage: str) -> optuna.Study:
    """A new study of that sweep's name.

    Args:
        sweep: what is searched.
        storage: an Optuna storage URL, or the path of a journal file.

    Raises:
        SweepError: the storage does not open, or holds a study of that name.
    """
    backend = _backend(storage)
    if sweep.name in optuna.get_all_study_names(backend):
        raise SweepError(f"storage: {storage} already holds a study named '{sweep.name}'. Resume it or rename yours")
    direction = METRICS[sweep.search.objective].direction
    return optuna.create_study(storage=backend, study_name=sweep.name, direction=direction)


def load_study(sweep: Sweep, storage: str) -> optuna.Study:
    """The study of that sweep's name; raises SweepError where the storage does not open or holds none."""
    if not study_exists(sweep, storage):
        raise SweepError(
            f"'{sweep.name}' has no trial yet: a sweep reads its sounds first. If nobody runs it, `sinesweep resume`"
            f" begins the search (storage: {storage})"
        )
    return optuna.load_study(storage=_backend(storage), study_name=sweep.name)


def study_exists(sweep: Sweep, storage: str) -> bool:
    """Whether the search of that sweep has begun; raises SweepError where the storage does not open."""
    if "://" not in storage and not Path(storage).exists():
        return False
    return sweep.name in optuna.get_all_study_names(_backend(storage))


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


def _backend(storage: str) -> optuna.storages.BaseStorage:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        if "://" in storage:
            return optuna.storages.get_storage(storage)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            return optuna.storages.JournalStorage(JournalFileBackend(storage))
    except Exception as reason:  # SQLAlchemy, drivers and file systems each have errors of their own
        raise SweepError(f"storage: {storage} cannot be opened: {type(reason).__name__}: {reason}") from reason
