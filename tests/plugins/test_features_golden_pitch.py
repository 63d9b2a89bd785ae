"""Chroma and tonal centroids against librosa 0.11, on whatever backend Keras runs; within 1e-5."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import librosa
import numpy as np
import pytest

from sinesweep_plugins.features.chroma_stft import ChromaSTFT
from sinesweep_plugins.features.pitch import ChromaBank
from sinesweep_plugins.features.tonnetz import Tonnetz

pytestmark = [
    # torch and Keras 3.15
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:n_fft=.* is too large:UserWarning"),
]


def librosa_chroma(case, wave, norm=np.inf, **settings):
    """As `librosa.feature.chroma_stft`, which takes an odd `n_fft` for an even one when it is given a spectrogram."""
    bank = librosa.filters.chroma(sr=case.rate_hz, n_fft=case.n_fft, **settings)
    return librosa.util.normalize(bank @ np.abs(case.stft(wave)) ** 2, norm=norm, axis=0)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({}, {}),
        ({"n_chroma": 24, "scale": "sum", "tuning": 0.3}, {"n_chroma": 24, "norm": 1, "tuning": 0.3}),
    ],
)
def test_chroma_is_librosas(case, ours, theirs):
    clips, waves = case.extract(ChromaSTFT(**case.framing(), **ours))
    for clip, wave in zip(clips, waves, strict=True):
        np.testing.assert_allclose(clip.T, librosa_chroma(case, wave, **theirs), rtol=0, atol=1e-5)


def test_chroma_is_what_librosa_makes_of_the_waveform(cases):
    case = cases["22k_librosa_defaults"]
    clips, waves = case.extract(ChromaSTFT(**case.framing()))
    for clip, wave in zip(clips, waves, strict=True):
        expected = librosa.feature.chroma_stft(
            y=wave, sr=case.rate_hz, n_fft=case.n_fft, hop_length=case.hop, tuning=0.0
        )
        np.testing.assert_allclose(clip.T, expected, rtol=0, atol=1e-5)


def test_energies_of_pitch_classes_may_stay_as_they_are(cases):
    case = cases["22k_hamming"]
    clips, waves = case.extract(ChromaSTFT(**case.framing(), scale="none"))
    for clip, wave in zip(clips, waves, strict=True):
        np.testing.assert_allclose(clip.T, librosa_chroma(case, wave, norm=None), rtol=1e-4, atol=1e-6)


def test_tonal_centroids_are_librosas(case):
    clips, waves = case.extract(Tonnetz(**case.framing()))
    for clip, wave in zip(clips, waves, strict=True):
        expected = librosa.feature.tonnetz(chroma=librosa_chroma(case, wave))
        np.testing.assert_allclose(clip.T, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("n_chroma", [12, 24, 36])
@pytest.mark.parametrize(("rate_hz", "n_fft"), [(8000, 256), (22050, 2048), (22050, 551), (44100, 1000), (16000, 2)])
def test_chroma_filters_are_librosas(rate_hz, n_fft, n_chroma):
    ours = ChromaBank(rate_hz, n_fft, n_chroma, tuning=-0.2).matrix()
    theirs = librosa.filters.chroma(sr=rate_hz, n_fft=n_fft, n_chroma=n_chroma, tuning=-0.2)
    np.testing.assert_allclose(ours.T, theirs, rtol=1e-5, atol=1e-7)
