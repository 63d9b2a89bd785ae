"""Reading the folders of several sweeps, to hold them against one another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sinesweep.begun import dotted
from sinesweep.comparison import Comparison, Side, compare
from sinesweep.errors import SweepError
from sinesweep.judge import told_by_seed
from sinesweep.record import Record
from sinesweep.sweepfile import plain
from sinesweep_runner.outcome import board_from, predictions_in
from sinesweep_runner.sweepfolder import SweepFolder

UNTOLD = {"name", "study", "storage"}
"""Settings that differ between any two sweeps and say nothing of their scores."""


def comparison_of(folders: Sequence[Path]) -> Comparison:
    """The sweeps in these folders, the first of them the one that the others are held against.

    Raises:
        SweepError: fewer than two folders, one that is named twice, or one without a sweep.
    """
    if len(folders) < 2:
        raise SweepError(f"a comparison takes the folders of two sweeps or more, got {len(folders)}")
    for place, folder in enumerate(folders):
        if folder.resolve() in [each.resolve() for each in folders[:place]]:
            raise SweepError(f"{folder} is named twice; name the folders of different sweeps")
    return compare([_side(folder) for folder in folders])


def _side(folder: Path) -> Side:
    place = SweepFolder(folder)
    sweep, split = place.begun(), place.recall(place.split_file) or {}
    record = Record.of(sweep, place.storage(sweep))
    ended = record.results()
    board = board_from(place, sweep, record, ended)
    trainings = board.best.trainings if board.best else ()
    return Side(
        name=str(folder),
        board=board,
        settings={key: value for key, value in dotted(plain(sweep)) if key not in UNTOLD},
        fingerprint=split.get("fingerprint", ""),
        best=told_by_seed(predictions_in(folder), [each for each in ended if each.trial.number in trainings]),
        groups=[clip["group"] for clip in split.get("clips", [])],
    )
