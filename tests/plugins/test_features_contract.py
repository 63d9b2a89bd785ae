"""What the built-in extractors promise beyond the suite that every extractor is held to (see test_suites.py)."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import ops

from sinesweep import registry
from sinesweep.errors import Infeasible
from sinesweep.testing.points import edges

# torch and Keras 3.15
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

NAMES = [
    "chroma_stft",
    "log_mel",
    "mel",
    "mfcc",
    "pcen",
    "spectral_contrast",
    "spectral_shape",
    "stack",
    "stft",
    "tonnetz",
    "waveform",
]


@pytest.fixture(params=NAMES)
def plugin(request):
    return registry.load("features", request.param)


def clips(samples):
    """Silence, an impulse, and full-scale noise."""
    impulse = np.zeros(samples)
    impulse[samples // 2] = 1
    noise = np.random.default_rng(0).uniform(-1, 1, samples)
    return np.stack([0 * impulse, impulse, noise]).astype("float32")


def feasible(instance, rate_hz, samples):
    try:
        instance.check(rate_hz, samples)
    except Infeasible:
        return False
    return True


def test_the_defaults_work_from_8_to_48_khz(plugin):
    for rate_hz in (8000, 11025, 16000, 22050, 32000, 44100, 48000):
        plugin().check(rate_hz, rate_hz // 4)


def test_only_what_is_said_to_be_trainable_has_weights(plugin):
    for point in edges(plugin()):
        if feasible(point, 22050, 4410):
            layer = point.layer(22050)
            layer(clips(4410))
            assert bool(layer.weights) == getattr(point, "trainable", False), point


def test_a_model_may_leave_the_length_open(plugin):
    wave = keras.Input((None,), dtype="float32")
    model = keras.Model(wave, plugin().layer(8000)(wave))
    fixed = plugin().layer(8000)
    for samples in (3000, 4001):
        features = model.predict(clips(samples), verbose=0)
        np.testing.assert_allclose(features, ops.convert_to_numpy(fixed(clips(samples))), rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("name", ["log_mel", "mfcc", "spectral_contrast", "pcen"])
def test_long_clips_that_are_taken_one_by_one_are_as_all_taken_at_once(name, tmp_path):
    waves = clips(40_000)
    layer = registry.load("features", name)().layer(16000)
    at_once = ops.convert_to_numpy(layer.at_once(waves))
    entry = keras.Input(waves.shape[1:])
    keras.Model(entry, layer(entry)).save(tmp_path / "long.keras")
    for front in (layer, keras.saving.load_model(tmp_path / "long.keras")):
        np.testing.assert_allclose(ops.convert_to_numpy(front(waves)), at_once, rtol=1e-4, atol=1e-3)


def test_half_precision_policies_leave_the_front_end_alone(plugin):
    sound = clips(4000) * 1e-4
    expected = ops.convert_to_numpy(plugin().layer(8000)(sound))
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        wave = keras.Input((4000,), dtype="float32")
        features = keras.Model(wave, plugin().layer(8000)(wave)).predict(sound, verbose=0)
    finally:
        keras.config.set_dtype_policy(before)
    assert features.dtype == np.float32
    np.testing.assert_allclose(features, expected, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("settings", [{}, {"compression": "ln"}, {"compression": "log1p"}])
def test_gradients_flow_through_log_mel(settings):
    slope = gradient(registry.load("features", "log_mel")(**settings))
    assert slope[0].any()
    assert np.isfinite(slope).all()


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("mfcc", {"deltas": 2}),
        ("mel", {"power": 1}),
        ("mel", {}),
        ("stft", {}),
        ("pcen", {}),
        ("chroma_stft", {}),
        ("spectral_contrast", {}),
        ("spectral_shape", {}),
        ("tonnetz", {}),
        ("stack", {}),
    ],
)
def test_gradients_are_finite_even_in_silence(name, settings):
    slope = gradient(registry.load("features", name)(**settings))
    assert slope[0].any()
    assert np.isfinite(slope).all()


def gradient(instance):
    """How the sum of the features of noise and of silence changes with every sample; `(2, 4000)`."""
    sound = np.stack([np.random.default_rng(0).normal(0, 0.1, 4000), np.zeros(4000)]).astype("float32")
    layer = instance.layer(8000)
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        waves = tf.constant(sound)
        with tf.GradientTape() as tape:
            tape.watch(waves)
            total = ops.sum(layer(waves))
        return tape.gradient(total, waves).numpy()
    if keras.backend.backend() == "jax":
        import jax

        return np.asarray(jax.jit(jax.grad(lambda waves: ops.sum(layer(waves))))(sound))
    waves = ops.convert_to_tensor(sound).requires_grad_()
    ops.sum(layer(waves)).backward()
    return waves.grad.cpu().numpy()


@pytest.mark.parametrize(
    ("name", "settings", "rate_hz", "samples", "reason"),
    [
        (
            "log_mel",
            {"window_ms": 32.0, "n_mels": 180},
            8000,
            8000,
            "of 180 mel filters are empty at 8000 Hz with n_fft 256",
        ),
        ("mel", {"fmax_hz": 8001.0}, 16000, 16000, "fmax_hz 8001 is over half the sample rate, 8000 Hz"),
        ("mel", {"fmin_hz": 4000.0}, 8000, 8000, "fmin_hz 4000 is not below fmax_hz 4000"),
        ("mfcc", {"n_mfcc": 40, "n_mels": 32}, 16000, 16000, "n_mfcc 40 is greater than n_mels 32"),
        ("stft", {"window_ms": 16.0, "hop_ms": 20.0}, 16000, 16000, "hop_ms 20 is longer than window_ms 16"),
        ("stft", {}, 8000, 100, "gives 2 frames with hop_ms 10; at least 3 are needed"),
        ("stft", {"window_ms": 16.0}, 60, 6000, "less than two samples at 60 Hz"),
    ],
)
def test_settings_that_cannot_work_are_refused_with_a_reason(name, settings, rate_hz, samples, reason):
    with pytest.raises(Infeasible, match=reason):
        registry.load("features", name)(**settings).check(rate_hz, samples)


def test_the_largest_bank_without_an_empty_filter_is_where_it_was_measured():
    log_mel = registry.load("features", "log_mel")
    for rate_hz, window_ms, scale, most in [
        (8000, 32.0, "slaney", 148),
        (8000, 32.0, "htk", 86),
        (44100, 23.0, "htk", 114),
    ]:
        assert feasible(log_mel(window_ms=window_ms, mel_scale=scale, n_mels=most), rate_hz, rate_hz)
        assert not feasible(log_mel(window_ms=window_ms, mel_scale=scale, n_mels=most + 4), rate_hz, rate_hz)


def test_settings_and_checks_need_no_keras():
    script = (
        "import sys; from sinesweep import registry\n"
        f"for name in {NAMES}:\n"
        "    plugin = registry.load('features', name)()\n"
        "    plugin.check(16000, 16000); plugin.shape(16000, 16000)\n"
        "print([m for m in ('keras', 'tensorflow', 'jax', 'torch', 'scipy', 'librosa') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
