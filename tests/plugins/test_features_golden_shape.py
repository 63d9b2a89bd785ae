"""Spectral contrast and the six numbers of a spectrum's shape against librosa 0.11, on whatever backend Keras runs.

From the same spectrogram they are the same within 1e-4 dB and 1e-4. Keras transforms in float32: a bin that is more
than 120 dB below its frame's loudest is rounding, and so are the valleys of a pure tone's octaves. In noise contrast is
the same within 1e-2 dB from the waveform on; the six numbers are so within 1e-4 in all sounds.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import librosa
import numpy as np
import pytest
from keras import ops

from sinesweep.errors import Infeasible
from sinesweep_plugins.features.octaves import octaves
from sinesweep_plugins.features.spectral_contrast import SpectralContrast
from sinesweep_plugins.features.spectral_shape import SpectralShape

pytestmark = [
    # torch and Keras 3.15
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:n_fft=.* is too large:UserWarning"),
]

NOISE_IMPULSE_SILENCE = [0, 3, 5]


def frequencies(case):
    return librosa.fft_frequencies(sr=case.rate_hz, n_fft=case.n_fft)


def spectrograms(plugin, case, waves):
    """Our magnitudes `(clips, bins, frames)`."""
    return ops.convert_to_numpy(plugin.spectrogram(case.rate_hz, power=1)(waves)).swapaxes(1, 2)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({}, {"n_bands": 5}),
        (
            {"n_octaves": 3, "octaves_from_hz": 150.0, "quantile": 0.2},
            {"n_bands": 3, "fmin": 150.0, "quantile": 0.2},
        ),
    ],
)
def test_contrast_is_librosas(case, ours, theirs):
    plugin = SpectralContrast(**case.framing(), **ours)
    clips, waves = case.extract(plugin)

    def contrast(magnitudes):
        return librosa.feature.spectral_contrast(S=magnitudes, sr=case.rate_hz, freq=frequencies(case), **theirs)

    for clip, magnitudes in zip(clips, spectrograms(plugin, case, waves), strict=True):
        np.testing.assert_allclose(clip.T, contrast(magnitudes), rtol=0, atol=1e-4)
    for clip, wave in zip(clips[NOISE_IMPULSE_SILENCE], waves[NOISE_IMPULSE_SILENCE], strict=True):
        np.testing.assert_allclose(clip.T, contrast(np.abs(case.stft(wave))), rtol=0, atol=1e-2)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (
            {"n_octaves": 6},
            "the highest of n_octaves 6 octaves begins at 6400 Hz, over half the sample rate of 8000 Hz",
        ),
        ({"octaves_from_hz": 20.0}, "no bin of the spectrum lies between 0 and 20 Hz; they are 31.25 Hz apart"),
        (
            {"window_ms": 4.125, "hop_ms": 4.0, "fft_size": "window", "octaves_from_hz": 1950.0, "n_octaves": 2},
            "no bin of the spectrum lies between 3900 and 7800 Hz",
        ),
    ],
)
def test_octaves_without_bins_are_refused_with_a_reason(settings, reason):
    with pytest.raises(Infeasible, match=reason):
        SpectralContrast(**settings).check(8000, 8000)


@pytest.mark.filterwarnings("error:Mean of empty slice:RuntimeWarning")
def test_octaves_are_refused_exactly_where_librosa_fails():
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(200):
        rate_hz, n_fft = int(rng.choice([8000, 16000, 44100])), int(rng.integers(32, 1200))
        count, fmin_hz = int(rng.integers(2, 9)), float(rng.uniform(20, 600))
        spectrum = rng.uniform(1, 2, (n_fft // 2 + 1, 1))
        bins_hz = librosa.fft_frequencies(sr=rate_hz, n_fft=n_fft)
        try:
            librosa.feature.spectral_contrast(S=spectrum, sr=rate_hz, freq=bins_hz, fmin=fmin_hz, n_bands=count)
            works = True
        except (librosa.ParameterError, IndexError, RuntimeWarning):
            works = False
        try:
            found = len(octaves(rate_hz, n_fft, count, fmin_hz, 0.02)) == count + 1
        except Infeasible:
            found = False
        assert found == works, (rate_hz, n_fft, count, fmin_hz)
        seen.add(works)
    assert seen == {False, True}


def librosa_shape(case, plugin, magnitudes, wave, roll_off):
    """librosa's six numbers of each frame `(frames, 6)`, its frequencies as shares of half the rate."""
    framing, frames = plugin.framing(case.rate_hz), magnitudes.shape[1]
    lead, behind = framing.lead, case.window + case.n_fft
    spectrum = {"S": magnitudes, "freq": frequencies(case)}
    windows = {"frame_length": case.window, "hop_length": case.hop, "center": False}
    held = np.pad(wave, (lead, behind), mode="edge")
    padded = np.pad(wave, (lead, behind))
    numbers = [
        librosa.feature.spectral_centroid(**spectrum) * 2 / case.rate_hz,
        librosa.feature.spectral_bandwidth(**spectrum) * 2 / case.rate_hz,
        librosa.feature.spectral_rolloff(**spectrum, roll_percent=roll_off) * 2 / case.rate_hz,
        librosa.feature.spectral_flatness(S=magnitudes),
        librosa.feature.zero_crossing_rate(held, **windows)[:, :frames],
        librosa.feature.rms(y=padded, **windows)[:, :frames],
    ]
    return np.concatenate(numbers).T


@pytest.mark.parametrize("roll_off", [0.85, 0.5])
def test_the_shape_is_librosas(case, roll_off):
    plugin = SpectralShape(**case.framing(), roll_off=roll_off)
    clips, waves = case.extract(plugin)
    for clip, wave in zip(clips, waves, strict=True):
        expected = librosa_shape(case, plugin, np.abs(case.stft(wave)), wave, roll_off)
        assert np.abs(clip - expected)[:, 2].max() < 2.01 / case.n_fft  # one bin
        assert np.mean(np.abs(clip - expected)[:, 2] < 1e-5) > 0.99
        others = [0, 1, 3, 4, 5]
        np.testing.assert_allclose(clip[:, others], expected[:, others], rtol=0, atol=1e-4)


def test_the_zero_crossings_and_the_rms_of_a_whole_clip_are_librosas(cases):
    """With an even window frames lie where librosa puts them."""
    case = cases["22k_librosa_defaults"]
    clips, waves = case.extract(SpectralShape(**case.framing()))
    for clip, wave in zip(clips, waves, strict=True):
        frames = {"frame_length": case.window, "hop_length": case.hop}
        crossings = librosa.feature.zero_crossing_rate(wave, **frames)[0]
        np.testing.assert_allclose(clip[:, 4], crossings, rtol=0, atol=1e-6)
        np.testing.assert_allclose(clip[:, 5], librosa.feature.rms(y=wave, **frames)[0], rtol=0, atol=1e-6)


def test_silence_has_no_shape(cases):
    clips, _ = cases["16k_speech"].extract(SpectralShape(**cases["16k_speech"].framing()))
    np.testing.assert_array_equal(clips[-1][:, [0, 1, 2, 4, 5]], 0)
    np.testing.assert_allclose(clips[-1][:, 3], 1, rtol=1e-5)
