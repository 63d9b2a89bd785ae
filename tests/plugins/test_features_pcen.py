"""PCEN against librosa 0.11, within 1e-3, on whatever backend Keras runs; and what its trainable form promises."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from dataclasses import replace

import keras
import librosa
import numpy as np
import pytest
from keras import ops

from sinesweep_plugins.features.layers.smoothing import share_of_the_new, smooth
from sinesweep_plugins.features.pcen import PCEN

pytestmark = [
    # torch and Keras 3.15
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:n_fft=.* is too large:UserWarning"),
]

OTHERS = {"gain": 0.8, "bias": 10.0, "power": 0.25}


@pytest.mark.parametrize("constants", [{}, OTHERS])
@pytest.mark.parametrize("time_constant_ms", [60.0, 400.0])
def test_pcen_is_librosas(case, constants, time_constant_ms):
    plugin = PCEN(**case.mel_bank(), **constants, time_constant_ms=time_constant_ms)
    clips, waves = case.extract(plugin)
    for clip, wave in zip(clips, waves, strict=True):
        expected = librosa.pcen(
            case.mel(wave, power=1) * 2**31,
            sr=case.rate_hz,
            hop_length=case.hop,
            time_constant=time_constant_ms / 1000,
            **constants,
        )
        np.testing.assert_allclose(clip.T, expected, rtol=0, atol=1e-3)


@pytest.mark.parametrize("frames", [1, 2, 63, 64, 65, 128, 129, 700])
@pytest.mark.parametrize("share", [0.9, 0.1, 0.001])
def test_the_running_mean_is_the_recurrence_that_it_stands_for(frames, share):
    bands = np.random.default_rng(0).uniform(0, 5, (2, frames, 3)).astype("float32")
    mean, expected = np.full((2, 3), 7.0), []
    for frame in range(frames):
        mean = (1 - share) * mean + share * bands[:, frame]
        expected.append(mean)
    found = ops.convert_to_numpy(smooth(bands, share, start=7.0))
    np.testing.assert_allclose(found, np.stack(expected, axis=1), rtol=1e-5)


def test_the_time_constant_is_librosas():
    """librosa tells its share of the new frame only by what it does with an impulse."""
    impulse = np.zeros((1, 4))
    impulse[0, 0] = 1e6
    for time_constant in (0.2, 3.0, 40.0):
        _, after = librosa.pcen(
            impulse, sr=1, hop_length=1, time_constant=time_constant, return_zf=True, zi=np.zeros((1, 1))
        )
        share = share_of_the_new(time_constant)
        assert after[0, 0] == pytest.approx(1e6 * share * (1 - share) ** 4, rel=1e-6)


def test_a_trainable_one_begins_as_the_other_and_has_weights_for_each_band(cases):
    case = cases["16k_speech_band"]
    plugin = PCEN(**case.mel_bank(), **OTHERS)
    fixed, waves = case.extract(plugin)
    layer = replace(plugin, trainable=True).layer(case.rate_hz)
    np.testing.assert_allclose(ops.convert_to_numpy(layer(waves)), fixed, rtol=1e-5, atol=1e-5)
    assert [tuple(weight.shape) for weight in layer.trainable_weights] == [(40,)] * 3


@pytest.fixture
def learnt():
    """A model of waveforms `(batch, 4000)` at 8 kHz with a trainable PCEN, after two steps of training."""
    keras.utils.set_random_seed(0)
    wave = keras.Input((4000,), dtype="float32")
    front = PCEN(n_mels=16, trainable=True).layer(8000)
    model = keras.Model(wave, keras.layers.Dense(1)(keras.layers.GlobalAveragePooling1D()(front(wave))))
    before = [ops.convert_to_numpy(weight) for weight in front.trainable_weights]
    sound = np.random.default_rng(0).normal(0, 0.1, (8, 4000)).astype("float32")
    sound[:4] *= np.linspace(0, 1, 4000, dtype="float32")
    sound[7] = 0  # silence must not spoil the step
    model.compile(keras.optimizers.Adam(0.01), "mse")
    model.fit(sound, np.arange(8) % 2, epochs=2, verbose=0)
    return model, front, before, sound


def test_training_moves_gain_bias_and_power_of_every_band(learnt):
    _, front, before, _ = learnt
    after = [ops.convert_to_numpy(weight) for weight in front.trainable_weights]
    assert all(np.isfinite(values).all() for values in after)
    assert all((values != old).all() for values, old in zip(after, before, strict=True))


def test_a_saved_model_keeps_what_it_has_learnt(learnt, tmp_path):
    model, _, _, sound = learnt
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.predict(sound, verbose=0), model.predict(sound, verbose=0))
