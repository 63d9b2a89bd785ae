"""Features that are computed on the host: once for every clip, kept whole, and the same in the saved model."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys

import numpy as np
import pytest

from sinesweep import predictions
from sinesweep.contract import HostExtractor
from sinesweep.dataset import Task
from sinesweep.errors import Infeasible, SweepError
from sinesweep.lengths import Length
from sinesweep.sweepfile import read_sweep
from sinesweep.trial import Cause, State, Trial
from sinesweep_runner import backend
from sinesweep_runner.cache import entries as cache_entries
from sinesweep_runner.checking import check_sweep
from sinesweep_runner.model.artifact import Artifact
from sinesweep_runner.model.prediction import predict
from sinesweep_runner.model.winner import refit
from sinesweep_runner.sweeping import run as run_sweep
from sinesweep_runner.training.drybuild import dry_build
from sinesweep_runner.training.inputs import Inputs
from sinesweep_runner.training.learner import Learner
from sinesweep_runner.training.normalisation import Statistics
from sinesweep_runner.training.stopwatch import Stopwatch
from sinesweep_runner.training.train import train

# Keras 3.15 turns TensorFlow's variables into arrays in a way that NumPy 2 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword")

BANDS = "engine_plugins:OctaveBands"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """The folder of this test's own cache of features."""
    monkeypatch.setenv("SINESWEEP_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "features"


@pytest.fixture
def extracted():
    """The lengths of the waveforms that are extracted from now on."""
    found = importlib.import_module("engine_plugins").EXTRACTED
    found.clear()
    return found


@pytest.fixture
def config(make_config):
    def make(**sections):
        features = {"name": BANDS, **sections.pop("features", {})}
        return make_config(features=features, **{"fit": {"epochs": 2}, **sections})

    return make


def run(config, material, keep_going=lambda report: True):
    return train(Trial(1, config, 3), material, keep_going)


def entries(cache):
    return sorted((cache / "entries").iterdir())


def test_a_network_learns_from_host_features(config, make_material):
    result = run(config(fit={"epochs": 8}), make_material())
    assert result.failure is None
    assert result.value > 0.9
    assert result.phases["features"] > 0


def test_a_second_trial_computes_nothing(config, make_material, extracted, cache):
    material = make_material()
    first = run(config(), material)
    assert len(extracted) == 48
    again = run(config(), material)
    assert again.metrics == first.metrics
    assert run(config(features={"normalisation": "per_clip"}, fit={"epochs": 1}), material).state is State.COMPLETE
    assert len(extracted) == 48
    assert len(entries(cache)) == 48


@pytest.mark.parametrize("change", ["setting", "length", "tool", "code"])
def test_what_would_change_a_feature_is_another_entry(config, make_material, extracted, monkeypatch, change):
    settings, material, length = {}, make_material(folds=1), None
    run(config(fit={"epochs": 1}), material)
    if change == "setting":
        settings = {"hop_ms": 25.0}
    elif change == "length":
        length = Length("loop", 4000, 2000)
    elif change == "tool":
        monkeypatch.setattr("sinesweep_runner.training.hostfeatures.version", lambda tool: "99.0")
    else:
        monkeypatch.setattr("sinesweep.identity._code", lambda module: "def extract(): …")
    run(config(features=settings, fit={"epochs": 1}), make_material(length, folds=1))
    assert len(extracted) == 96


def test_an_entry_that_was_cut_off_is_made_again(config, make_material, extracted, cache):
    material = make_material(folds=1)
    first = run(config(), material)
    spoilt = entries(cache)[5]
    whole = spoilt.read_bytes()
    spoilt.write_bytes(whole[:-8])
    assert run(config(), material).metrics == first.metrics
    assert len(extracted) == 49
    assert spoilt.read_bytes() == whole


def test_what_was_computed_before_an_end_is_kept(config, make_material, extracted, cache, monkeypatch):
    """Ctrl-C, a full disk, a worker that dies: what is whole is used, and nothing half-written lies among it."""
    material, save = make_material(folds=1), cache_entries.save

    def ending(path, values):
        if len(extracted) >= 10:
            path.write_bytes(b"\x93NUMPY half")
            raise KeyboardInterrupt
        save(path, values)

    monkeypatch.setattr(cache_entries, "save", ending)
    monkeypatch.setattr(backend, "_threads", 1)
    with pytest.raises(KeyboardInterrupt):
        run(config(), material)
    monkeypatch.setattr(cache_entries, "save", save)
    extracted.clear()
    assert run(config(), material).state is State.COMPLETE
    assert len(extracted) == 48 - 9
    assert list((cache / "halves").iterdir()) == []


def test_the_cache_holds_no_more_than_its_limit(config, make_material, extracted, cache, monkeypatch):
    """What was least recently used makes room."""
    material = make_material(folds=1)
    run(config(fit={"epochs": 1}), material)
    size = sum(file.stat().st_size for file in entries(cache))
    monkeypatch.setenv("SINESWEEP_FEATURES_GB", str(2.5 * size / 1e9))
    run(config(features={"hop_ms": 25.0}, fit={"epochs": 1}), material)
    assert sum(file.stat().st_size for file in entries(cache)) <= 2.5 * size
    extracted.clear()
    run(config(features={"hop_ms": 25.0}, fit={"epochs": 1}), material)
    assert extracted == []
    run(config(fit={"epochs": 1}), material)
    assert 0 < len(extracted) <= 48


def test_features_that_the_cache_may_not_hold_are_kept_in_memory(config, make_material, extracted, cache, monkeypatch):
    material = make_material()
    kept = run(config(), material)
    extracted.clear()
    monkeypatch.setenv("SINESWEEP_FEATURES_GB", "1e-6")
    monkeypatch.setenv("SINESWEEP_CACHE", str(cache / "elsewhere"))
    assert run(config(), material).metrics == kept.metrics
    assert len(extracted) == 48
    monkeypatch.setattr("sinesweep_runner.training.inputs.MEMORY_BYTES", 0)
    neither = run(config(), material)
    assert neither.state is State.INFEASIBLE
    assert "SINESWEEP_FEATURES_GB" in neither.failure.message


def test_features_that_do_not_fit_into_memory_are_read_as_they_are_needed(
    config, make_material, extracted, cache, monkeypatch
):
    """The numbers stay the same, even where another sweep evicts an entry meanwhile."""
    material = make_material(folds=1)
    kept = run(config(), material)
    monkeypatch.setattr("sinesweep_runner.training.inputs.MEMORY_BYTES", 0)

    def evicting(report):
        entries(cache)[0].unlink()
        return True

    streamed = run(config(), material, evicting)
    assert streamed.failure is None
    assert streamed.metrics["loss"] == pytest.approx(kept.metrics["loss"], rel=1e-5)
    assert len(extracted) > 48


def test_every_window_of_a_clip_has_features_of_its_own(config, make_material):
    material = make_material(Length("windows", 4000, 2000, 1000), seconds=1.3, clips=24, folds=1)
    inputs = Inputs(config(), material, [3, 1, 20], Stopwatch())
    rows = np.arange(len(inputs.windows))
    waves, found = inputs.windows[rows], inputs.train_source()[rows]
    extractor = inputs.parts.features
    assert len(rows) == 3 * 5
    np.testing.assert_array_equal(found, np.stack([extractor.extract(w, 4000) for w in waves]).astype("float32"))


@pytest.mark.parametrize("name", ["gain", "noise", "time_shift"])
def test_a_waveform_augmentation_is_refused(config, name):
    with pytest.raises(Infeasible, match=rf"augmentation '{name}' changes waveforms, but features '{BANDS}' are"):
        dry_build(config(augmentations=[{"name": name}]), Length("pad", 4000, 2000), Task.CLASSIFICATION, 2)


def test_augmentations_of_features_and_batches_work(config, make_material):
    augmentations = [{"name": "time_mask"}, {"name": "mixup"}]
    result = run(config(augmentations=augmentations, fit={"epochs": 10}), make_material(folds=1))
    assert result.failure is None
    assert result.value > 0.8


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("raise", "failed in extract: ValueError: deaf"),
        ("shape", r"failed in extract: it gives (9, 5), shape() says (10, 5)"),
        ("nan", "failed in extract: it gives values that are NaN or infinite"),
    ],
)
def test_an_extractor_that_fails_is_named(config, make_material, fault, message):
    result = run(config(features={"fault": fault}), make_material(folds=1))
    assert (result.state, result.failure.cause) == (State.FAILED, Cause.PLUGIN)
    assert result.failure.message == f"features '{BANDS}' {message}"


