"""Exports of a sweep's winner: the sealed test part has the leaderboard's score through every one of them."""

from __future__ import annotations

import numpy as np
import pytest

from sinesweep.dataset import Clip
from sinesweep.metrics import measure
from sinesweep.sweepfile import check_document
from sinesweep_runner import run
from sinesweep_runner.export.exported import Exported
from sinesweep_runner.export.exporting import export
from sinesweep_runner.export.formats import Format
from sinesweep_runner.model.prediction import score_clips
from sinesweep_runner.outcome import board_of
from sinesweep_runner.sweepfolder import SweepFolder

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def swept(tones, tmp_path_factory):
    """A small sweep over a front end whose Fourier transform has no power of two, its test part opened."""
    document = {
        "name": "tones",
        "data": {"reader": "folder", "path": str(tones), "group": r"(\w+/rec\d+)"},
        "split": {"test": 0.34, "valid": 0.25},
        "features": {"log_mel": {"n_mels": 20, "window_ms": 25.0, "hop_ms": 25.0, "fft_size": "window"}},
        "architectures": {"cnn": {"blocks": 2, "filters": 8}},
        "fit": {"epochs": 3, "batch_size": 16, "learning_rate": 0.003},
        "budget": {"trials": 1},
        "workers": {"count": 1},
    }
    folder = tmp_path_factory.mktemp("swept") / "sweep"
    run(check_document(document), folder)
    return folder


def sealed(folder):
    """The clips of the test part, and which class each is."""
    place = SweepFolder(folder)
    facts = place.recall(place.split_file)
    clips = [facts["clips"][row] for row in facts["test"]]
    targets = [facts["classes"].index(clip["label"]) for clip in clips]
    return [Clip(clip["path"], clip["label"]) for clip in clips], np.array(targets)


@pytest.mark.parametrize("target", Format)
def test_the_test_part_has_the_leaderboards_score_through_every_export(swept, target):
    made = export(swept / "best", target)
    clips, targets = sealed(swept)
    answers = score_clips(Exported.load(swept / "best" / made.folder), clips)
    opening = board_of(swept).test
    assert opening.clips == len(clips)
    assert measure(targets, answers)["accuracy"] == pytest.approx(opening.score)


@pytest.mark.parametrize("target", [Format.LITERT, Format.ONNX])
def test_what_int8_costs_of_the_score_is_measured_on_validation_clips(sinesweep, swept, target):
    said = sinesweep("export", swept / "best", "--format", target, "--int8")
    assert said.code == 0
    assert "validation clips" in said.out
    assert said.err == ""
    board = board_of(swept)
    made = next(each for each in board.best.exports if each.name == f"{target}_int8")
    assert made.tolerance is None
    assert abs(made.scores["accuracy"] - made.model_scores["accuracy"]) < 0.1
    assert f"accuracy {made.scores['accuracy']:.1%}"[:-1] in said.out.replace(" %", "%")
    assert f"{target}_int8" in sinesweep("leaderboard", swept).out
