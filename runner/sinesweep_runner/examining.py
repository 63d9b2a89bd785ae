"""Examining: the answers of a trial, as they are kept in a sweep's folder, read against the truth."""

from __future__ import annotations

import json

import numpy as np

from sinesweep import predictions
from sinesweep.dataset import Task
from sinesweep.examination import Examination, examine
from sinesweep.metrics import Thresholds
from sinesweep.report.examined import examined, mistaken
from sinesweep.trial import Result
from sinesweep_runner.mistakes import listed
from sinesweep_runner.recorded import Recorded
from sinesweep_runner.sweepfolder import SweepFolder
from sinesweep_runner.trialzero import TEST_FILE, thresholds_in

TEST_ANSWERS = "predictions/test.npz"
"""The winner's answers about the sealed clips, once they have been opened; the baseline's are in `TEST_FILE`."""


def examination_of(place: SweepFolder, recorded: Recorded, file: str | None) -> Examination | None:
    """What a trial got right and wrong; None where its answers are not there.

    Args:
        recorded: of this place.
        file: of the answers, as `Result.predictions` or `tested` names it.

    Raises:
        SweepError: the file is damaged.
    """
    if file is None or not (place.path / file).exists():
        return None
    known = predictions.load(place.path / file)
    return examine(known, recorded.classes, recorded.task, recorded.groups, _thresholds(place, recorded, file))


def tested(place: SweepFolder) -> dict[int, str]:
    """Files of answers about the test part, by trial: of the one that it was opened for, and of the baseline."""
    opened = place.recall(place.test_file) or {}
    return {opened["trial"]: TEST_ANSWERS, 0: TEST_FILE} if "score" in opened else {}


def examined_text(place: SweepFolder, result: Result, mistakes: bool) -> list[str]:
    """What a trial got right and wrong, for a terminal; on the test part too, if it was opened for this trial.

    Args:
        mistakes: list the clips that it got most wrong, too.

    Raises:
        SweepError: a file of answers is damaged.
    """
    recorded = Recorded.of(place)
    if recorded is None:
        return []
    files = {"its folds": result.predictions, "the test part": tested(place).get(result.trial.number)}
    lines = []
    for part, file in files.items():
        examination = examination_of(place, recorded, file)
        if examination is None:
            continue
        lines.append(examined(examination, part))
        if mistakes:
            lines.append(mistaken(listed(recorded, examination), recorded.task))
    return lines


def _thresholds(place: SweepFolder, recorded: Recorded, file: str) -> Thresholds:
    """Those that labels of the test part are decided by; None where there are none."""
    if recorded.task is not Task.MULTI_LABEL or file not in (TEST_ANSWERS, TEST_FILE):
        return None
    if file == TEST_FILE:
        return thresholds_in(place.path)
    winner = place.best / "model.json"
    facts = json.loads(winner.read_text(encoding="utf-8")) if winner.exists() else {}
    return np.asarray(facts["thresholds"]) if "thresholds" in facts else None
