"""Vectors from a CSV file, for a model that was trained on such."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from sinesweep.errors import ArtifactError, did_you_mean
from sinesweep.tables import number_of, other_separator


def read_vectors(file: Path, columns: Sequence[str]) -> Iterator[tuple[str, np.ndarray | str]]:
    """Of every row its name, and its vector float32 `(columns,)`, or what is wrong with it.

    Args:
        file: a CSV file in UTF-8; it may have further columns, in any order.
        columns: those that make up a vector.

    Raises:
        ArtifactError: the file cannot be read, or lacks a column.
    """
    if not file.is_file():
        raise ArtifactError(f"{file}: expected a CSV file with the columns that the model was trained on")
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as reason:
        raise ArtifactError(f"{file}: expected a CSV file in UTF-8: {reason}") from None
    lacking = [column for column in columns if not rows or column not in rows[0]]
    if lacking:
        there = [name for name in (rows[0] if rows else ()) if name]
        mark = other_separator(there)
        hint = f" Its columns are parted by '{mark}'; expected commas." if mark else did_you_mean(lacking[0], there)
        raise ArtifactError(
            f"{file}: {len(lacking)} of the {len(columns)} columns that the model was trained on are not there, such as"
            f" '{lacking[0]}'.{hint}"
        )
    for number, row in enumerate(rows, start=2):
        yield f"{file}, row {number}", _vector(row, columns)


def _vector(row: Mapping[str, str | None], columns: Sequence[str]) -> np.ndarray | str:
    numbers = []
    for column in columns:
        try:
            numbers.append(number_of((row[column] or "").strip()))
        except ValueError as reason:
            return f"column '{column}': {reason}"
    return np.asarray(numbers, np.float32)
