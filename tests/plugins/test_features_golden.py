"""The spectral extractors against librosa 0.11, on whatever backend Keras runs.

librosa transforms in float64. In float64 ours are the same within 1e-3 dB and 1e-4 relative everywhere: one formula.
A sweep computes in float32, whose rounding lies about 150 dB below a frame's loudest frequency. So there, values are
the same within 1e-3 dB down to 60 dB below the clip's loudest, and within 1e-2 dB down to the floor at 80. In recorded
sound, which has noise at all frequencies, mel bands stay within 1e-3 dB everywhere in float32, too.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from dataclasses import replace

import librosa
import numpy as np
import pytest
import soundfile
from keras import ops

from sinesweep_plugins.features.filterbanks import MelBank, cosine_transform, derivative_taps, hz_to_mel, mel_to_hz
from sinesweep_plugins.features.filterbanks import window as window_samples
from sinesweep_plugins.features.log_mel import LogMel
from sinesweep_plugins.features.mel import Mel
from sinesweep_plugins.features.mfcc import MFCC
from sinesweep_plugins.features.stft import STFT

pytestmark = [
    # torch and Keras 3.15
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:n_fft=.* is too large:UserWarning"),
    pytest.mark.filterwarnings("ignore:Empty filters detected:UserWarning"),
]


def assert_same_decibels(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-3)


def assert_close_decibels(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-2)
    loud = theirs > theirs.max() - 60
    np.testing.assert_allclose(ours[loud], theirs[loud], rtol=0, atol=1e-3)


precisions = pytest.mark.parametrize(
    ("dtype", "same"), [("float64", assert_same_decibels), ("float32", assert_close_decibels)]
)


@precisions
def test_stft_is_librosas_within_a_thousandth_of_a_decibel(case, dtype, same):
    ours, waves = case.extract(STFT(**case.framing()), dtype)
    for clip, wave in zip(ours, waves, strict=True):
        same(clip.T, librosa.power_to_db(np.abs(case.stft(wave)) ** 2))


@precisions
def test_log_mel_is_librosas_within_a_thousandth_of_a_decibel(case, dtype, same):
    ours, waves = case.extract(LogMel(**case.mel_bank()), dtype)
    for clip, wave in zip(ours, waves, strict=True):
        same(clip.T, librosa.power_to_db(case.mel(wave)))


# Below a millionth of the loudest energy float32 has no four digits left.
@pytest.mark.parametrize(("dtype", "faintest"), [("float64", 0.0), ("float32", 1e-3)])
@pytest.mark.parametrize("power", [1, 2])
def test_mel_is_librosas_within_a_ten_thousandth(case, power, dtype, faintest):
    ours, waves = case.extract(Mel(**case.mel_bank(), power=power), dtype)
    for clip, wave in zip(ours, waves, strict=True):
        expected = case.mel(wave, power)
        np.testing.assert_allclose(clip.T, expected, rtol=1e-4, atol=1e-9 + faintest**power * 1e-4 * expected.max())


@pytest.mark.parametrize(("dtype", "within"), [("float64", 1e-3), ("float32", 5e-3)])
def test_mfcc_and_its_derivatives_are_librosas(case, dtype, within):
    ours, waves = case.extract(MFCC(**case.mel_bank(), n_mfcc=13, deltas=2), dtype)
    frames = ours.shape[1]
    width = min(9, frames - 1 + frames % 2)
    for clip, wave in zip(ours, waves, strict=True):
        mfcc = librosa.feature.mfcc(S=librosa.power_to_db(case.mel(wave)), n_mfcc=13)
        derivatives = [librosa.feature.delta(mfcc, width=width, order=order) for order in (1, 2)]
        np.testing.assert_allclose(clip.T, np.concatenate([mfcc, *derivatives]), rtol=1e-5, atol=within)


@pytest.mark.parametrize("frames", [3, 4, 5, 8, 9, 10])
def test_short_clips_have_derivatives_over_the_largest_odd_number_of_frames(frames, cases):
    test_mfcc_and_its_derivatives_are_librosas(replace(cases["8k_digits"], samples=80 * (frames - 1)), "float64", 1e-3)


def test_the_floor_can_be_lowered_or_left_out(cases):
    case = cases["8k_digits"]
    for top_db, theirs in [(40.0, 40.0), (0.0, None)]:
        ours, waves = case.extract(LogMel(**case.mel_bank(), top_db=top_db))
        for clip, wave in zip(ours[[0, 3, 5]], waves[[0, 3, 5]], strict=True):
            assert_close_decibels(clip.T, librosa.power_to_db(case.mel(wave), top_db=theirs))


@pytest.mark.parametrize("data", ["esc10", "fsdd"])
def test_recorded_sound_is_librosas_within_a_thousandth_of_a_decibel(data, request, cases):
    folder = request.getfixturevalue(data)
    paths = sorted(path for path in folder.rglob("*") if path.suffix in (".ogg", ".wav"))
    for path in paths[:: len(paths) // 5]:
        wave, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
        lengths = {"window": round(0.025 * rate_hz), "hop": round(0.01 * rate_hz), "mels": {"n_mels": 40}}
        case = replace(cases["8k_digits"], rate_hz=rate_hz, n_fft=256 if rate_hz == 8000 else 2048, **lengths)
        plugin = LogMel(n_mels=40)
        ours = ops.convert_to_numpy(plugin.layer(rate_hz)(wave[:, 0][None]))[0]
        expected = librosa.power_to_db(case.mel(wave[:, 0]))
        np.testing.assert_allclose(ours.T, expected, rtol=0, atol=1e-3, err_msg=str(path))


@pytest.mark.parametrize(
    ("kind", "function"), [("ln", lambda x: np.log(x + 1e-6)), ("log1p", lambda x: np.log1p(10 * x))]
)
def test_natural_logarithms_are_those_of_librosas_mel(kind, function, cases):
    case = cases["22k_odd_window"]
    ours, waves = case.extract(LogMel(**case.mel_bank(), compression=kind))
    for clip, wave in zip(ours, waves, strict=True):
        np.testing.assert_allclose(clip.T, function(case.mel(wave)), rtol=0, atol=1e-3)


@pytest.mark.parametrize("name", ["hann", "hamming"])
@pytest.mark.parametrize("length", [1, 2, 255, 256, 999])
def test_windows_are_librosas(name, length):
    np.testing.assert_allclose(window_samples(name, length), librosa.filters.get_window(name, length), atol=1e-7)


@pytest.mark.parametrize("htk", [False, True])
def test_mel_scales_and_filters_are_librosas(htk):
    scale = "htk" if htk else "slaney"
    hz = np.array([0.0, 20.0, 999.9, 1000.0, 1000.1, 8000.0, 22050.0])
    np.testing.assert_allclose(hz_to_mel(hz, scale), librosa.hz_to_mel(hz, htk=htk), rtol=1e-12)
    np.testing.assert_allclose(mel_to_hz(hz_to_mel(hz, scale), scale), hz, rtol=1e-9)
    ours = MelBank(22050, 1000, 70, 30.0, 10000.0, scale).matrix()
    theirs = librosa.filters.mel(sr=22050, n_fft=1000, n_mels=70, fmin=30.0, fmax=10000.0, htk=htk)
    np.testing.assert_allclose(ours.T, theirs, rtol=1e-5, atol=1e-9)


def test_empty_filters_are_counted_as_the_matrix_has_them():
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(300):
        rate_hz, fft_length = int(rng.choice([8000, 16000, 22050, 44100])), int(rng.integers(64, 1500))
        fmin_hz, fmax_hz = rng.uniform(0, 300), rng.uniform(2000, rate_hz / 2)
        scale = str(rng.choice(["htk", "slaney"]))
        bank = MelBank(rate_hz, fft_length, int(rng.integers(8, 257)), fmin_hz, fmax_hz, scale)
        seen.add(bank.empty() > 0)
        assert bank.empty() == np.sum(bank.matrix().max(axis=0) == 0), bank
    assert seen == {False, True}


def test_the_cosine_transform_is_orthonormal():
    matrix = cosine_transform(40, 40)
    np.testing.assert_allclose(matrix.T @ matrix, np.eye(40), atol=1e-6)


@pytest.mark.parametrize("width", [3, 5, 9])
def test_derivative_taps_find_the_slope_and_the_bend_of_a_parabola(width):
    t = np.arange(width) - width // 2
    assert derivative_taps(width, 1) @ (3.0 * t + 1) == pytest.approx(3, abs=1e-5)
    assert derivative_taps(width, 2) @ (2.0 * t**2 - t) == pytest.approx(4, abs=1e-4)
