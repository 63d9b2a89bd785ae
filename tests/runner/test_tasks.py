"""Whole sweeps of other tasks than one class a sound: labels, values, two classes, and vectors without sound."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from sinesweep.dataset import Task
from sinesweep.errors import ArtifactError, DatasetError, SweepError
from sinesweep.predictions import load
from sinesweep.sweepfile import check_document
from sinesweep_runner import Artifact, predict, run
from sinesweep_runner.checking import check_sweep
from sinesweep_runner.model.prediction import as_csv, as_json, as_text
from sinesweep_runner.sound.baselines import make_baseline, score_baseline

# Keras 3.15 turns TensorFlow's variables into arrays in a way that NumPy 2 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword")

ROWS, COLUMNS = 150, 6
NAMES = ["alto", "bass", "cello", "drum"]


def numbers():
    return np.random.default_rng(3).standard_normal((ROWS, COLUMNS))


def labels_of(x):
    """Each label is there on one side of a plane; some rows have none."""
    planes = np.random.default_rng(4).standard_normal((COLUMNS, len(NAMES)))
    return x @ planes > [0.5, 0.5, 2.0, 3.0]


def write_table(file: Path, target: str, answers: list[str]) -> Path:
    """A table as people have them: a name, numbers of very different size, groups of three, and what is asked."""
    scales = 10.0 ** np.arange(-2, COLUMNS - 2)
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["filename", *(f"x{i}" for i in range(COLUMNS)), "artist", "group", target])
        for i, row in enumerate(numbers() * scales):
            writer.writerow([f"s{i:03}.wav", *map(repr, map(float, row)), "somebody", f"g{i // 3}", answers[i]])
    return file


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder, x = tmp_path_factory.mktemp("tables"), numbers()
    there = labels_of(x)
    classes = np.array(["low", "middle", "high"])[np.digitize(x[:, 0] + x[:, 1], [-0.7, 0.7])]
    several = [";".join(name for name, one in zip(NAMES, row, strict=True) if one) for row in there]
    values = 120 + 30 * x[:, 0] - 15 * x[:, 1] + np.random.default_rng(5).normal(0, 3, ROWS)
    return {
        "classes": write_table(folder / "classes.csv", "label", list(classes)),
        "two": write_table(folder / "two.csv", "label", ["up" if row[0] > 0 else "down" for row in x]),
        "labels": write_table(folder / "labels.csv", "instruments", several),
        "values": write_table(folder / "values.csv", "bpm", [f"{value:.3f}" for value in values]),
    }


def document(data, **sections):
    return {
        "name": "numbers",
        "data": {"reader": "vectors", **data},
        "split": {"test": 0.2, "valid": 0.25},
        "architectures": {"mlp": {"layers": 1, "units": [16, 32], "dropout": 0.1, "l1": 0.0, "l2": 0.0}},
        "fit": {"epochs": 25, "batch_size": 16, "learning_rate": 0.01},
        "search": {"pruner": "none"},
        "budget": {"trials": 2},
        "workers": {"count": 1},
        **sections,
    }


def sweep(tables, name, folder, finalize=True, **sections):
    of = {
        "classes": {"path": str(tables["classes"])},
        "two": {"path": str(tables["two"])},
        "labels": {"path": str(tables["labels"]), "task": "multi_label", "label_column": "instruments"},
        "values": {"path": str(tables["values"]), "task": "regression", "label_column": "bpm"},
    }
    return run(check_document(document(of[name], **sections)), folder, finalize=finalize)


@pytest.fixture(scope="module")
def classes(tables, tmp_path_factory):
    return sweep(tables, "classes", tmp_path_factory.mktemp("sweeps") / "classes")


@pytest.fixture(scope="module")
def labels(tables, tmp_path_factory):
    return sweep(tables, "labels", tmp_path_factory.mktemp("sweeps") / "labels")


@pytest.fixture(scope="module")
def values(tables, tmp_path_factory):
    return sweep(tables, "values", tmp_path_factory.mktemp("sweeps") / "values")


def rows_of(table):
    return list(csv.DictReader(table.read_text().splitlines()))


def facts_of(outcome):
    return json.loads((outcome.folder / "best" / "model.json").read_text(encoding="utf-8"))


def report(outcome):
    return "".join((outcome.folder / name).read_text(encoding="utf-8") for name in ("leaderboard.md", "report.html"))


def sealed(outcome):
    """The rows of the test part."""
    return json.loads((outcome.folder / "split.json").read_text())["test"]


def test_vectors_need_no_front_end_and_no_sound(classes, tables):
    assert classes.board.metric.name == "accuracy"
    assert classes.board.best.score > 0.75
    assert classes.board.best.config["features"]["name"] == "vector"
    assert classes.board.test.baseline > 0.6
    assert "3 classes" in report(classes)
    artifact = Artifact.load(classes.folder / "best")
    assert artifact.columns == tuple(f"x{i}" for i in range(COLUMNS))
    answers = predict(artifact, [tables["classes"]])
    assert [answer.path for answer in answers[:2]] == [f"{tables['classes']}, row {n}" for n in (2, 3)]
    truth = [row["label"] for row in rows_of(tables["classes"])]
    right = [answers[i].label == truth[i] for i in sealed(classes)]
    assert np.mean(right) == pytest.approx(classes.board.test.score)


def test_a_table_for_a_model_of_vectors_is_read_by_the_names_of_its_columns(classes, tables, tmp_path):
    artifact, rows = Artifact.load(classes.folder / "best"), rows_of(tables["classes"])[:4]
    with (tmp_path / "other.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, [f"x{i}" for i in reversed(range(COLUMNS))], extrasaction="ignore")
        writer.writeheader()
        writer.writerows([*rows[:3], rows[3] | {"x2": "n/a"}])
    answers = predict(artifact, [tmp_path / "other.csv"])
    assert [a.label for a in answers[:3]] == [a.label for a in predict(artifact, [tables["classes"]])[:3]]
    assert "column 'x2': expected a finite number, got 'n/a'" in answers[3].error
    (tmp_path / "lacking.csv").write_text("x0,x1\n1,2\n")
    with pytest.raises(ArtifactError, match="4 of the 6 columns"):
        predict(artifact, [tmp_path / "lacking.csv"])
    with pytest.raises(ArtifactError, match="expected a CSV file"):
        predict(artifact, [tmp_path / "none.csv"])


def test_labels_are_ranked_by_average_precision_beside_a_baseline_for_each(labels):
    board = labels.board
    assert board.metric.name == "average_precision"
    assert board.best.score > 0.8
    assert board.baseline.score > 0.7
    assert board.best.interval[0] < board.best.score < board.best.interval[1] or board.best.score == 1
    assert {"lrap", "micro_f1", "macro_f1", "auc", "loss"} < set(board.best.metrics)
    assert board.best.config["loss"]["name"] == "binary_cross_entropy"
    text = report(labels)
    assert "4 labels" in text
    assert "classes" not in text.lower()


def test_thresholds_are_fitted_on_validation_and_used_by_test_and_predict(labels, tables):
    facts, artifact = facts_of(labels), Artifact.load(labels.folder / "best")
    assert facts["task"] == "multi_label"
    assert len(facts["thresholds"]) == len(NAMES)
    assert facts["thresholds"] != [0.5] * len(NAMES)
    answers = predict(artifact, [tables["labels"]])
    for answer in answers:
        above = {name for name, t in zip(NAMES, facts["thresholds"], strict=True) if answer.probabilities[name] >= t}
        assert set(answer.labels) == above
    truth = labels_of(numbers())
    exact = [
        set(answers[i].labels) == {n for n, one in zip(NAMES, truth[i], strict=True) if one} for i in sealed(labels)
    ]
    assert np.mean(exact) == pytest.approx(facts["scores"]["test"]["metrics"]["accuracy"])
    stored = load(labels.folder / "predictions" / "00001.npz")
    assert stored.targets.shape == stored.probabilities.shape == (len(stored.clips), len(NAMES))


def test_predicted_labels_come_as_text_csv_and_json(labels, tables):
    answers = predict(Artifact.load(labels.folder / "best"), [tables["labels"]])
    some, none = next(a for a in answers if len(a.labels) > 1), next(a for a in answers if not a.labels)
    assert f"{some.labels[0]} {100 * some.probabilities[some.labels[0]]:.1f} %, " in as_text([some])
    assert "no label" in as_text([none])
    row = next(csv.DictReader(as_csv([some]).splitlines()))
    assert row["labels"] == ";".join(some.labels)
    assert float(row["p(alto)"]) == pytest.approx(some.probabilities["alto"], abs=1e-6)
    assert json.loads(as_json([none]))[0].keys() == {"path", "labels", "probabilities", "note", "error"}


def test_values_are_measured_in_their_own_unit(values, tables):
    board = values.board
    assert board.metric.name == "root_mean_squared_error"
    assert board.best.score < 12
    assert board.rows[0].score <= board.rows[1].score
    assert board.baseline.score < 12
    assert {"r2", "mean_squared_error", "mean_absolute_error"} < set(board.best.metrics)
    text = report(values)
    assert "a value each" in text
    assert "classes" not in text.lower()
    answers = predict(Artifact.load(values.folder / "best"), [tables["values"]])
    truth = [float(row["bpm"]) for row in rows_of(tables["values"])]
    errors = [answers[i].value - truth[i] for i in sealed(values)]
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(board.test.score, rel=1e-4)
    assert as_text(answers[:1]).split()[-1] == f"{answers[0].value:.6g}"
    assert json.loads(as_json(answers[:1]))[0].keys() == {"path", "value", "note", "error"}
    assert "measures vectors" in (values.folder / "best" / "README.md").read_text()


@pytest.mark.parametrize("name", ["classes", "labels", "values"])
def test_check_says_what_is_asked(tables, tmp_path, name):
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


def test_binary_cross_entropy_tells_two_classes_apart(tables, tmp_path):
    outcome = sweep(tables, "two", tmp_path / "two", losses=["binary_cross_entropy"], budget={"trials": 1})
    assert outcome.board.best.score > 0.8
    probabilities = predict(Artifact.load(outcome.folder / "best"), [tables["two"]])[0].probabilities
    assert sum(probabilities.values()) == pytest.approx(1)


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
def test_other_losses_learn_too(tables, tmp_path, name, loss):
    asked = {"losses": [loss], "budget": {"trials": 1}, "split": {"test": 0}, "baseline": None}
    outcome = sweep(tables, name, tmp_path / "sweep", finalize=False, **asked)
    floor, best = {"classes": 0.65, "labels": 0.7}.get(name, 0), outcome.board.best
    assert best.score < 15 if name == "values" else best.score > floor


def test_early_stopping_and_folds_serve_other_tasks(tables, tmp_path):
    fit = {"epochs": 40, "batch_size": 16, "learning_rate": 0.02, "patience": 3}
    for name in ("labels", "values"):
        asked = {"fit": fit, "budget": {"trials": 1}, "split": {"test": 0, "folds": 2}}
        outcome = sweep(tables, name, tmp_path / name, finalize=False, **asked)
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
    ],
)
def test_what_does_not_fit_the_data_is_said_before_anything_runs(tables, tmp_path, name, sections, reason):
    with pytest.raises(SweepError) as caught:
        sweep(tables, name, tmp_path / "sweep", **sections)
    assert reason in str(caught.value)
    assert not (tmp_path / "sweep").exists()


def test_all_that_does_not_fit_is_said_at_once(tables, tmp_path):
    with pytest.raises(SweepError) as caught:
        sweep(tables, "values", tmp_path / "sweep", baseline="svm", losses=["focal"], search={"objective": "auc"})
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


def test_a_baseline_of_classes_learns_each_label_and_what_never_changes_needs_no_learning():
    rows = np.random.default_rng(0).standard_normal((40, 3)).astype(np.float32)
    there = np.stack([rows[:, 0] > 0, np.ones(40), np.zeros(40), rows[:, 1] > 0], axis=1).astype(int)
    for name in ("svm", "logistic_regression"):
        told = score_baseline(rows, there.tolist(), range(30), range(30, 40), make_baseline(name), 0)
        assert told.shape == (10, 4)
        assert told[:, 1] == pytest.approx(1)
        assert told[:, 2] == pytest.approx(0)
        assert np.mean((told[:, [0, 3]] > 0.5) == there[30:, [0, 3]]) > 0.75


def test_vectors_on_sound_are_refused(tone_sweep, tmp_path):
    with pytest.raises(SweepError, match=r"features.vector: it is for vectors, and the data are sounds"):
        run(check_document(tone_sweep(features=["vector"])), tmp_path / "sweep")


def test_values_that_are_all_the_same_are_refused(tables, tmp_path):
    flat = write_table(tmp_path / "flat.csv", "bpm", ["3"] * ROWS)
    data = {"path": str(flat), "task": "regression", "label_column": "bpm"}
    with pytest.raises(DatasetError, match=r"has one value only, 3\.0"):
        run(check_document(document(data)), tmp_path / "sweep")


def test_a_sweep_from_python_leaves_open_what_its_data_settle(tables, tmp_path):
    from sinesweep.sweep import Sweep

    data = {"path": str(tables["values"]), "task": "regression", "label_column": "bpm"}
    sweep = Sweep.model_validate(document(data, budget={"trials": 1}, fit={"epochs": 2}))
    outcome = run(sweep, tmp_path / "sweep", finalize=False)
    assert outcome.board.header.task is Task.REGRESSION
    kept = (tmp_path / "sweep" / "sweep.yaml").read_text()
    assert "objective: root_mean_squared_error" in kept
    assert "baseline: ridge" in kept
