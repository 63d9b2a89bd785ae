"""Whole sweeps that tell several labels of a vector."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from sinesweep.configuration import make_baseline
from sinesweep.predictions import load
from sinesweep_runner import Artifact, predict
from sinesweep_runner.model.written import as_csv, as_json, as_text
from sinesweep_runner.outcome import trial_text
from sinesweep_runner.sound.baselines import score_baseline

# Keras 3.15 turns TensorFlow's variables into arrays in a way that NumPy 2 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword")


@pytest.fixture(scope="module")
def labels(sweep, tmp_path_factory):
    return sweep("labels", tmp_path_factory.mktemp("sweeps") / "labels")


def test_labels_are_ranked_by_average_precision_beside_a_baseline_for_each(labels, report):
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


def test_thresholds_are_fitted_on_validation_and_used_by_test_and_predict(labels, tables, there, sealed):
    facts = json.loads((labels.folder / "best" / "model.json").read_text(encoding="utf-8"))
    artifact, names = Artifact.load(labels.folder / "best"), facts["classes"]
    assert facts["task"] == "multi_label"
    assert len(facts["thresholds"]) == len(names)
    assert facts["thresholds"] != [0.5] * len(names)
    answers = predict(artifact, [tables["labels"]])
    for answer in answers:
        above = {name for name, t in zip(names, facts["thresholds"], strict=True) if answer.probabilities[name] >= t}
        assert set(answer.labels) == above
    exact = [
        set(answers[i].labels) == {n for n, one in zip(names, there[i], strict=True) if one} for i in sealed(labels)
    ]
    assert np.mean(exact) == pytest.approx(facts["scores"]["test"]["metrics"]["accuracy"])
    stored = load(labels.folder / "predictions" / "00001.npz")
    assert stored.targets.shape == stored.probabilities.shape == (len(stored.clips), len(names))


def test_predicted_labels_come_as_text_csv_and_json(labels, tables):
    answers = predict(Artifact.load(labels.folder / "best"), [tables["labels"]])
    some, none = next(a for a in answers if len(a.labels) > 1), next(a for a in answers if not a.labels)
    assert f"{some.labels[0]} {100 * some.probabilities[some.labels[0]]:.1f} %, " in as_text([some])
    assert "no label" in as_text([none])
    row = next(csv.DictReader(as_csv([some]).splitlines()))
    assert row["labels"] == ";".join(some.labels)
    assert float(row["p(alto)"]) == pytest.approx(some.probabilities["alto"], abs=1e-6)
    assert json.loads(as_json([none]))[0].keys() == {"path", "labels", "probabilities", "note", "error"}


def test_a_baseline_of_classes_learns_each_label_and_what_never_changes_needs_no_learning():
    rows = np.random.default_rng(0).standard_normal((40, 3)).astype(np.float32)
    there = np.stack([rows[:, 0] > 0, np.ones(40), np.zeros(40), rows[:, 1] > 0], axis=1).astype(int)
    for name in ("svm", "logistic_regression"):
        told = score_baseline(rows, there.tolist(), range(30), range(30, 40), make_baseline({name: None}), 0)
        assert told.shape == (10, 4)
        assert told[:, 1] == pytest.approx(1)
        assert told[:, 2] == pytest.approx(0)
        assert np.mean((told[:, [0, 3]] > 0.5) == there[30:, [0, 3]]) > 0.75


def test_a_trials_labels_are_examined_the_winners_on_the_test_part_too_by_its_thresholds(labels, sealed):
    facts = json.loads((labels.folder / "best" / "model.json").read_text(encoding="utf-8"))
    accuracy, clips = facts["scores"]["test"]["metrics"]["accuracy"], len(sealed(labels))
    text = trial_text(labels.folder, labels.board.test.trial, mistakes=True)
    assert "clips of its folds are wrong" in text
    assert f"{round((1 - accuracy) * clips)} of {clips} clips of the test part are wrong" in text
    assert "of the test part" in trial_text(labels.folder, 0)
    assert "of the test part" not in trial_text(labels.folder, 3 - labels.board.test.trial)
