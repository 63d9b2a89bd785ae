"""Sweeps side by side: compared where they were judged on the same clips, and told apart where they were not."""

from __future__ import annotations

import csv
import io
import json
import shutil

import numpy as np
import pytest

from sinesweep import predictions
from sinesweep.sweepfile import check_document
from sinesweep_runner import run


@pytest.fixture(scope="module")
def sweeps(tones, tmp_path_factory):
    """`wide` and `narrow` on one split, `other` on another."""
    place = tmp_path_factory.mktemp("sweeps")

    def make(name, units, seed):
        document = {
            "name": name,
            "data": {"reader": "folder", "path": str(tones), "group": r"(\w+/rec\d+)"},
            "split": {"test": 0.2, "valid": 0.25},
            "features": {"log_mel": {"n_mels": 24, "window_ms": 32.0, "hop_ms": 32.0}},
            "architectures": {"mlp": {"layers": 1, "units": units}},
            "fit": {"epochs": 1, "batch_size": 16},
            "search": {"seed": seed},
            "budget": {"trials": 1},
            "workers": {"count": 1},
        }
        return run(check_document(document), place / name, finalize=False).folder

    return {"wide": make("wide", 64, 0), "narrow": make("narrow", 16, 0), "other": make("other", 16, 1)}


def test_what_differs_stands_side_by_side_and_what_is_the_same_is_left_out(sweeps, sinesweep):
    said = sinesweep("compare", sweeps["wide"], sweeps["narrow"], "--format", "csv")
    rows = {row[0]: row[1:] for row in csv.reader(io.StringIO(said.out))}
    assert rows[""] == [str(sweeps["wide"]), str(sweeps["narrow"])]
    assert rows["architectures.mlp.units"] == ["64", "16"]
    assert "fit.epochs" not in rows


def test_a_winner_that_chance_cannot_explain_beats_the_other(sweeps, tmp_path, sinesweep):
    """One sweep whose winner is always right, one whose winner never is, on the same clips."""
    copies = [shutil.copytree(sweeps[name], tmp_path / name) for name in ("wide", "narrow")]
    for copy, right in zip(copies, (True, False), strict=True):
        known = predictions.load(copy / "predictions" / "00001.npz")
        hot = np.eye(known.probabilities.shape[1])[known.targets if right else (known.targets + 1) % 3]
        predictions.save(copy / "predictions" / "00001.npz", known.clips, known.targets, hot)
    told = json.loads(sinesweep("compare", *copies, "--format", "json").out)
    (gap,) = told["gaps"]
    assert gap["name"] == str(copies[1])
    assert gap["p_value"] == pytest.approx(2 / 2 ** len(known.clips))  # McNemar's test of clips that only one has right
    assert gap["distinguishable"]
    assert told["apart"] == {}


def test_equal_sweeps_cannot_be_told_apart(sweeps, tmp_path, sinesweep):
    copy = shutil.copytree(sweeps["wide"], tmp_path / "again")
    said = sinesweep("compare", sweeps["wide"], copy)
    assert f"cannot tell the best of {sweeps['wide']} from that of {copy}: both read the same" in " ".join(
        said.out.split()
    )


def test_sweeps_that_were_judged_on_other_clips_are_not_compared(sweeps, sinesweep):
    said = sinesweep("compare", sweeps["wide"], sweeps["other"], "--format", "markdown")
    assert "cannot be compared: it was judged on other clips" in said.out
    assert "beats" not in said.out


@pytest.mark.parametrize("twice", [False, True])
def test_one_sweep_is_not_compared_with_itself(sweeps, sinesweep, twice):
    said = sinesweep("compare", *[sweeps["wide"]] * (1 + twice))
    assert said.code == 2
    assert ("named twice" if twice else "two sweeps or more, got 1") in said.err


def test_a_sweep_without_a_score_says_so(sweeps, tmp_path, sinesweep):
    copy = shutil.copytree(sweeps["wide"], tmp_path / "lost")
    shutil.rmtree(copy / "predictions")
    said = sinesweep("compare", sweeps["narrow"], copy)
    assert (said.code, f"the predictions of {copy} are not there any more" in " ".join(said.out.split())) == (0, True)
