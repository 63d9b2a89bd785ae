"""Reading the tables that data sets come with."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sinesweep.errors import DatasetError, did_you_mean

Row = Mapping[str, str | None]

SHOWN = 10


def csv_rows(file: Path) -> list[Row]:
    """The rows of a CSV file in UTF-8 by column name; raises DatasetError where there is no readable table."""
    if not file.is_file():
        siblings = [each.name for each in file.parent.glob("*.csv")] if file.parent.is_dir() else []
        raise DatasetError(f"there is no table {file}.{did_you_mean(file.name, siblings)}")
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            rows: list[Row] = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as reason:
        raise DatasetError(f"{file}: expected a CSV file in UTF-8: {reason}") from None
    if not rows:
        raise DatasetError(f"{file} has no rows; expected a line with the names of the columns, and a line a clip")
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


def check_rows(problems: Sequence[str]) -> None:
    """Raises DatasetError with the first of the problems of a table's rows, a line each."""
    if problems:
        more = [f"… and {len(problems) - SHOWN} more rows"] if len(problems) > SHOWN else []
        raise DatasetError("\n".join([*problems[:SHOWN], *more]))
