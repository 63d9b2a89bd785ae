"""Several extractors side by side, as bins or as channels, and derivatives behind any of them."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import librosa
import numpy as np
import pytest
from keras import ops

from sinesweep import registry
from sinesweep.errors import Infeasible
from sinesweep.picks import random_pick
from sinesweep.settings import make
from sinesweep.space import SearchSpace
from sinesweep_plugins.features.log_mel import LogMel
from sinesweep_plugins.features.stack import PARTS, Stack

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

NONE = dict.fromkeys(PARTS, False)
SOUND = np.random.default_rng(0).normal(0, 0.1, (2, 16000)).astype("float32")


def features(plugin, rate_hz=16000):
    return ops.convert_to_numpy(plugin.layer(rate_hz)(SOUND))


@pytest.mark.parametrize("names", [("log_mel",), ("mfcc", "tonnetz"), tuple(PARTS)])
def test_a_stack_is_its_parts_one_behind_another(names):
    shared = {"window_ms": 64.0, "hop_ms": 16.0}
    stack = Stack(**NONE | dict.fromkeys(names, True), **shared, n_mels=32)
    mel = {"n_mels": 32}
    parts = [
        registry.load("features", name)(**shared, **(mel if name in ("log_mel", "pcen", "mfcc") else {}))
        for name in names
    ]
    expected = np.concatenate([features(part) for part in parts], axis=-1)
    np.testing.assert_allclose(features(stack), expected, rtol=1e-5, atol=1e-5)
    assert stack.shape(16000, 16000) == expected.shape[1:]


def test_a_part_has_the_settings_of_the_stack_where_they_share_a_name():
    on = dict.fromkeys(("mfcc", "chroma_stft", "spectral_contrast"), True)
    stack = Stack(**on, hop_ms=20.0, window="hamming", n_mfcc=13, n_octaves=3, fmin_hz=50.0, deltas=1)
    log_mel, pcen, mfcc, chroma, contrast = stack.parts()
    assert {part.hop_ms for part in stack.parts()} == {20.0}
    assert {part.window for part in stack.parts()} == {"hamming"}
    assert (log_mel.fmin_hz, pcen.fmin_hz, mfcc.n_mfcc, contrast.n_octaves) == (50.0, 50.0, 13, 3)
    assert chroma == registry.load("features", "chroma_stft")(window_ms=46.0, hop_ms=20.0, window="hamming")
    assert all(part.deltas == 0 for part in stack.parts())


def test_every_switch_is_an_installed_extractor():
    assert all(registry.load("features", name) is part for name, part in PARTS.items())


@pytest.mark.parametrize(
    ("stack", "reason"),
    [
        (Stack(**NONE), "the stack is empty; switch on some of log_mel, pcen, mfcc, chroma_stft"),
        (Stack(mfcc=True, n_mels=8), "n_mfcc 20 is greater than n_mels 8"),
        (Stack(spectral_contrast=True, n_octaves=6), "n_octaves 6 octaves begins at 6400 Hz"),
    ],
)
def test_a_stack_is_refused_where_one_of_its_parts_is(stack, reason):
    with pytest.raises(Infeasible, match=reason):
        stack.check(8000, 8000)


def test_the_channels_of_a_stack_are_its_parts():
    shared = {"window_ms": 64.0, "hop_ms": 16.0, "n_mels": 32}
    stack = Stack(join="channels", **shared)
    parts = [features(registry.load("features", name)(**shared)) for name in ("log_mel", "pcen")]
    np.testing.assert_allclose(features(stack), np.stack(parts, axis=-1), rtol=1e-5, atol=1e-5)
    assert stack.shape(16000, 16000) == (63, 32, 2)


def test_mel_bands_of_one_number_are_channels_through_windows_of_several_lengths():
    stack = Stack(join="channels", pcen=False, window_ms=25.0, resolutions=3)
    parts = [features(LogMel(window_ms=length)) for length in (25.0, 50.0, 100.0)]
    np.testing.assert_allclose(features(stack), np.stack(parts, axis=-1), rtol=1e-5, atol=1e-5)
    assert stack.shape(16000, 16000) == (101, 64, 3)


def test_log_mel_and_its_derivatives_are_three_channels():
    values = features(LogMel(window_ms=46.0))
    derivatives = [librosa.feature.delta(values, axis=1, order=order) for order in (1, 2)]
    stack = Stack(join="channels", pcen=False, deltas=2)
    np.testing.assert_allclose(features(stack), np.stack([values, *derivatives], axis=-1), rtol=1e-4, atol=1e-3)
    assert stack.shape(16000, 16000) == (101, 64, 3)


@pytest.mark.parametrize(
    ("stack", "reason"),
    [
        (
            Stack(join="channels", pcen=False, chroma_stft=True),
            "needs parts with the same number of bins, but log_mel has 64, chroma_stft has 12; switch off",
        ),
        (
            Stack(join="channels", fft_size="window", window_ms=25.0, resolutions=2),
            "with fft_size window the 2 resolutions have 100 and 101 frames at 22040 Hz; take fft_size power_of_two",
        ),
    ],
)
def test_parts_that_do_not_fit_beside_one_another_are_refused(stack, reason):
    with pytest.raises(Infeasible, match=reason):
        stack.check(22040, 22000)


def test_as_many_coefficients_as_bands_are_a_channel_too():
    stack = Stack(join="channels", pcen=False, mfcc=True, n_mfcc=32, n_mels=32)
    stack.check(16000, 16000)
    assert features(stack).shape[1:] == stack.shape(16000, 16000) == (101, 32, 2)


def test_a_search_over_channels_proposes_nothing_that_cannot_stand_side_by_side():
    """Parts whose bins are no mel bands count with `join: bins` alone."""
    asked = {"features": {"stack": {"join": "channels", "log_mel": True}}, "augmentations": {}}
    block, pick = SearchSpace.of(asked, {}).choices["features"]["stack"], random_pick(np.random.default_rng(0))
    found = [make(Stack, block.suggest(pick), "stack") for _ in range(50)]
    for stack in found:
        stack.check(16000, 16000)
    assert {stack.shape(16000, 16000)[2] for stack in found} > {1, 2, 3, 4, 6}


@pytest.mark.parametrize("join", ["bins", "channels"])
def test_a_saved_stack_gives_the_same_features(join, tmp_path):
    wave = keras.Input((16000,), dtype="float32")
    stack = Stack(join=join, deltas=2, **dict.fromkeys(PARTS, True) if join == "bins" else {"resolutions": 2})
    model = keras.Model(wave, stack.layer(16000)(wave))
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.predict(SOUND, verbose=0), model.predict(SOUND, verbose=0))


@pytest.mark.parametrize("name", ["log_mel", "pcen", "chroma_stft", "spectral_shape", "stack"])
def test_derivatives_stand_behind_the_values(name):
    plain, both = (registry.load("features", name)(hop_ms=16.0, deltas=orders) for orders in (0, 2))
    values = features(plain)
    derivatives = [librosa.feature.delta(values, axis=1, order=order) for order in (1, 2)]
    expected = np.concatenate([values, *derivatives], axis=-1)
    np.testing.assert_allclose(features(both), expected, rtol=1e-4, atol=1e-3)
    assert both.shape(16000, 16000) == expected.shape[1:]
