"""Where a study lives: a journal in the sweep's folder, or any Optuna storage URL."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import optuna

from sinesweep.database import connected, shown, words_of
from sinesweep.errors import SinesweepError, SweepError
from sinesweep.journal import JournalledStudies
from sinesweep.objectives import direction
from sinesweep.sweep import Sweep


def create_study(sweep: Sweep, storage: str) -> optuna.Study:
    """A new study of the name that the sweep gives it.

    Args:
        sweep: what is searched.
        storage: an Optuna storage URL, or the path of a journal file.

    Raises:
        SweepError: the storage does not open, or holds a study of that name.
    """
    backend, name = opened(storage), study_name(sweep)
    if name in optuna.get_all_study_names(backend):
        raise SweepError(f"storage: {shown(storage)} already holds a study named '{name}'. Resume it or rename yours")
    directions = [direction(name) for name in sweep.search.objectives]
    return optuna.create_study(storage=backend, study_name=name, directions=directions)


def load_study(sweep: Sweep, storage: str) -> optuna.Study:
    """The study of that sweep; raises SweepError where the storage does not open or holds none."""
    if not study_exists(sweep, storage):
        raise SweepError(
            f"'{sweep.name}' has no trial yet: a sweep reads its sounds first. If nobody runs it, `sinesweep resume`"
            f" begins the search (storage: {shown(storage)})"
        )
    return optuna.load_study(storage=opened(storage), study_name=study_name(sweep))


def study_exists(sweep: Sweep, storage: str) -> bool:
    """Whether the search of that sweep has begun; raises SweepError where the storage does not open."""
    if "://" not in storage and not Path(storage).exists():
        return False
    return study_name(sweep) in optuna.get_all_study_names(opened(storage))


def study_name(sweep: Sweep) -> str:
    """What the study of a sweep is called in its storage."""
    return sweep.study or sweep.name


def next_name(sweep: Sweep) -> str:
    """The name of the study that takes over when a sweep is extended: `digits`, `digits/2`, `digits/3`, …"""
    name, _, number = study_name(sweep).rpartition("/")
    return f"{name}/{int(number) + 1}" if name and number.isdecimal() else f"{study_name(sweep)}/2"


def first_name(name: str) -> str:
    """What the first study of the same sweep was called."""
    return re.sub(r"/\d+$", "", name)


def discard_study(sweep: Sweep, storage: str) -> None:
    """Removes the study of a sweep, where there is one."""
    if study_exists(sweep, storage):
        optuna.delete_study(storage=opened(storage), study_name=study_name(sweep))


def opened(storage: str) -> optuna.storages.BaseStorage:
    """The storage as Optuna knows it; raises SweepError where it does not open."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        if "://" in storage:
            return connected(storage)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            return JournalledStudies(Path(storage))
    except SinesweepError:
        raise
    except Exception as reason:  # SQLAlchemy, drivers and file systems each have errors of their own
        raise SweepError(f"storage: {shown(storage)} cannot be opened: {words_of(reason)}") from reason
