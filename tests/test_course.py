"""The course's lab in `examples/course/`: every experiment runs, and reaches what it is expected to reach."""

from __future__ import annotations

import csv
import runpy
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sinesweep.sweepfile import read_sweep
from sinesweep_runner import Artifact, board_of, predict, run

COURSE = Path(__file__).resolve().parent.parent / "examples" / "course"
SMALLER = {
    "line.yaml": ["fit.epochs=8", "budget.trials=1", "fit.learning_rate=0.01"],
    "gaussians.yaml": ["fit.epochs=3", "budget.trials=1", "fit.learning_rate=0.01"],
}
"""What makes the made-up data quicker to learn; the promises stay."""


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """A copy of the folder with its tables, in which sinesweep is started."""
    folder = tmp_path / "course"
    shutil.copytree(COURSE, folder)
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(folder)
    return folder


@pytest.fixture(scope="module")
def animals(tmp_path_factory):
    """A folder laid out as ESC-50: ten classes × five folds, each a hum of its own pitch, 0.25 s long."""
    root = tmp_path_factory.mktemp("ESC-50")
    (root / "meta").mkdir()
    (root / "audio").mkdir()
    rng, seconds = np.random.default_rng(0), np.arange(5512) / 22050
    rows = []
    for target in range(10):
        for fold in range(1, 6):
            name = f"{fold}-{100 * target + fold}-A-{target}.wav"
            wave = 0.3 * np.sin(2 * np.pi * 200 * (target + 1) * seconds) + 0.01 * rng.standard_normal(len(seconds))
            soundfile.write(root / "audio" / name, wave, 22050)
            rows.append((name, fold, target, f"animal {target}", "False", 100 * target + fold, "A"))
    with (root / "meta" / "esc50.csv").open("w", encoding="utf-8", newline="") as stream:
        head = ("filename", "fold", "target", "category", "esc10", "src_file", "take")
        csv.writer(stream).writerows([head, *rows])
    return root


def experiment(lab, name, *overrides):
    """The outcome of a sweep file in one worker."""
    sweep = read_sweep(lab / name, ["workers.count=1", "baseline=null", *overrides])
    return run(sweep, lab / "sweeps" / Path(name).stem)


def make_data(lab, capsys):
    """What make_data.py says, and the functions in it."""
    tools = runpy.run_path(str(lab / "make_data.py"))
    tools["main"](lab)
    return capsys.readouterr().out, tools


def test_a_line_through_noise_is_found_as_well_as_the_noise_allows(lab, capsys):
    said, tools = make_data(lab, capsys)
    assert f"a mean squared error below {tools['least_error']():.3f}" in said
    ended = experiment(lab, "line.yaml", *SMALLER["line.yaml"])
    assert tools["least_error"]() == pytest.approx(0.04)
    assert ended.board.test.score <= 0.045


def test_two_gaussians_are_told_apart_almost_as_well_as_anyone_could(lab, capsys):
    said, tools = make_data(lab, capsys)
    assert "an accuracy above 0.760" in said
    ended = experiment(lab, "gaussians.yaml", *SMALLER["gaussians.yaml"])
    assert 0.74 <= ended.board.test.score < tools["bayes_accuracy"]() + 0.02


def test_the_tables_are_the_same_every_time(lab, capsys):
    make_data(lab, capsys)
    before = (lab / "line.csv").read_bytes(), (lab / "gaussians.csv").read_bytes()
    make_data(lab, capsys)
    assert before == ((lab / "line.csv").read_bytes(), (lab / "gaussians.csv").read_bytes())


@pytest.mark.parametrize(("name", "parameters"), [("mlp.yaml", 442_826), ("cnn.yaml", 666_426)])
def test_the_labs_networks_have_the_labs_parameters(lab, animals, name, parameters):
    ended = experiment(lab, name, f"data.path={animals}", "fit.epochs=1", "budget.trials=1")
    assert [row.parameters for row in ended.board.rows] == [parameters]
    assert ended.board.test.clips == 10


def test_the_labs_kerastuner_code_is_searched_as_it_stands(lab, animals):
    ended = experiment(lab, "tuned_cnn.yaml", f"data.path={animals}", "fit.epochs=1", "budget.trials=1")
    (row,) = board_of(ended.folder).rows
    searched = {key: value for key, value in row.config["architecture"].items() if key.startswith("hp.")}
    assert searched.keys() >= {"hp.blocks", "hp.kernel", "hp.head", "hp.units", "hp.dropout"}
    assert searched["hp.dropout"] in (0.0, 0.3, 0.5)
    best = Artifact.load(ended.folder / "best", trust=True)
    answers = predict(best, [animals / "audio"])
    assert len(list(answers)) == 50
