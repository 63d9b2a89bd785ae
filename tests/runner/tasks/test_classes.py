"""Whole sweeps that tell classes of vectors apart."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from sinesweep.errors import ArtifactError
from sinesweep.wording import many
from sinesweep_runner import Artifact, predict
from sinesweep_runner.printing import print_outcome

# Keras 3.15 turns TensorFlow's variables into arrays in a way that NumPy 2 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword")


def rows_of(table):
    return list(csv.DictReader(table.read_text().splitlines()))


@pytest.fixture(scope="module")
def classes(sweep, tmp_path_factory):
    return sweep("classes", tmp_path_factory.mktemp("sweeps") / "classes")


def test_vectors_need_no_front_end_and_no_sound(classes, tables, report, sealed):
    assert classes.board.metric.name == "accuracy"
    assert classes.board.best.score > 0.75
    assert classes.board.best.config["features"]["name"] == "vector"
    assert classes.board.test.baseline > 0.6
    assert "3 classes" in report(classes)
    artifact = Artifact.load(classes.folder / "best")
    assert artifact.columns == tuple(f"x{i}" for i in range(6))
    answers = predict(artifact, [tables["classes"]])
    assert [answer.path for answer in answers[:2]] == [f"{tables['classes']}, row {n}" for n in (2, 3)]
    truth = [row["label"] for row in rows_of(tables["classes"])]
    right = [answers[i].label == truth[i] for i in sealed(classes)]
    assert np.mean(right) == pytest.approx(classes.board.test.score)


def test_the_end_of_a_sweep_tells_to_predict_tables(classes, capsys):
    print_outcome(classes)
    assert f"(sinesweep predict {classes.folder / 'best'} TABLE.csv)" in capsys.readouterr().out


def test_a_table_for_a_model_of_vectors_is_read_by_the_names_of_its_columns(classes, tables, tmp_path):
    artifact, rows = Artifact.load(classes.folder / "best"), rows_of(tables["classes"])[:4]
    with (tmp_path / "other.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, [f"x{i}" for i in reversed(range(6))], extrasaction="ignore")
        writer.writeheader()
        writer.writerows([*rows[:3], rows[3] | {"x2": "n/a"}, rows[3] | {"x2": "1e300"}])
    answers = predict(artifact, [tmp_path / "other.csv"])
    assert [a.label for a in answers[:3]] == [a.label for a in predict(artifact, [tables["classes"]])[:3]]
    assert "column 'x2': expected a finite number, got 'n/a'" in answers[3].error
    assert "column 'x2': expected a number within ±1e+18, got '1e300'" in answers[4].error
    (tmp_path / "lacking.csv").write_text("x0,x1\n1,2\n")
    with pytest.raises(ArtifactError, match="4 of the 6 columns"):
        predict(artifact, [tmp_path / "lacking.csv"])
    (tmp_path / "parted.csv").write_text("x0;x1;x2;x3;x4;x5\n1;2;3;4;5;6\n")
    with pytest.raises(ArtifactError, match=r"6 of the 6 columns .* Its columns are parted by ';'; expected commas"):
        predict(artifact, [tmp_path / "parted.csv"])
    with pytest.raises(ArtifactError, match="expected a CSV file"):
        predict(artifact, [tmp_path / "none.csv"])


def test_binary_cross_entropy_tells_two_classes_apart(sweep, tables, tmp_path):
    outcome = sweep("two", tmp_path / "two", losses=["binary_cross_entropy"], budget={"trials": 1})
    assert outcome.board.best.score > 0.8
    probabilities = predict(Artifact.load(outcome.folder / "best"), [tables["two"]])[0].probabilities
    assert sum(probabilities.values()) == pytest.approx(1)


def test_the_baseline_has_the_settings_that_the_sweep_gives_it(sweep, report, tmp_path):
    outcomes = {
        neighbours: sweep(
            "classes",
            tmp_path / str(neighbours),
            baseline={"knn": {"neighbours": neighbours}},
            budget={"trials": 1},
            fit={"epochs": 1},
        )
        for neighbours in (1, 40)
    }
    assert len({outcome.board.baseline.score for outcome in outcomes.values()}) == 2
    assert len({outcome.board.test.baseline for outcome in outcomes.values()}) == 2
    for neighbours, outcome in outcomes.items():
        assert outcome.board.baseline.config["baseline"]["neighbours"] == neighbours
        words = many(neighbours, "neighbour")
        assert report(outcome).count(words) >= 2