def test_a_saved_model_answers_as_the_trained_one_did(config, make_material, tmp_path):
    trial, material = Trial(0, config(), 1), make_material()
    learner = Learner(Inputs(trial.config, material, range(48), Stopwatch()), range(24), trial.seed)
    for epoch in (1, 2):
        learner.train_epoch(epoch)
    refit(trial, material, range(24), 2, tmp_path / "best", {})
    artifact = Artifact.load(tmp_path / "best", trust=True)
    waves = np.stack([np.load(material.waveforms[clip]) for clip in range(24, 48)])
    assert artifact.answer(waves) == pytest.approx(learner.answer(range(24, 48)), abs=1e-5)
    assert artifact.model.input_shape == (None, 10, 5)
    assert isinstance(artifact.host, HostExtractor)


def test_a_model_says_that_it_takes_features(config, make_material, tmp_path):
    refit(Trial(0, config(), 1), make_material(), range(24), 1, tmp_path / "best", {})
    facts = json.loads((tmp_path / "best" / "model.json").read_text(encoding="utf-8"))
    assert facts["takes"] == "features"
    assert facts["versions"]["numpy"] == np.__version__
    assert f"takes the features that `{BANDS}` computes" in (tmp_path / "best" / "README.md").read_text("utf-8")


def test_numbers_of_many_units_are_each_measured_by_themselves():
    """A roll-off in hertz does not drown a chroma; a number that never moves does not become loud."""
    rng = np.random.default_rng(0)
    hertz, chroma, still = rng.normal(3000, 900, 200), rng.normal(0.3, 0.02, 200), np.full(200, 120.0)
    statistics = Statistics.of([np.stack([hertz, chroma, still], axis=-1)[:, None]], mixed_units=True)
    assert statistics.variance[:2] == pytest.approx([hertz.var(), chroma.var()], rel=1e-4)
    assert abs(60 - statistics.mean[2]) / np.sqrt(statistics.variance[2]) < 100


