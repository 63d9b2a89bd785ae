"""A probe: one process that runs one export and measures it, `python -m sinesweep_runner.export.probe`.

A process of its own, because memory can only be measured from the beginning, and because an export that needs more than
its runtime shall not find it here.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from sinesweep.errors import ExportError, SinesweepError
from sinesweep.wording import brief, one_line

ANSWERS, FIRST_ANSWERS = 50, 5
"""So many answers are timed, after the first ones, in which caches are filled."""


def probe(folder: Path, waves: np.ndarray, threads: int) -> tuple[np.ndarray, dict[str, Any]]:
    """What the export in `folder` answers, and `runtime`, `latency_ms`, `peak_bytes` and `runtime_bytes`.

    Args:
        waves: float32 `(windows, samples)`; asked one by one.

    Raises:
        ExportError: it does not run.
    """
    with tempfile.TemporaryDirectory() as place:
        given, told = Path(place) / "waves.npy", Path(place) / "answers.npy"
        np.save(given, waves)
        command = [sys.executable, "-m", __name__, str(folder), str(given), str(told), str(threads)]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode or not told.exists():
            last = (run.stderr.strip().splitlines() or [f"it ended with code {run.returncode}"])[-1]
            raise ExportError(f"the exported file does not run: {one_line(last)}")
        return np.load(told), json.loads(run.stdout.splitlines()[-1])


def main(folder: str, given: str, told: str, threads: str) -> None:
    """The work of the process."""
    from sinesweep_runner.export.exported import Exported
    from sinesweep_runner.export.formats import Format
    from sinesweep_runner.export.runtimes import start

    runtime = start(Format(json.loads((Path(folder) / "export.json").read_text(encoding="utf-8"))["export"]))
    waves = np.load(given, mmap_mode="r")
    before = _peak_bytes()
    exported = Exported.load(folder, int(threads))
    answers = np.concatenate([exported.answer(waves[row : row + 1]) for row in range(len(waves))])
    measured = {"runtime": runtime, "latency_ms": _latency_ms(exported, waves[:1])}
    np.save(told, answers)
    print(json.dumps(measured | {"peak_bytes": _peak_bytes(), "runtime_bytes": before}))


def _latency_ms(exported: Any, wave: np.ndarray) -> float:
    took = []
    for _ in range(FIRST_ANSWERS + ANSWERS):
        began = time.perf_counter()
        exported.answer(wave)
        took.append(time.perf_counter() - began)
    return float(1e3 * np.median(took[FIRST_ANSWERS:]))


def _peak_bytes() -> int:
    """The most memory that this process has held. The system's own count begins with the parent's on Linux."""
    facts = Path("/proc/self/status")
    if facts.exists():
        line = next(each for each in facts.read_text().splitlines() if each.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except SinesweepError as mistake:
        sys.exit(str(mistake))
    except Exception as fault:  # a runtime raises what it likes; the last line is what a person is told
        sys.exit(brief(fault))
