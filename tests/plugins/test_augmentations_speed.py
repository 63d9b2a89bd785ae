"""What the built-in augmentations of speed and pitch do to sound."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pytest
from keras import ops
from scipy.optimize import minimize_scalar

from sinesweep import registry
from sinesweep.settings import make

RATE_HZ = 8000


def augmented(name, waves, seed=1, rate_hz=RATE_HZ, **given):
    """What an augmentation makes of waves, every one of them chosen unless `probability` says otherwise."""
    plugin = make(registry.load("augmentations", name), {"probability": 1.0} | given, name)
    return ops.convert_to_numpy(plugin.layer(rate_hz, seed)(np.asarray(waves, "float32"), training=True))


def tones(hz, clips=8, samples=8000):
    """The same tone of amplitude 0.5 in every clip."""
    return np.tile(0.5 * np.sin(2 * np.pi * hz * np.arange(samples) / RATE_HZ), (clips, 1)).astype("float32")


def pitch_hz(wave):
    """The frequency of a tone, from the strongest bin of its spectrum and its neighbours."""
    spectrum = np.log(np.abs(np.fft.rfft(wave * np.hanning(len(wave)))) + 1e-12)
    k = int(spectrum[1:-1].argmax()) + 1
    left, here, right = spectrum[k - 1 : k + 2]
    return (k + (left - right) / (2 * (left - 2 * here + right))) * RATE_HZ / len(wave)


def noise_db(wave, hz):
    """How far what is no tone near `hz` lies below the tone, in decibels; the wave's ends do not count."""
    inner = wave[len(wave) // 8 : -len(wave) // 8]
    time = np.arange(len(inner)) / RATE_HZ

    def rest(hz):
        basis = np.stack([np.sin(2 * np.pi * hz * time), np.cos(2 * np.pi * hz * time)], axis=1)
        return np.mean((inner - basis @ np.linalg.lstsq(basis, inner, rcond=None)[0]) ** 2)

    least = minimize_scalar(rest, bounds=(hz - 0.5, hz + 0.5), method="bounded", options={"xatol": 1e-5}).fun
    return 10 * np.log10(np.mean(inner**2) / least)


def ends(waves):
    """The number of samples of each wave up to the last that is not silent."""
    return np.array([np.flatnonzero(np.abs(wave) > 0.02)[-1] + 1 for wave in waves])


def test_speed_moves_pitch_and_length_together():
    answer = augmented("speed", tones(700, clips=16), max_factor=1.5)
    faster = [wave[:end] for wave, end in zip(answer, ends(answer), strict=True) if end < 7900]
    slower = [wave for wave, end in zip(answer, ends(answer), strict=True) if end >= 7900]
    assert len(faster) >= 4
    assert len(slower) >= 4
    for wave in faster:
        factor = pitch_hz(wave) / 700
        assert len(wave) == pytest.approx(8000 / factor, rel=0.01)
        assert noise_db(wave, pitch_hz(wave)) > 60
    for wave in slower:
        assert 700 / 1.501 < pitch_hz(wave) < 701
        assert noise_db(wave, pitch_hz(wave)) > 60


def test_faster_clips_do_not_fold_what_is_too_high():
    """A tone near half the rate leaves at the top when it is raised; it does not come back from there."""
    waves = tones(3600, clips=32) * np.hanning(8000)
    answer = augmented("speed", waves, max_factor=1.5)
    heard = [wave for wave in answer if np.abs(wave).max() > 0.02]
    assert 8 < len(heard) < 28
    lowest_hz = min(pitch_hz(wave) for wave in heard)
    assert 3600 / 1.51 < lowest_hz < 2800
    for wave in heard:
        assert 3600 / 1.51 < pitch_hz(wave) < 4000


def test_time_stretch_is_librosas():
    """Over a factor that both are given; beyond the last whole frame librosa repeats nothing either."""
    import librosa

    from sinesweep_plugins.augmentations._vocoder import Vocoder

    time = np.arange(8000) / RATE_HZ
    wave = (np.sin(2 * np.pi * (200 + 300 * time) * time) * np.exp(-time) / 2).astype("float32")
    vocoder = Vocoder.at(RATE_HZ)
    for rate in (0.8, 1.0, 1.25):
        wanted = librosa.effects.time_stretch(wave, rate=rate, n_fft=vocoder.window, hop_length=vocoder.hop)
        rates = np.full((1, 1), rate, "float32")
        spectrum = vocoder.stretched(*vocoder.spectrum(wave[None]), rates, vocoder.frames(8000))
        found = ops.convert_to_numpy(vocoder.sound(*spectrum, 8000))[0]
        size = min(len(wanted), 8000) - vocoder.window
        np.testing.assert_allclose(found[:size], wanted[:size], atol=2e-3)


def test_time_stretch_moves_length_and_keeps_pitch():
    answer = augmented("time_stretch", tones(700, clips=24), max_factor=1.5)
    length = ends(answer)
    assert length.min() < 6500
    assert (length == 8000).sum() >= 6
    for wave, end in zip(answer, length, strict=True):
        assert pitch_hz(wave[:end]) == pytest.approx(700, abs=2)


def test_pitch_shift_moves_pitch_and_keeps_length():
    answer = augmented("pitch_shift", tones(700, clips=24), max_semitones=4.0)
    semitones = np.array([12 * np.log2(pitch_hz(wave) / 700) for wave in answer])
    assert np.abs(semitones).max() < 4.05
    assert semitones.min() < -2.5
    assert semitones.max() > 2.5
    assert (ends(answer) > 7800).all()
    for wave in answer:
        assert noise_db(wave, pitch_hz(wave)) > 35
    middle = answer[:, 2000:6000]
    assert np.sqrt((middle**2).mean(axis=1)) == pytest.approx([0.5 / np.sqrt(2)] * 24, rel=0.1)


def test_places_between_samples_stay_exact_in_long_clips():
    from sinesweep_plugins.augmentations._samples import read_at_speed

    samples = 1_000_000
    ramp = (np.arange(int(samples * 1.3) + 8) % 4096).astype("float32")[None, :]
    read = ops.convert_to_numpy(read_at_speed(ramp, np.full((1, 1), 1.25, "float32"), samples))[0]
    expected = (np.arange(samples) * 1.25) % 4096
    smooth = (expected > 2) & (expected < 4093)
    np.testing.assert_allclose(read[smooth], expected[smooth], atol=2e-3)
