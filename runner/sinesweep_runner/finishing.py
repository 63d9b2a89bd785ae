"""The end of a sweep: the winner is trained on all that is not test, and the test part is opened for it, once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sinesweep import predictions
from sinesweep.dataset import Task
from sinesweep.errors import SweepError
from sinesweep.leaderboard import Leaderboard, Row
from sinesweep.record import Record
from sinesweep.sweep import Sweep
from sinesweep.thresholds import fit_thresholds
from sinesweep.trial import Result
from sinesweep_runner.model.winner import epochs_for, open_test, refit
from sinesweep_runner.preparing import Prepared
from sinesweep_runner.sound.waveforms import default_store
from sinesweep_runner.sweepfolder import SweepFolder
from sinesweep_runner.training.material import Material
from sinesweep_runner.trialzero import TrialZero


def finish(place: SweepFolder, sweep: Sweep, record: Record, prepared: Prepared, material: Material, best: Row) -> None:
    """Writes `best/` for the trial that `winner_of` named, and, where there is a test part, the record of its opening.

    That it is opened, and for which trial, is written before the first sealed clip is heard. What is cut off
    afterwards can be completed, for that trial alone.
    """
    winner = next(result for result in record.results() if result.trial.number == best.number)
    clips = material.clips()
    facts = _facts(prepared, sweep, best) | _decisions(place, winner, prepared)
    refit(winner.trial, material, clips, epochs_for(winner.folds), place.best, facts)
    if prepared.split.test:
        opened = place.recall(place.test_file) or _opening(best)
        place.record(place.test_file, opened)
        place.record(place.test_file, opened | _test(place, sweep, prepared, material))


def winner_of(place: SweepFolder, board: Leaderboard) -> Row:
    """The best trial; where an opening was cut off before it had a score, the trial that it was for.

    Raises:
        SweepError: no trial has a score, or the test part has been opened before.
    """
    before = place.recall(place.test_file)
    if before is not None and "score" in before:
        raise SweepError(
            f"{place.path}: the test part was opened on {before['opened']} for trial {before['trial']}. A second look"
            " would be a choice made on test data; begin a new sweep with another test part"
        )
    if before is not None:
        return next(row for row in board.rows if row.number == before["trial"])
    if board.best is None:
        raise SweepError(f"{place.path}: no trial has a score yet, so there is no winner to finalize")
    return board.best


def _opening(best: Row) -> dict[str, Any]:
    return {"opened": datetime.now(UTC).isoformat(timespec="seconds"), "trial": best.number}


def _test(place: SweepFolder, sweep: Sweep, prepared: Prepared, material: Material) -> dict[str, Any]:
    """Measures winner and baseline on the sealed clips."""
    dataset, test = prepared.dataset, prepared.split.test
    objective, groups = sweep.search.objective, dataset.groups()
    final = open_test(place.best, [dataset.clips[i] for i in test], [groups[i] for i in test], objective)
    predictions.save(place.path / "predictions" / "test.npz", test, final.targets, final.probabilities)
    baseline = None
    if sweep.baseline is not None:
        baseline = TrialZero(sweep, material, default_store().folder).score(material.clips(), test, place.path)
    return {
        "objective": objective,
        "score": final.metrics[objective],
        "interval": final.intervals[objective],
        "metrics": final.metrics,
        "clips": len(test),
        "baseline": baseline,
    }


def _facts(prepared: Prepared, sweep: Sweep, best: Row) -> dict[str, Any]:
    """What `model.json` says of the split and of the validation's scores."""
    intervals = {sweep.search.objective: best.interval} if best.interval else {}
    return {
        "split": {"fingerprint": prepared.fingerprint(), "how": prepared.split.how},
        "scores": {"validation": {"metrics": dict(best.metrics), "intervals": intervals}},
    }


def _decisions(place: SweepFolder, winner: Result, prepared: Prepared) -> dict[str, Any]:
    """How labels are decided, by thresholds that were fitted on validation answers; and which numbers make a vector."""
    found: dict[str, Any] = {}
    if prepared.dataset.columns:
        found["columns"] = list(prepared.dataset.columns)
    if prepared.dataset.task is Task.MULTI_LABEL and winner.predictions:
        validated = predictions.load(place.path / winner.predictions)
        found["thresholds"] = fit_thresholds(validated.targets, validated.probabilities).tolist()
    return found
