"""The saved model: it answers as the trained one did, and refuses what is not whole."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import shutil
import sys
import zipfile
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from sinesweep.dataset import Clip
from sinesweep.errors import ArtifactError
from sinesweep.lengths import Length
from sinesweep.metrics import measure
from sinesweep.trial import FoldScore, Trial
from sinesweep_runner.model.artifact import Artifact
from sinesweep_runner.model.facts import write_facts
from sinesweep_runner.model.prediction import predict
from sinesweep_runner.model.saving import record_scores
from sinesweep_runner.model.winner import epochs_for, open_test, refit
from sinesweep_runner.model.written import as_csv, as_json, as_text
from sinesweep_runner.training.inputs import Inputs
from sinesweep_runner.training.learner import Learner
from sinesweep_runner.training.stopwatch import Stopwatch

# Keras 3.15 turns TensorFlow's variables into arrays in a way that NumPy 2 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword")

SPLIT = {"split": {"fingerprint": "abc", "how": "Split by group: 12 recordings train, 12 validate."}, "scores": {}}


@pytest.fixture(scope="session")
def sounds(tmp_path_factory):
    """Twelve WAVs of 0.5 s at 4 kHz in two folders, and their clips."""
    folder, rng, time = tmp_path_factory.mktemp("sounds"), np.random.default_rng(5), np.arange(2000) / 4000
    clips = []
    for number in range(12):
        label, pitch_hz = (("low", 300), ("high", 900))[number % 2]
        (folder / label).mkdir(exist_ok=True)
        wave = 0.2 * np.sin(2 * np.pi * pitch_hz * time) + 0.1 * rng.standard_normal(2000)
        file = folder / label / f"take {number}.wav"
        soundfile.write(file, wave, 4000, subtype="FLOAT")
        clips.append(Clip(str(file), label))
    return SimpleNamespace(folder=folder, clips=clips)


@pytest.fixture(scope="module")
def trained(make_config, make_material, tmp_path_factory):
    """A model that was trained on tones, saved. Tests take a copy."""
    folder = tmp_path_factory.mktemp("trained") / "best"
    refit(Trial(0, make_config(), 1), make_material(), range(24), 4, folder, SPLIT)
    return folder


@pytest.fixture
def best(trained, tmp_path):
    """The trained model, to be spoilt."""
    return shutil.copytree(trained, tmp_path / "best")


@pytest.mark.parametrize("normalisation", ["per_bin", "per_clip", "none"])
def test_a_saved_model_answers_as_the_trained_one_did(make_config, make_material, tmp_path, normalisation):
    features = {"name": "log_mel", "n_mels": 20, "normalisation": normalisation}
    trial, material = Trial(0, make_config(features=features), 1), make_material()
    learner = Learner(Inputs(trial.config, material, range(48), Stopwatch()), range(24), trial.seed)
    for epoch in range(1, 5):
        learner.train_epoch(epoch)
    refit(trial, material, range(24), 4, tmp_path / "best", SPLIT)
    waves = np.stack([np.load(material.waveforms[clip]) for clip in range(24, 48)])
    assert Artifact.load(tmp_path / "best", trust=True).answer(waves) == pytest.approx(
        learner.answer(range(24, 48)), abs=1e-4
    )


def test_a_model_describes_itself(best):
    facts = json.loads((best / "model.json").read_text(encoding="utf-8"))
    assert facts["format"] == 1
    assert facts["classes"] == ["low", "high"]
    assert facts["length"] == {"policy": "pad", "rate_hz": 4000, "samples": 2000, "hop": 0}
    assert facts["normalisation"] == "per_bin"
    assert facts["split"]["fingerprint"] == "abc"
    assert facts["configuration"]["features"]["n_mels"] == 20
    assert facts["plugins"]["features"]["target"] == "sinesweep_plugins.features.log_mel:LogMel"
    assert facts["plugins"]["features"]["distribution"].startswith("sinesweep ")
    page = (best / "README.md").read_text(encoding="utf-8")
    assert "low, high" in page
    assert "sinesweep predict" in page
    assert SPLIT["split"]["how"] in page


def test_a_model_is_made_of_the_plugins_that_it_was_saved_with_whoever_has_their_names_since(best, sounds, claim):
    before = predict(Artifact.load(best, trust=True), [sounds.folder])
    claim({"features": ["log_mel"]})
    assert predict(Artifact.load(best, trust=True), [sounds.folder]) == before


def test_the_test_score_is_that_of_predict(best, sounds):
    score = open_test(best, sounds.clips, [clip.path for clip in sounds.clips], "accuracy")
    predictions = {each.path: each for each in predict(Artifact.load(best, trust=True), [sounds.folder])}
    said = np.array([list(predictions[clip.path].probabilities.values()) for clip in sounds.clips])
    assert said == pytest.approx(score.probabilities, abs=1e-6)
    assert measure(score.targets, said)["accuracy"] == score.metrics["accuracy"] > 0.9
    facts = json.loads((best / "model.json").read_text(encoding="utf-8"))
    assert facts["scores"]["test"]["metrics"]["accuracy"] == score.metrics["accuracy"]
    assert "| test | accuracy |" in (best / "README.md").read_text(encoding="utf-8")


def test_windows_of_a_long_file_are_averaged(make_config, make_material, tmp_path):
    material = make_material(Length("windows", 4000, 2000, 1000))
    refit(Trial(0, make_config(fit={"epochs": 1}), 1), material, range(24), 1, tmp_path / "best", SPLIT)
    artifact = Artifact.load(tmp_path / "best", trust=True)
    wave = np.random.default_rng(0).uniform(-0.5, 0.5, 5000).astype(np.float32)
    soundfile.write(tmp_path / "long.wav", wave, 4000, subtype="FLOAT")
    windows = np.stack([wave[start : start + 2000] for start in (0, 1000, 2000, 3000)])
    (prediction,) = predict(artifact, [tmp_path / "long.wav"])
    assert list(prediction.probabilities.values()) == pytest.approx(artifact.answer(windows).mean(axis=0), abs=1e-5)


def test_a_bad_file_does_not_end_the_others(best, sounds, tmp_path):
    text, empty = tmp_path / "notes.wav", tmp_path / "empty.wav"
    text.write_text("this is no sound")
    empty.touch()
    good = sounds.clips[0].path
    predictions = predict(Artifact.load(best, trust=True), [text, good, empty, tmp_path / "none.wav"])
    assert [each.failed for each in predictions] == [True, False, True, True]
    assert "text" in predictions[0].error
    assert predictions[1].label == "low"
    assert "no such file" in predictions[3].error


def test_what_was_done_to_a_sound_is_said(best, tmp_path):
    def note(name, wave, rate_hz):
        soundfile.write(tmp_path / name, wave, rate_hz)
        return predict(Artifact.load(best, trust=True), [tmp_path / name])[0].note

    tone = 0.3 * np.sin(np.arange(1000))
    assert note("exact.wav", np.resize(tone, 2000), 4000) == ""
    assert "nothing above 1000 Hz is in it" in note("dull.wav", tone, 2000)
    assert note("bright.wav", np.resize(tone, 4000), 8000) == "resampled from 8000 Hz to 4000 Hz"
    assert "2 channels mixed down" in note("stereo.wav", np.stack([np.resize(tone, 2000)] * 2, axis=1), 4000)
    assert "filled up with silence" in note("short.wav", tone, 4000)
    assert "only its beginning was heard, 0.5 s of 1 s" in note("long.wav", np.resize(tone, 4000), 4000)


def test_predictions_come_as_text_csv_and_json(best, sounds, tmp_path):
    predictions = predict(Artifact.load(best, trust=True), [sounds.clips[1].path, tmp_path / "none.wav"])
    text = as_text(predictions).splitlines()
    assert "high" in text[0]
    assert "error: there is no such file" in text[1]
    rows = list(csv.DictReader(io.StringIO(as_csv(predictions))))
    assert rows[0]["label"] == "high"
    assert float(rows[0]["p(high)"]) == pytest.approx(predictions[0].probability, abs=1e-6)
    assert rows[1]["error"]
    assert [each["path"] for each in json.loads(as_json(predictions))] == [each.path for each in predictions]


def test_a_folder_without_sound_gets_its_reason_and_the_others_an_answer(best, sounds, tmp_path):
    (tmp_path / "nothing").mkdir()
    named = [sounds.clips[0].path, tmp_path / "nothing", tmp_path / "none.wav"]
    good, empty, missing = predict(Artifact.load(best, trust=True), named)
    assert good.label == "low"
    assert empty.error.startswith("no sound file in this folder; expected names that end in .wav, .flac")
    assert missing.error == "there is no such file"


def _forge(change):
    """Changes what a model says of itself as a forger would, who knows how it is sealed."""

    def spoil(folder):
        facts = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        change(facts)
        write_facts(folder, facts)

    return spoil


def _edit(change):
    """Changes it as somebody would with an editor."""

    def spoil(folder):
        facts = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        change(facts)
        (folder / "model.json").write_text(json.dumps(facts), encoding="utf-8")

    return spoil


def _forge_network(change):
    """Changes the layers that `model.keras` names, and seals it anew."""

    def spoil(folder):
        with zipfile.ZipFile(folder / "model.keras") as archive:
            inside = {name: archive.read(name) for name in archive.namelist()}
        network = json.loads(inside["config.json"])
        change(network["config"]["layers"][1])
        with zipfile.ZipFile(folder / "model.keras", "w") as archive:
            for name, content in (inside | {"config.json": json.dumps(network)}).items():
                archive.writestr(name, content)
        _forge(lambda facts: None)(folder)

    return spoil


LAMBDA = {"class_name": "__lambda__", "config": {"code": "4wAAAA==", "defaults": None, "closure": None}}


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_edit(lambda facts: facts.update(classes=["high", "low"])), "not what was written"),
        (_edit(lambda facts: facts["length"].update(rate_hz=8000)), "not what was written"),
        (_edit(lambda facts: facts.update(thresholds=[0.1, 0.9])), "not what was written"),
        (_edit(lambda facts: facts["scores"].update(test={"metrics": {"accuracy": 1.0}})), "not what was written"),
        (_edit(lambda facts: facts.pop("seal")), "not what was written"),
        (_edit(lambda facts: [facts.pop("seal"), facts.pop("sha256")]), "models of an older Sinesweep. Train it anew"),
        (lambda f: (f / "model.json").write_bytes((f / "model.json").read_bytes()[:-90]), "cannot read it"),
        (lambda f: (f / "model.keras").write_bytes((f / "model.keras").read_bytes()[:-100]), "cut off or changed"),
        (lambda f: (f / "model.keras").unlink(), "model.keras missing"),
        (lambda f: (f / "model.json").write_text("{"), "cannot read it"),
        (_forge(lambda facts: facts.update(format=2)), "newer Sinesweep"),
        (_forge(lambda facts: facts["configuration"]["features"].update(name="log_male")), "cannot be made here"),
    ],
)
def test_a_model_that_is_not_whole_is_refused(best, spoil, message):
    spoil(best)
    with pytest.raises(ArtifactError, match=message):
        Artifact.load(best, trust=True)


def test_a_missing_plugin_is_told_with_what_to_install(best):
    def strange(facts):
        facts["configuration"]["features"]["name"] = "ear"
        facts["plugins"]["features"] = {"name": "ear", "target": "parts:Ear", "distribution": "sound-parts 1.2"}

    _forge(strange)(best)
    with pytest.raises(ArtifactError, match=r"'ear' from sound-parts 1.2(.|\n)*pip install 'sound-parts==1.2'"):
        Artifact.load(best, trust=True)


def test_only_classes_of_its_plugins_are_made_and_nothing_is_run(best, tmp_path, monkeypatch):
    (tmp_path / "harm.py").write_text("from keras.layers import Layer as Harm\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    _forge_network(lambda layer: layer.update(module="harm", class_name="Harm", registered_name="harm>Harm"))(best)
    with pytest.raises(ArtifactError, match="cannot read it"):
        Artifact.load(best, trust=True)
    assert "harm" not in sys.modules


def test_code_inside_a_model_is_refused(best):
    def lambda_layer(layer):
        config = {"name": layer["config"]["name"], "function": LAMBDA, "arguments": {}}
        layer.update(module="keras.layers", class_name="Lambda", registered_name=None, config=config)

    _forge_network(lambda_layer)(best)
    with pytest.raises(ArtifactError, match=r"[Ll]ambda"):
        Artifact.load(best, trust=True)


def test_a_model_does_not_choose_what_is_imported_unless_it_is_trusted(best):
    _forge(lambda facts: facts["configuration"]["features"].update(name="somebodys_module:Features"))(best)
    with pytest.raises(ArtifactError, match=r"needs somebodys_module:Features.*--trust"):
        Artifact.load(best)
    with pytest.raises(ArtifactError, match="cannot be imported"):
        Artifact.load(best, trust=True)


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(ArtifactError, match="there is none"):
        Artifact.load(tmp_path / "best", trust=True)


def test_a_full_disk_leaves_nothing_half_written(make_config, make_material, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("sinesweep_runner.model.facts.sha256_of", full)
    folder = tmp_path / "sweep" / "best"
    with pytest.raises(ArtifactError, match="no space left on the disk"):
        refit(Trial(0, make_config(), 1), make_material(), range(24), 1, folder, SPLIT)
    assert list(folder.parent.iterdir()) == []


def test_a_new_model_replaces_the_old_one(best, make_config, make_material):
    record_scores(best, "test", {"metrics": {"accuracy": 0.5}, "clips": 2})
    refit(Trial(0, make_config(), 2), make_material(), range(24), 1, best, SPLIT)
    assert json.loads((best / "model.json").read_text(encoding="utf-8"))["scores"] == {}
    assert Artifact.load(best, trust=True).classes == ("low", "high")


def test_the_last_training_takes_the_median_of_the_folds_epochs():
    assert epochs_for([FoldScore({}, (), epochs) for epochs in (3, 30, 8)]) == 8
