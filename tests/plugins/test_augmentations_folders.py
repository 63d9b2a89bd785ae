"""What the built-in augmentations do that take the sounds of a folder."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pytest
import soundfile
from keras import ops

from sinesweep import registry
from sinesweep.errors import PluginError
from sinesweep.settings import make

RATE_HZ = 8000
RNG = np.random.default_rng(3)


def augmented(name, waves, seed=1, rate_hz=RATE_HZ, **given):
    """What an augmentation makes of waves, every one of them chosen unless `probability` says otherwise."""
    plugin = make(registry.load("augmentations", name), {"probability": 1.0} | given, name)
    return ops.convert_to_numpy(plugin.layer(rate_hz, seed)(np.asarray(waves, "float32"), training=True))


def pitch_hz(wave):
    """The frequency of a tone, from the strongest bin of its spectrum and its neighbours."""
    spectrum = np.log(np.abs(np.fft.rfft(wave * np.hanning(len(wave)))) + 1e-12)
    k = int(spectrum[1:-1].argmax()) + 1
    left, here, right = spectrum[k - 1 : k + 2]
    return (k + (left - right) / (2 * (left - 2 * here + right))) * RATE_HZ / len(wave)


def test_background_noise_is_the_folders_sound_at_the_ratio_that_was_asked(tmp_path):
    """Two sounds of one tone each, one of them shorter than the clip and at another rate."""
    for hz, rate_hz, samples in ((440.0, 8000, 20_000), (1000.0, 16_000, 9_600)):
        tone = 0.1 * np.sin(2 * np.pi * hz * np.arange(samples) / rate_hz)
        soundfile.write(tmp_path / f"{hz:g}.wav", np.stack([tone, tone], axis=1), rate_hz)
    waves = RNG.standard_normal((32, 8000), dtype="float32")
    noise = augmented("background_noise", waves, folder=str(tmp_path), min_snr_db=5.0, max_snr_db=10.0) - waves
    snr_db = 10 * np.log10((waves**2).mean(1) / (noise**2).mean(1))
    assert (snr_db > 4.9).all()
    assert (snr_db < 10.1).all()
    heard_hz = np.array([pitch_hz(wave) for wave in noise])
    assert set(np.round(heard_hz, -1)) == {440.0, 1000.0}
    starts = {round(float(wave[0] / np.abs(wave).max()), 2) for wave in noise}
    assert len(starts) > 10


def test_of_a_large_folder_sounds_from_all_over_it_are_read(tmp_path):
    from sinesweep_plugins.augmentations._sounds import read_sounds

    for number in range(10):
        soundfile.write(tmp_path / f"{number}.wav", np.full(1000, number / 10), RATE_HZ, subtype="FLOAT")
    sounds = read_sounds(tmp_path, RATE_HZ, most=4, longest_s=0.2)
    assert [round(float(sound[0]), 1) for sound in sounds] == [0.0, 0.3, 0.6, 0.9]
    assert [len(sound) for sound in sounds] == [400] * 4


def test_an_impulse_response_is_convolved_from_its_strongest_sample_on(tmp_path):
    response = np.zeros(500)
    response[[90, 100, 180, 400]] = 0.1, 0.8, -0.4, 0.2
    soundfile.write(tmp_path / "room.wav", response, RATE_HZ, subtype="FLOAT")
    waves = RNG.standard_normal((4, 4000), dtype="float32")
    answer = augmented("impulse_response", waves, folder=str(tmp_path))
    for wave, heard in zip(waves, answer, strict=True):
        expected = np.convolve(wave, response)[100:4100]
        assert np.corrcoef(heard, expected)[0, 1] > 0.9999
        assert np.mean(heard**2) == pytest.approx(np.mean(wave**2), rel=1e-4)


def test_an_impulse_response_of_one_sample_changes_nothing(tmp_path):
    soundfile.write(tmp_path / "dry.wav", np.array([0.0, 0.5, 0.0]), RATE_HZ, subtype="FLOAT")
    waves = RNG.standard_normal((2, 1000), dtype="float32")
    np.testing.assert_allclose(augmented("impulse_response", waves, folder=str(tmp_path)), waves, atol=1e-5)


@pytest.mark.parametrize("name", ["background_noise", "impulse_response"])
def test_a_folder_that_cannot_be_used_is_refused_before_work_starts(name, tmp_path):
    plugin = registry.load("augmentations", name)
    (tmp_path / "text.txt").write_text("no sound")
    with pytest.raises(PluginError, match=r"folder: .*missing is no folder; expected a folder of sounds"):
        plugin(folder=str(tmp_path / "missing")).check_resources()
    with pytest.raises(PluginError, match=r"holds no sound; expected files that end in \.wav"):
        plugin(folder=str(tmp_path)).check_resources()
    (tmp_path / "bad.wav").write_text("no sound either")
    with pytest.raises(PluginError, match=r"bad\.wav cannot be read: .*Mend or remove it"):
        plugin(folder=str(tmp_path)).check_resources()
    (tmp_path / "bad.wav").unlink()
    soundfile.write(tmp_path / "good.wav", np.ones(10), RATE_HZ)
    plugin(folder=str(tmp_path)).check_resources()
