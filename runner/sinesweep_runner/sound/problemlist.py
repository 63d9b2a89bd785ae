"""The list of problems: each of them, file by file, in a table for whoever is going to mend them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sinesweep.errors import SweepError
from sinesweep.files import write_atomically
from sinesweep_runner.sound.scan import ScanReport

COLUMNS = ("path", "kind", "message", "clip")


def list_problems(report: ScanReport, file: Path) -> ScanReport:
    """Writes the list where there are problems, and removes an older one where there are none.

    Returns:
        The report, which names the file where there is one.

    Raises:
        SweepError: the file cannot be written.
    """
    if report.problems:
        return write_list(report, file)
    with _writing(file):
        file.unlink(missing_ok=True)
    return report


def write_list(report: ScanReport, file: Path) -> ScanReport:
    """Writes a row a problem as CSV: path, kind, message, and what becomes of the clip, "left out" or "kept".

    Returns:
        The report, which now names the file.

    Raises:
        SweepError: the file cannot be written.
    """
    with _writing(file):
        write_atomically(file, _table(report))
    return replace(report, listed=file)


@contextmanager
def _writing(file: Path) -> Iterator[None]:
    """Within, a file is written or removed; raises SweepError where it cannot be."""
    try:
        yield
    except OSError as reason:
        raise SweepError(f"{file} cannot be written: {reason.strerror}") from None


def _table(report: ScanReport) -> str:
    out = {problem.clip for problem in report.bad}
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in report.problems:
        writer.writerow([each.path, each.kind, each.message, "left out" if each.clip in out else "kept"])
    return stream.getvalue()
