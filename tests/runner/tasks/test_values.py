"""Whole sweeps that measure values of vectors."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from ruamel.yaml import YAML

from sinesweep.dataset import Task
from sinesweep.errors import DatasetError
from sinesweep.record import Record
from sinesweep.sweep import Sweep
from sinesweep.sweepfile import check_document
from sinesweep.trial import TRAIN_LOSS, VALID_LOSS
from sinesweep_runner import Artifact, predict, run
from sinesweep_runner.model.written import as_json, as_text
from sinesweep_runner.outcome import trial_text
from sinesweep_runner.sweepfolder import SweepFolder

# Keras 3.15 turns TensorFlow's variables into arrays in a way that NumPy 2 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword")


def rows_of(table):
    return list(csv.DictReader(table.read_text().splitlines()))


@pytest.fixture(scope="module")
def values(sweep, tmp_path_factory):
    return sweep("values", tmp_path_factory.mktemp("sweeps") / "values")


def test_values_are_measured_in_their_own_unit(values, tables, report, sealed):
    board = values.board
    assert board.metric.name == "root_mean_squared_error"
    assert board.best.score < 12
    assert board.rows[0].score <= board.rows[1].score
    assert board.baseline.score < 12
    assert "description" not in board.baseline.config["baseline"], "a vector is not described"
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


def test_both_losses_of_an_epoch_are_in_one_unit_whatever_that_of_the_values_is(values):
    place = SweepFolder(values.folder)
    sweep = place.begun()
    [fold] = Record.of(sweep, place.storage(sweep)).results()[0].folds
    variances = [epoch["mean_squared_error"] / epoch[VALID_LOSS] for epoch in fold.history]
    assert variances == pytest.approx([variances[0]] * len(variances), rel=1e-3)
    assert 700 < variances[0] < 1600, "that of the values, about 30² + 15² + 3²"
    assert max(fold.history[-1][TRAIN_LOSS], fold.history[-1][VALID_LOSS]) < 1, "who knows nothing has 1"


def test_values_that_are_all_the_same_are_refused(document, write_table, numbers, tmp_path):
    flat = write_table(tmp_path / "flat.csv", "bpm", ["3"] * len(numbers))
    data = {"path": str(flat), "task": "regression", "label_column": "bpm"}
    with pytest.raises(DatasetError, match=r"has one value only, 3\.0"):
        run(check_document(document(data)), tmp_path / "sweep")


def test_a_sweep_from_python_leaves_open_what_its_data_settle(document, tables, tmp_path):
    data = {"path": str(tables["values"]), "task": "regression", "label_column": "bpm"}
    sweep = Sweep.model_validate(document(data, budget={"trials": 1}, fit={"epochs": 2}))
    outcome = run(sweep, tmp_path / "sweep", finalize=False)
    assert outcome.board.header.task is Task.REGRESSION
    kept = YAML(typ="safe", pure=True).load(tmp_path / "sweep" / "sweep.yaml")
    assert kept["search"]["objective"] == "root_mean_squared_error"
    assert kept["baseline"] == {"ridge": None}


def test_a_trials_worst_values_are_listed_with_how_far_off_they_are(values, tables, sealed):
    truths = {row["filename"]: float(row["bpm"]) for row in rows_of(tables["values"])}
    lines = trial_text(values.folder, values.board.test.trial, mistakes=True).splitlines()
    assert f"what it told of {len(sealed(values))} clips of the test part:" in lines
    worst = next(line for line in lines if "off by" in line)
    clip, _, truth = worst.strip().partition(", told")[0].partition(": ")
    assert float(truth) == pytest.approx(truths[clip], rel=1e-3)
