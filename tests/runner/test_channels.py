"""Features with channels `(frames, bins, channels)`, from the front end to the model that predicts."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sinesweep import predictions
from sinesweep.contract import HostExtractor
from sinesweep.dataset import Task
from sinesweep.errors import Infeasible
from sinesweep.lengths import Length
from sinesweep.settings import make
from sinesweep.sweepfile import read_sweep
from sinesweep.trial import Trial
from sinesweep_runner import Artifact, predict, run
from sinesweep_runner.model.winner import refit
from sinesweep_runner.showing import show
from sinesweep_runner.training.assembly import check
from sinesweep_runner.training.drybuild import dry_build
from sinesweep_runner.training.inputs import Inputs
from sinesweep_runner.training.learner import Learner
from sinesweep_runner.training.normalisation import normaliser
from sinesweep_runner.training.stopwatch import Stopwatch

# Keras 3.15 turns TensorFlow's variables into arrays in a way that NumPy 2 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword")

PICTURE = {"name": "stack", "join": "channels", "n_mels": 32, "window_ms": 64.0, "hop_ms": 32.0}
SECOND = Length("pad", 8000, 8000)


def front(**settings):
    from sinesweep_plugins.features.stack import Stack

    return make(Stack, {"join": "channels", **settings}, "stack")


def test_every_bin_of_every_channel_is_normalised_by_itself():
    features = np.random.default_rng(0).normal([[0, 50], [1, -3]], [[1, 20], [9, 0.1]], (10, 7, 2, 2)).astype("float32")
    layer = normaliser(front(), [features[:4], features[4:]])
    normalised = np.asarray(layer(features))
    assert normalised.mean(axis=(0, 1)) == pytest.approx(np.zeros((2, 2)), abs=1e-4)
    assert normalised.std(axis=(0, 1)) == pytest.approx(np.ones((2, 2)), abs=1e-3)


def test_every_channel_of_every_clip_is_normalised_by_itself():
    features = np.random.default_rng(0).normal([0, 50], [1, 20], (3, 30, 8, 2)).astype("float32")
    normalised = np.asarray(normaliser(front(normalisation="per_clip"), [])(features))
    assert normalised.mean(axis=(1, 2)) == pytest.approx(np.zeros((3, 2)), abs=1e-4)
    assert normalised.std(axis=(1, 2)) == pytest.approx(np.ones((3, 2)), abs=1e-3)


@pytest.mark.parametrize("three", [{"pcen": False, "deltas": 2}, {"pcen": False, "resolutions": 3}])
def test_the_networks_of_courses_on_colour_pictures_are_configurations(make_config, three):
    """Of 32 frames × 32 bands × 3 channels, as of pictures of CIFAR-10: 113,738 parameters, and 56,320 + 66,250.

    The 56,320 are the convolutions of TensorFlow's tutorial, which counts them before it adds dense layers.
    """
    plain = {"norm": "none", "head": "flatten"}
    course = {"name": "cnn", "blocks": 3, "filters": 32, **plain}
    tutorial = {"name": "cnn", "plan": "32x3/2 64x3/2 64x3", "padding": "valid", "dense_units": 64, **plain}
    configs = [make_config(features=PICTURE | three, architecture=network) for network in (course, tutorial)]
    assert check(configs[0], SECOND) == (32, 32, 3)
    parameters = [dry_build(config, SECOND, Task.CLASSIFICATION, 10)["parameters"] for config in configs]
    assert parameters == [113_738, 56_320 + 66_250]


def test_a_network_that_reads_no_channels_makes_the_configuration_infeasible(make_config):
    with pytest.raises(Infeasible, match="TinyNet' cannot be built on features of 32 × 32 × 2"):
        dry_build(make_config(features=PICTURE), SECOND, Task.CLASSIFICATION, 2)


@pytest.mark.parametrize("normalisation", ["per_bin", "per_clip", "none"])
@pytest.mark.parametrize("features", [{**PICTURE, "n_mels": 20}, {"name": "engine_plugins:OctavePictures"}])
def test_a_saved_model_answers_as_the_trained_one_did(make_config, make_material, tmp_path, features, normalisation):
    network = {"name": "cnn", "blocks": 1, "filters": 8}
    features = features | {"normalisation": normalisation}
    config, material = make_config(features=features, architecture=network, fit={"epochs": 2}), make_material()
    trial = Trial(0, config, 1)
    learner = Learner(Inputs(trial.config, material, range(48), Stopwatch()), range(24), trial.seed)
    for epoch in (1, 2):
        learner.train_epoch(epoch)
    refit(trial, material, range(24), 2, tmp_path / "best", {})
    artifact = Artifact.load(tmp_path / "best", trust=True)
    waves = np.stack([np.load(material.waveforms[clip]) for clip in range(24, 48)])
    assert artifact.answer(waves) == pytest.approx(learner.answer(range(24, 48)), abs=1e-4)
    if isinstance(artifact.host, HostExtractor):
        assert artifact.model.input_shape == (None, 10, 5, 2)


def test_a_sweep_over_channels_ends_in_a_model_that_predicts_with_the_same_scores(write_sweep, tmp_path):
    """With every kind of augmentation of features and of batches."""
    stack = {key: value for key, value in PICTURE.items() if key != "name"} | {"log_mel": True, "deltas": [0, 1]}
    changed = ("time_mask", "frequency_mask", "time_translation", "time_warp", "filter_augment", "mixup", "cutmix")
    sweep = write_sweep(
        features={"stack": stack},
        architectures={"cnn": {"blocks": 2, "filters": 16}},
        augmentations={name: {"enabled": True} for name in changed},
        fit={"epochs": 12, "batch_size": 16, "learning_rate": 0.01},
        budget={"trials": 2},
    )
    outcome = run(read_sweep(sweep), tmp_path / "sweep")
    assert not outcome.board.counts.keys() & {"failed", "infeasible"}
    assert outcome.board.best.score > 0.8
    split = json.loads((tmp_path / "sweep" / "split.json").read_text(encoding="utf-8"))
    sealed = predictions.load(tmp_path / "sweep" / "predictions" / "test.npz")
    paths = [Path(split["clips"][clip]["path"]) for clip in sealed.clips]
    said = predict(Artifact.load(tmp_path / "sweep" / "best"), paths)
    assert [list(each.probabilities.values()) for each in said] == pytest.approx(sealed.probabilities, abs=1e-5)


def test_a_front_end_with_channels_shows_all_sides():
    assert "20 × 5 × 2 at 8000 Hz" in show("engine_plugins:OctavePictures")
