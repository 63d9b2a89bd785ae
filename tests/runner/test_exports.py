"""Exports: what is kept answers as the winner does, by its own runtime, in a process of its own."""

from __future__ import annotations

import json
import shutil
from importlib.util import find_spec

import numpy as np
import pytest

from sinesweep.errors import ArtifactError, ExportError
from sinesweep.exports import read_exports
from sinesweep.trial import Trial
from sinesweep_runner.export import exporting, formats
from sinesweep_runner.export.exported import Exported
from sinesweep_runner.export.exporting import TOLERANCE, export
from sinesweep_runner.export.formats import Format
from sinesweep_runner.model.artifact import Artifact
from sinesweep_runner.model.winner import refit

SPLIT = {"split": {"fingerprint": "abc", "how": "Split by group: 12 recordings train, 12 validate."}}
ODD = {"name": "log_mel", "n_mels": 20, "fft_size": "window"}
"""Its Fourier transform has 100 points: no power of two."""


@pytest.fixture(scope="module")
def make_winner(make_config, make_material, tmp_path_factory):
    """Trains one on tones, with these features; tests only read it."""

    def make(features):
        folder = tmp_path_factory.mktemp("winner") / "best"
        refit(Trial(0, make_config(features=features), 1), make_material(), range(24), 2, folder, SPLIT)
        return folder

    return make


@pytest.fixture(scope="module")
def winner(make_winner):
    return make_winner(ODD)


@pytest.fixture(scope="module")
def exported(winner, tmp_path_factory):
    """The winner in ONNX, and what was measured of it. Tests that spoil it take a copy."""
    folder = tmp_path_factory.mktemp("exported") / "onnx"
    return folder, export(winner, Format.ONNX, out=folder, trust=True)


@pytest.fixture
def waves():
    return np.random.default_rng(3).normal(0, 0.1, (3, 2000)).astype("float32")


@pytest.mark.parametrize("target", Format)
def test_an_export_answers_as_the_winner_does(winner, waves, tmp_path, target):
    made = export(winner, target, out=tmp_path / "there", trust=True)
    expected = Artifact.load(winner, trust=True).answer(waves)
    assert Exported.load(tmp_path / "there").answer(waves) == pytest.approx(expected, abs=TOLERANCE)
    assert made.difference <= made.tolerance == TOLERANCE
    assert "made-up sounds" in made.compared
    assert made.scores == {}


def test_what_was_measured_of_an_export_stands_beside_the_winner(winner, exported):
    folder, made = exported
    assert made in read_exports(winner)
    assert made.size_bytes == (folder / "model.onnx").stat().st_size
    assert made.latency_ms > 0
    assert made.peak_bytes > made.runtime_bytes > 0
    assert made.runtime.startswith("onnxruntime ")


def test_an_export_says_what_it_takes_and_gives(exported):
    facts = json.loads((exported[0] / "export.json").read_text(encoding="utf-8"))
    assert facts["classes"] == ["low", "high"]
    assert facts["length"]["rate_hz"] == 4000
    assert facts["length"]["samples"] == 2000
    assert len(facts["sha256"]) == 64


def test_predict_takes_an_export(sinesweep, exported, tones):
    said = sinesweep("predict", exported[0], tones / "hum" / "rec1_take1.wav", "--format", "json")
    assert said.code == 0
    assert json.loads(said.out)[0]["label"] in ("low", "high")


@pytest.mark.parametrize("spoilt", ["model.onnx", "export.json"])
def test_an_export_that_was_changed_is_refused(exported, tmp_path, spoilt):
    folder = shutil.copytree(exported[0], tmp_path / "copy")
    text = (folder / spoilt).read_bytes()
    (folder / spoilt).write_bytes(text.replace(b"4000", b"8000") if spoilt == "export.json" else text[:-10])
    with pytest.raises(ArtifactError, match="cut off or changed"):
        Exported.load(folder)


def test_a_folder_that_holds_no_export_is_refused(winner, tmp_path):
    with pytest.raises(ArtifactError, match="sinesweep export"):
        Exported.load(winner)
    (tmp_path / "mine").mkdir()
    with pytest.raises(ExportError, match="holds no export"):
        export(winner, Format.ONNX, out=tmp_path / "mine", trust=True)


def test_an_export_that_answers_otherwise_is_not_kept(make_winner):
    best = make_winner({"name": "export_plugins:Lying"})
    with pytest.raises(ExportError, match="answers otherwise than the model"):
        export(best, Format.LITERT, trust=True)
    assert sorted(file.name for file in best.rglob("*") if file.is_file()) == ["README.md", "model.json", "model.keras"]


@pytest.mark.parametrize("target", [Format.LITERT, Format.ONNX])
def test_what_does_not_run_is_never_kept(winner, monkeypatch, tmp_path, target):
    best = shutil.copytree(winner, tmp_path / "best")
    before = sorted(best.rglob("*"))
    monkeypatch.setattr(exporting, "convert", lambda model, target, file: file.write_bytes(b"rubbish" * 1000))
    with pytest.raises(ExportError, match="the exported file does not run: "):
        export(best, target, trust=True)
    assert sorted(best.rglob("*")) == before


def test_an_export_that_fails_leaves_an_earlier_one_in_its_place(winner, exported, monkeypatch, tmp_path):
    folder = shutil.copytree(exported[0], tmp_path / "mine" / "onnx")
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    monkeypatch.setattr(exporting, "convert", lambda model, target, file: file.write_bytes(b"rubbish"))
    with pytest.raises(ExportError, match="does not run"):
        export(winner, Format.ONNX, out=folder, trust=True)
    assert {file: file.read_bytes() for file in folder.parent.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize("target", [Format.LITERT, Format.ONNX])
def test_an_operation_that_a_runtime_lacks_is_named(make_winner, target):
    best = make_winner({"name": "export_plugins:Stranger"})
    with pytest.raises(ExportError, match=f"cannot be exported to {target}.*Erfinv"):
        export(best, target, trust=True)
    assert read_exports(best) == ()


def test_features_that_are_computed_on_the_host_cannot_be_exported(make_winner):
    best = make_winner({"name": "export_plugins:Outside"})
    with pytest.raises(ExportError, match=r"computed on the host.*sinesweep predict.*log_mel"):
        export(best, Format.ONNX, trust=True)


def test_int8_needs_training_clips(winner):
    with pytest.raises(ExportError, match="--int8 needs training clips"):
        export(winner, Format.ONNX, int8=True, trust=True)


def test_a_saved_model_has_no_int8(sinesweep, winner):
    said = sinesweep("export", winner, "--format", "saved_model", "--int8")
    assert said.code == 2
    assert "no int8" in said.err


def test_a_package_that_is_missing_is_named(winner, monkeypatch):
    monkeypatch.setattr(formats, "find_spec", lambda name: None if name == "tf2onnx" else find_spec(name))
    with pytest.raises(ExportError, match=r"needs tf2onnx.*pip install 'sinesweep\[export\]'"):
        export(winner, Format.ONNX)
