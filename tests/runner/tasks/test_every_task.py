"""What holds for every task: of vectors and of sounds."""

from __future__ import annotations

import csv
import json

import pytest

from sinesweep.errors import SweepError
from sinesweep.sweepfile import check_document
from sinesweep_runner import Artifact, predict, run
from sinesweep_runner.checking import check_sweep

# Keras 3.15 turns TensorFlow's variables into arrays in a way that NumPy 2 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword")


@pytest.mark.parametrize("name", ["classes", "labels", "values"])
def test_check_says_what_is_asked(document, tables, tmp_path, name):
    of = {
        "labels": {"task": "multi_label", "label_column": "instruments"},
        "values": {"task": "regression", "label_column": "bpm"},
    }
    file = tmp_path / "sweep.yaml"
    file.write_text(json.dumps(document({"path": str(tables[name]), **of.get(name, {})})))
    said = check_sweep(file)
    assert {"classes": "3 classes", "labels": "4 labels", "values": "a value each"}[name] in said
    assert "vectors of 6 numbers" in said
    assert "columns that hold no numbers are not taken: artist" in said
    assert ("The baseline's R² over" if name == "values" else "The baseline's a") in said


@pytest.mark.parametrize(
    ("name", "loss"),
    [
        ("classes", "class_balanced"),
        ("classes", "hinge"),
        ("labels", "focal"),
        ("labels", "hinge"),
        ("values", "huber"),
    ],
)
def test_other_losses_learn_too(sweep, tmp_path, name, loss):
    asked = {"losses": [loss], "budget": {"trials": 1}, "split": {"test": 0}, "baseline": None}
    outcome = sweep(name, tmp_path / "sweep", finalize=False, **asked)
    floor, best = {"classes": 0.65, "labels": 0.7}.get(name, 0), outcome.board.best
    assert best.score < 15 if name == "values" else best.score > floor


def test_early_stopping_and_folds_serve_other_tasks(sweep, tmp_path):
    fit = {"epochs": 40, "batch_size": 16, "learning_rate": 0.02, "patience": 3}
    for name in ("labels", "values"):
        asked = {"fit": fit, "budget": {"trials": 1}, "split": {"test": 0, "folds": 2}}
        outcome = sweep(name, tmp_path / name, finalize=False, **asked)
        assert len(outcome.board.best.folds) == 2


@pytest.mark.parametrize(
    ("name", "sections", "reason"),
    [
        ("values", {"search": {"objective": "accuracy"}}, "objective: accuracy cannot judge regression"),
        ("labels", {"search": {"objective": "r2"}}, "objective: r2 cannot judge multi_label"),
        ("values", {"losses": ["cross_entropy"]}, "losses.cross_entropy: it is for classification"),
        ("labels", {"losses": ["huber"]}, "losses.huber: it is for regression, and the data ask for multi_label"),
        ("classes", {"losses": ["binary_cross_entropy"]}, "tells two classes apart, and there are 3"),
        ("classes", {"baseline": "ridge"}, "baseline: ridge is for regression"),
        ("values", {"baseline": "svm"}, "expected one of forest_regression, ridge, or null for none"),
        ("values", {"fit": {"class_weights": ["none", "balanced"]}}, "fit.class_weights: 'balanced'"),
        ("classes", {"features": ["log_mel"]}, "features.log_mel: it hears sound, and the data are vectors"),
        ("classes", {"audio": {"seconds": 1.0}}, "audio: the data are vectors"),
        ("classes", {"augmentations": ["gain"]}, "augmentations.gain: it changes sound"),
        ("classes", {"augmentations": ["between_class"]}, "augmentations.between_class: it changes sound"),
        ("classes", {"augmentations": ["host_plugins:Hiss"]}, "augmentations.host_plugins:Hiss: it changes sound"),
    ],
)
def test_what_does_not_fit_the_data_is_said_before_anything_runs(sweep, tmp_path, name, sections, reason):
    with pytest.raises(SweepError) as caught:
        sweep(name, tmp_path / "sweep", **sections)
    assert reason in str(caught.value)
    assert not (tmp_path / "sweep").exists()


def test_all_that_does_not_fit_is_said_at_once(sweep, tmp_path):
    with pytest.raises(SweepError) as caught:
        sweep("values", tmp_path / "sweep", baseline="svm", losses=["focal"], search={"objective": "auc"})
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize("task", ["multi_label", "regression"])
def test_sounds_are_labelled_and_measured_as_vectors_are(tones, tone_sweep, tmp_path, task):
    """A hum is low and pitched, a whistle pitched, a hiss neither; and as values they are 1, 2 and 6."""
    answers = {
        "multi_label": {"hum": "low;pitched", "whistle": "pitched", "hiss": ""},
        "regression": {"hum": "1", "whistle": "2", "hiss": "6"},
    }[task]
    with (tmp_path / "table.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["path", "label", "group"])
        for file in sorted(tones.glob("*/*.wav")):
            name = f"{file.parent.name} {file.stem.split('_')[0]}"
            writer.writerow([file, answers[file.parent.name], name])
    data = {"reader": "table", "path": str(tmp_path / "table.csv"), "task": task}
    asked = tone_sweep(data=data, fit={"epochs": 20, "batch_size": 8, "learning_rate": 0.01}, budget={"trials": 1})
    outcome = run(check_document(asked), tmp_path / "sweep")
    said = {
        name: predict(Artifact.load(outcome.folder / "best"), [tones / name / "rec1_take1.wav"])[0] for name in answers
    }
    if task == "multi_label":
        assert outcome.board.best.score > 0.9
        assert set(said["hum"].labels) == {"low", "pitched"}
        assert said["hiss"].labels == ()
    else:
        assert outcome.board.best.score < 1.7  # whoever always says the mean is 2.2 off
        assert said["hum"].value < said["hiss"].value - 3


def test_vectors_on_sound_are_refused(tone_sweep, tmp_path):
    with pytest.raises(SweepError, match=r"features.vector: it is for vectors, and the data are sounds"):
        run(check_document(tone_sweep(features=["vector"])), tmp_path / "sweep")
