"""The end of a sweep: the winner is trained on all that is not test, and the test part is opened for it, once."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from sinesweep import predictions
from sinesweep.dataset import Task
from sinesweep.errors import SweepError
from sinesweep.leaderboard import Leaderboard
from sinesweep.record import Record
from sinesweep.rows import Row
from sinesweep.sweep import Sweep
from sinesweep.thresholds import fit_thresholds
from sinesweep.trial import Result
from sinesweep.wording import many, one_line
from sinesweep_runner.examining import TEST_ANSWERS
from sinesweep_runner.model.origin import origin_of
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

    Raises:
        NotANumber, Infeasible, PluginFault: the winner cannot be trained or saved; no sealed clip has been heard.
        ArtifactError: `best/` cannot be written.
    """
    results = {result.trial.number: result for result in record.results()}
    winner, trained = results[best.number], [results[number] for number in best.trainings]
    clips = material.clips()
    facts = _facts(prepared, sweep, best, trained) | _decisions(place, winner, prepared) | _compared(record, sweep)
    epochs = epochs_for([fold for each in trained for fold in each.folds])
    refit(winner.trial, material, clips, epochs, place.best, facts)
    if prepared.split.test:
        opened = place.recall(place.test_file) or _opening(best)
        place.record(place.test_file, opened)
        place.record(place.test_file, opened | _test(place, sweep, prepared, material))


def winner_of(place: SweepFolder, board: Leaderboard, chosen: int | None = None) -> Row:
    """The best trial in the first objective, or the one that was chosen; where an opening was cut off before it had a
    score, the trial that it was for.

    Raises:
        SweepError: no trial has a score, or not the one chosen; or the test part has been opened before.
    """
    before = place.recall(place.test_file)
    if before is not None and "score" in before:
        raise SweepError(
            f"{place.path}: the test part was opened on {before['opened']} for trial {before['trial']}. A second look"
            " would be a choice made on test data; begin a new sweep with another test part"
        )
    if before is not None and chosen not in (None, before["trial"]):
        raise SweepError(f"{place.path}: the test part was opened for trial {before['trial']}; it can be no other")
    if before is not None:
        return next(row for row in board.rows if row.number == before["trial"])
    if board.best is None:
        raise SweepError(f"{place.path}: no trial has a score yet, so there is no winner to finalize")
    if chosen is None:
        return board.best
    rows = {row.number: row for row in board.rows}
    if chosen not in rows:
        why = "is the baseline, which is no network" if chosen == 0 else "has no score"
        raise SweepError(f"{place.path}: trial {chosen} {why}; the best are {', '.join(map(str, [*rows][:10]))}")
    return rows[chosen]


def without_winner(place: SweepFolder, best: Row, board: Leaderboard, reason: Exception) -> str:
    """Why there is no `best/`, of which trial, and the way out."""
    others = [row.number for row in board.rows if row.number != best.number]
    finalize = f"sinesweep finalize {shlex.quote(str(place.path))}"
    if place.recall(place.test_file) is not None:
        way_out = f"The test part was opened for it before, so it can be no other; once that is mended: {finalize}"
    elif others:
        way_out = f"The test part is still sealed. To make the next best the winner: {finalize} --trial {others[0]}"
    else:
        way_out = f"The test part is still sealed, and no other trial has a score. Once that is mended: {finalize}"
    return (
        f"trial {best.number}, the winner, failed in its last training, on training and validation clips together:"
        f" {one_line(str(reason)).rstrip('.')}. {way_out}"
    )


def _opening(best: Row) -> dict[str, Any]:
    return {"opened": datetime.now(UTC).isoformat(timespec="seconds"), "trial": best.number}


def _test(place: SweepFolder, sweep: Sweep, prepared: Prepared, material: Material) -> dict[str, Any]:
    """Measures winner and baseline on the sealed clips."""
    dataset, test = prepared.dataset, prepared.split.test
    objective, groups = sweep.search.objective, dataset.groups()
    baseline = None
    if sweep.baseline is not None:
        baseline = TrialZero(sweep, material, default_store().folder).score(material.clips(), test, place.path)
    clips = [dataset.clips[i] for i in test]
    final = open_test(place.best, clips, [groups[i] for i in test], objective, baseline)
    predictions.save(place.path / TEST_ANSWERS, test, final.targets, final.probabilities)
    return {
        "objective": objective,
        "score": final.metrics[objective],
        "interval": final.intervals[objective],
        "metrics": final.metrics,
        "clips": len(test),
        "baseline": baseline and baseline[0],
        "baseline_interval": baseline and baseline[1],
    }


def _facts(prepared: Prepared, sweep: Sweep, best: Row, trained: Sequence[Result]) -> dict[str, Any]:
    """What `model.json` says of the winner, of the split and of the validation's scores, those of other models."""
    _, around = best.honest
    metrics = {name: float(np.mean([each.metrics[name] for each in trained])) for name in best.metrics}
    return {
        "name": sweep.name,
        "trial": best.number,
        "data": origin_of(sweep, prepared.dataset, prepared.split),
        "split": {"fingerprint": prepared.fingerprint(), "how": prepared.split.how},
        "scores": {
            "validation": {
                "metrics": metrics,
                "intervals": {sweep.search.objective: around} if around else {},
                "of": _scored_models(len(trained[0].folds), trained[0].trial.repeats, len(trained)),
            }
        },
    }


def _compared(record: Record, sweep: Sweep) -> dict[str, Any]:
    """What the baseline came to on the validation clips, which `model.json` tells too."""
    if record.baseline is None or record.baseline.value is None:
        return {}
    name = record.baseline.trial.config["baseline"]["name"]
    return {"baseline": {"name": name, "objective": sweep.search.objective, "validation": record.baseline.value}}


def _scored_models(folds: int, repeats: int | None, trainings: int) -> str:
    """Whose scores those of the validation are, as a sentence."""
    models = many(folds * trainings, "model")
    seeds = ", and the search chose them by this very score"
    if repeats is not None:
        seeds = f", with {many(trainings, 'fresh seed')} after the search had chosen the settings"
    return (
        f"The validation scores are those of {models} of the same settings, trained before this one on the training"
        f" clips alone{seeds}. This model was then trained on training and validation clips together, and only the test"
        " part can judge it."
    )


def _decisions(place: SweepFolder, winner: Result, prepared: Prepared) -> dict[str, Any]:
    """How labels are decided, by thresholds that were fitted on validation answers; and which numbers make a vector."""
    found: dict[str, Any] = {}
    if prepared.dataset.columns:
        found["columns"] = list(prepared.dataset.columns)
    if prepared.dataset.task is Task.MULTI_LABEL and winner.predictions:
        validated = predictions.load(place.path / winner.predictions)
        found["thresholds"] = fit_thresholds(validated.targets, validated.probabilities).tolist()
    return found