@pytest.fixture(scope="module")
def summary_sweep():
    """Sections of a sweep with `summary` and `mlp`."""
    return {
        "features": {"summary": {"window_ms": 93.0}},
        "architectures": {"mlp": {"layers": 1, "units": 32}},
        "fit": {"epochs": 12, "batch_size": 16, "learning_rate": 0.01},
        "budget": {"trials": 2},
    }


def test_a_sweep_with_summary_ends_in_a_model_that_predicts_with_the_same_scores(
    write_sweep, summary_sweep, tmp_path, cache
):
    outcome = run_sweep(read_sweep(write_sweep(**summary_sweep)), tmp_path / "sweep")
    assert outcome.board.best.score > 0.9
    assert len(entries(cache)) == 60  # the sealed clips are heard by the saved model alone
    split = json.loads((tmp_path / "sweep" / "split.json").read_text(encoding="utf-8"))
    sealed = predictions.load(tmp_path / "sweep" / "predictions" / "test.npz")
    paths = [split["clips"][clip]["path"] for clip in sealed.clips]
    said = predict(Artifact.load(tmp_path / "sweep" / "best"), paths)
    assert [list(each.probabilities.values()) for each in said] == pytest.approx(sealed.probabilities, abs=1e-6)
    assert outcome.board.test.score > 0.9


def test_a_limit_that_is_no_number_is_told_before_work_starts(write_sweep, tmp_path, monkeypatch):
    monkeypatch.setenv("SINESWEEP_FEATURES_GB", "much")
    file = write_sweep(features=["mfcc"])
    for work in (check_sweep, lambda file: run_sweep(read_sweep(file), tmp_path / "sweep")):
        with pytest.raises(SweepError, match="SINESWEEP_FEATURES_GB: expected a number of gigabytes such as 50, got"):
            work(file)
    assert not (tmp_path / "sweep").exists()


def test_checking_such_a_sweep_imports_no_librosa(write_sweep, summary_sweep):
    command = [sys.executable, "-X", "importtime", "-m", "sinesweep_runner", "check", write_sweep(**summary_sweep)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "Space:" in done.stdout
    assert "librosa" not in done.stderr
