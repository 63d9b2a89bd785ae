"""Tracking: the trials of a sweep as runs of TensorBoard or of MLflow, for those who keep their experiments there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sinesweep.errors import SweepError
from sinesweep_runner import backend
from sinesweep_runner.tracking.runs import runs_of


def write_runs(folder: Path, tracker: str, out: Path) -> tuple[int, str]:
    """Writes every ended trial of the sweep in `folder` as a run into `out`: how many, and how to look at them.

    Args:
        tracker: `tensorboard` or `mlflow`.
        out: a folder that does not hold runs yet; it is made.

    Raises:
        SweepError: no trial has ended, the tracker is not installed, or the folder is not empty or cannot be written.
    """
    runs, write = runs_of(folder), _writer(tracker)
    if not runs:
        raise SweepError(f"{folder}: no trial has ended yet, so there is no run to write")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise SweepError(f"{out} is not empty, and every run would stand there twice; name another folder with --out")
    try:
        out.mkdir(parents=True, exist_ok=True)  # not every tracker's own error names what is in its way
        return len(runs), write(runs, out)
    except OSError as reason:
        raise SweepError(
            f"{out} cannot be written: {reason.strerror or reason}; name another folder with --out"
        ) from None


def _writer(tracker: str) -> Callable[..., str]:
    try:
        if tracker == "mlflow":
            from sinesweep_runner.tracking import mlflow

            return mlflow.write
        backend.load()  # tensorboard imports TensorFlow where it is installed
        from sinesweep_runner.tracking import tensorboard

        return tensorboard.write
    except ModuleNotFoundError as reason:
        if reason.name is None or reason.name.split(".")[0] != tracker:
            raise
        raise SweepError(f"{tracker} is not installed; pip install 'sinesweep[{tracker}]' brings it") from None
