"""Reading the tables that data sets come with."""

from __future__ import annotations

import csv
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from sinesweep.dataset import Clip
from sinesweep.errors import DatasetError, did_you_mean
from sinesweep.tables import number_of, other_separator
from sinesweep_plugins.datasets._files import RELATIVE

Row = Mapping[str, str | None]
R = TypeVar("R")

SHOWN = 10

BETWEEN_LABELS = ";"


def csv_rows(file: Path) -> list[Row]:
    """The rows of a CSV file in UTF-8 by column name.

    Raises:
        DatasetError: there is no table, or it cannot be read, has no rows, or something else than commas in it.
    """
    if not file.is_file():
        siblings = [each.name for each in file.parent.glob("*.csv")] if file.parent.is_dir() else []
        raise DatasetError(f"there is no table {file}.{did_you_mean(file.name, siblings)} {RELATIVE}")
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            rows: list[Row] = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as reason:
        raise DatasetError(f"{file}: expected a CSV file in UTF-8: {reason}") from None
    if not rows:
        raise DatasetError(f"{file} has no rows; expected a line with the names of the columns, and a line a clip")
    mark = other_separator(rows[0])
    if mark:
        raise DatasetError(f"{file}: its columns are parted by {mark!r} ({next(iter(rows[0]))}); expected commas")
    return rows


def check_columns(file: Path, first: Row, columns: Iterable[str], whose: str) -> None:
    """Raises DatasetError where a published table lacks columns that it is known to have."""
    missing = [column for column in columns if column not in first]
    if missing:
        raise DatasetError(f"{file} is not {whose}'s table: it has no column {', '.join(missing)}")


def check_there(sounds: Sequence[Path], table: Path) -> None:
    """Raises DatasetError where sounds that a table names are not there."""
    lost = [sound for sound in sounds if not sound.is_file()]
    if lost:
        raise DatasetError(
            f"{len(lost)} of {len(sounds)} files of {table} are not there, such as {lost[0]}. Unpack the archive again."
        )


def text(row: Row, column: str) -> str:
    """What stands in a column, without blanks around it; empty where there is nothing."""
    return (row.get(column) or "").strip()


def number_in(row: Row, column: str) -> float:
    """The number in a column; raises ValueError with the column and what was expected in it."""
    try:
        return number_of(text(row, column))
    except ValueError as reason:
        raise ValueError(f"column '{column}': {reason}") from None


def labels_in(row: Row, column: str) -> tuple[str, ...]:
    """The labels in a column, each once."""
    labels = (label.strip() for label in text(row, column).split(BETWEEN_LABELS))
    return tuple(dict.fromkeys(filter(None, labels)))


def notes_on_labels(rows: Sequence[Row], column: str) -> list[str]:
    """A note where it seems to be something else that stands between the labels."""
    cells = [text(row, column) for row in rows]
    if any(BETWEEN_LABELS in cell for cell in cells):
        return []
    held = {mark: [cell for cell in cells if mark in cell] for mark in "|,"}
    return [
        f"column '{column}': {len(some)} of {len(cells)} cells hold '{mark}' and none '{BETWEEN_LABELS}', so"
        f" '{some[0]}' counts as one label; what stands between labels is '{BETWEEN_LABELS}'"
        for mark, some in held.items()
        if some
    ]


def notes_on_repeated(pieces: Sequence[Hashable], what: str) -> list[str]:
    """A note where rows are there more than once.

    Args:
        pieces: what is the same where a row repeats another, of every row.
        what: that in words.
    """
    first: dict[Hashable, int] = {}
    rows = [(row, first.setdefault(piece, row)) for row, piece in enumerate(pieces, start=2)]
    repeated = [(row, before) for row, before in rows if before < row]
    if not repeated:
        return []
    some = ", ".join(f"row {row} is row {before} again" for row, before in repeated[:3])
    more = ", …" if len(repeated) > 3 else ""
    return [f"{len(repeated)} of {len(pieces)} rows repeat {what} of another row, and count twice: {some}{more}"]


def clips_of(file: Path, rows: Sequence[R], clip: Callable[[R, int], Clip], first: int = 2) -> list[Clip]:
    """A clip of each row of a table.

    Args:
        file: the table.
        rows: its rows.
        clip: makes one of a row and its number; raises ValueError with what is wrong in it.
        first: the number of the first row.

    Raises:
        DatasetError: rows have problems; all are told at once.
    """
    clips, problems = [], []
    for number, row in enumerate(rows, start=first):
        try:
            clips.append(clip(row, number))
        except ValueError as reason:
            problems.append(f"{file}, row {number}: {reason}")
    check_rows(problems)
    return clips


def check_rows(problems: Sequence[str]) -> None:
    """Raises DatasetError with the first of the problems of a table's rows, a line each."""
    if problems:
        more = [f"… and {len(problems) - SHOWN} more rows"] if len(problems) > SHOWN else []
        raise DatasetError("\n".join([*problems[:SHOWN], *more]))
