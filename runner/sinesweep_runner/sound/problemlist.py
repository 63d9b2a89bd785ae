"""The list of problems: each of them, file by file, in a table for whoever is going to mend them."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

from sinesweep.errors import SweepError
from sinesweep.files import write_atomically
from sinesweep_runner.sound.scan import ScanReport

COLUMNS = ("path", "kind", "message", "clip")


def list_problems(report: ScanReport, file: Path) -> ScanReport:
    """Writes a row a problem as CSV, or removes an older list where there is no problem.

    Columns: path, kind, message, and what becomes of the clip, "left out" or "kept".

    Returns:
        The report, which now names the file.

    Raises:
        SweepError: the file cannot be written.
    """
    try:
        if not report.problems:
            file.unlink(missing_ok=True)
            return report
        write_atomically(file, _table(report))
    except OSError as reason:
        raise SweepError(f"{file} cannot be written: {reason.strerror}") from None
    return replace(report, listed=file)


def _table(report: ScanReport) -> str:
    out = {problem.clip for problem in report.bad}
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in report.problems:
        writer.writerow([each.path, each.kind, each.message, "left out" if each.clip in out else "kept"])
    return stream.getvalue()
