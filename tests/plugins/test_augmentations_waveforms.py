"""What the built-in augmentations of waveforms do to sound."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pytest
from keras import ops

from sinesweep import registry
from sinesweep.settings import make

RATE_HZ = 8000
RNG = np.random.default_rng(3)


def augmented(name, waves, seed=1, rate_hz=RATE_HZ, **given):
    """What an augmentation makes of waves, every one of them chosen unless `probability` says otherwise."""
    plugin = make(registry.load("augmentations", name), {"probability": 1.0} | given, name)
    return ops.convert_to_numpy(plugin.layer(rate_hz, seed)(np.asarray(waves, "float32"), training=True))


def tones(hz, clips=8, samples=8000):
    """The same tone of amplitude 0.5 in every clip."""
    return np.tile(0.5 * np.sin(2 * np.pi * hz * np.arange(samples) / RATE_HZ), (clips, 1)).astype("float32")


# level


def test_gains_are_even_in_decibels():
    gain_db = 20 * np.log10(augmented("gain", np.ones((4000, 2)), max_db=12.0)[:, 0])
    assert abs(gain_db).max() <= 12.0001
    counts, _ = np.histogram(gain_db, bins=4, range=(-12, 12))
    assert counts == pytest.approx([1000] * 4, abs=150)


def test_a_gain_transition_goes_straight_from_one_gain_to_another():
    gain_db = 20 * np.log10(augmented("gain_transition", np.ones((500, 400)), max_db=12.0, max_share=0.25))
    assert abs(gain_db).max() <= 12.0001
    steps = np.diff(gain_db, axis=1)
    same_way = (steps <= 1e-4).all(axis=1) | (steps >= -1e-4).all(axis=1)
    assert same_way.all()
    assert (np.abs(steps) > 1e-4).sum(axis=1).max() <= 0.25 * 400 + 1
    assert np.abs(gain_db[:, 0] - gain_db[:, -1]).mean() > 5


def test_compression_keeps_the_loud_and_raises_the_soft():
    """Half a second of a loud tone, half a second that is 40 dB softer: at ratio r, threshold t below the top."""
    waves = tones(500, clips=64)
    waves[:, 4000:] *= 0.01
    given = {"min_threshold_db": 20.0, "max_threshold_db": 20.0, "max_ratio": 4.0}
    answer = augmented("compression", waves, **given)
    loud_db, soft_db = (20 * np.log10(answer[:, part] / waves[:, part]) for part in (1003, 7003))
    assert abs(loud_db).max() < 0.1
    assert soft_db.min() >= -1e-3
    assert soft_db.max() <= 15.01  # 20 dB × (1 - 1 / 4)
    assert soft_db.max() > 12


def test_clipping_cuts_at_a_level_below_the_peak_and_leaves_the_rest():
    waves = tones(100, clips=200, samples=800)
    answer = augmented("clipping", waves, max_db=12.0)
    level_db = 20 * np.log10(np.abs(answer).max(axis=1) / np.abs(waves).max(axis=1))
    assert level_db.min() >= -12.001
    assert level_db.min() < -11
    assert level_db.max() > -1
    below = np.abs(waves) < np.abs(answer).max(axis=1, keepdims=True)
    np.testing.assert_array_equal(answer[below], waves[below])


def test_polarity_and_reversal_do_what_they_say():
    waves = RNG.standard_normal((4, 50), dtype="float32")
    np.testing.assert_array_equal(augmented("polarity", waves), -waves)
    np.testing.assert_array_equal(augmented("reversal", waves), waves[:, ::-1])


# noise


@pytest.mark.parametrize("color", ["white", "pink", "brown"])
@pytest.mark.parametrize("snr_db", [0.0, 30.0])
def test_noise_has_the_ratio_that_was_asked(snr_db, color):
    waves = RNG.standard_normal((8, 16000), dtype="float32") * np.logspace(-4, 0, 8, dtype="float32")[:, None]
    noisy = augmented("noise", waves, min_snr_db=snr_db, max_snr_db=snr_db, color=color)
    measured_db = 10 * np.log10((waves**2).mean(1) / ((noisy - waves) ** 2).mean(1))
    assert measured_db == pytest.approx([snr_db] * 8, abs=0.3)


def test_noise_ratios_lie_between_the_two():
    waves = RNG.standard_normal((16, 800), dtype="float32")
    noisy = augmented("noise", waves, min_snr_db=5.0, max_snr_db=15.0)
    measured_db = 10 * np.log10((waves**2).mean(1) / ((noisy - waves) ** 2).mean(1))
    assert measured_db.min() > 4.5
    assert measured_db.max() < 15.5
    assert np.ptp(measured_db) > 3


@pytest.mark.parametrize(("color", "fall_db"), [("white", 0.0), ("pink", 3.01), ("brown", 6.02)])
def test_the_power_of_noise_falls_as_its_color_says(color, fall_db):
    waves = np.ones((64, 8192), "float32")
    noise = augmented("noise", waves, min_snr_db=0.0, max_snr_db=0.0, color=color) - waves
    power = (np.abs(np.fft.rfft(noise * np.hanning(8192))) ** 2).mean(0)
    octaves_db = [10 * np.log10(power[start : 2 * start].mean()) for start in (128, 256, 512, 1024, 2048)]
    assert -np.diff(octaves_db) == pytest.approx([fall_db] * 4, abs=0.6)
    if color != "white":
        assert power[:10].mean() < power[40:60].mean()


# filters


def gains_db(name, **given):
    """The gains of 32 draws over frequency, `(draws, bins)`, measured on an impulse, and their frequencies."""
    impulse = np.zeros((32, 4096), "float32")
    impulse[:, 2048] = 1.0
    spectrum = np.abs(np.fft.rfft(augmented(name, impulse, **given)))
    return 20 * np.log10(spectrum + 1e-9), np.fft.rfftfreq(4096, 1 / RATE_HZ)


@pytest.mark.parametrize(("name", "side"), [("low_pass", 1), ("high_pass", -1)])
def test_a_pass_is_butterworths(name, side):
    found_db, hz = gains_db(name, min_hz=1000.0, max_hz=1000.0, order=2)
    expected_db = -10 * np.log10(1 + (np.maximum(hz, 1e-3) / 1000.0) ** (side * 4.0))
    seen = expected_db > -50
    assert found_db[:, seen] == pytest.approx(np.tile(expected_db[seen], (32, 1)), abs=0.3)


@pytest.mark.parametrize("name", ["low_pass", "high_pass"])
def test_cutoff_frequencies_lie_between_the_two(name):
    found_db, hz = gains_db(name, min_hz=300.0, max_hz=1500.0)
    cutoff_hz = hz[np.argmin(np.abs(found_db + 3.01), axis=1)]
    assert cutoff_hz.min() > 290
    assert cutoff_hz.max() < 1520
    assert len(set(cutoff_hz)) > 20


def test_a_high_pass_above_the_rate_leaves_something():
    assert gains_db("high_pass", min_hz=20_000.0, max_hz=20_000.0)[0].max() > -1


def test_a_band_pass_leaves_its_band():
    found_db, hz = gains_db("band_pass", min_hz=1000.0, max_hz=1000.0, min_octaves=2.0, max_octaves=2.0, order=4)
    for place_hz, gain_db in ((1000.0, 0.0), (500.0, -3.0), (2000.0, -3.0)):
        assert found_db[:, np.argmin(np.abs(hz - place_hz))] == pytest.approx([gain_db] * 32, abs=0.2)
    assert (found_db[:, (hz < 200) | (hz > 3900)] < -20).all()


def test_a_random_equalizer_stays_within_its_decibels_and_is_smooth():
    found_db, hz = gains_db("random_eq", max_db=9.0, bands=5)
    assert np.abs(found_db).max() < 9.3
    assert np.ptp(found_db, axis=1).mean() > 6
    assert np.abs(np.diff(found_db[:, hz > 500], axis=1)).max() < 0.2


# time


def shifts(fill):
    """The shift of every clip of a batch, found by its marked sample, and the clips."""
    waves = np.tile(np.arange(1, 101, dtype="float32"), (500, 1))
    moved = augmented("time_shift", waves, max_share=0.2, fill=fill)
    return (moved == 50).argmax(1) - 49, waves, moved


def test_shifts_are_bounded_and_go_both_ways():
    shift, _, _ = shifts("zeros")
    assert shift.min() in range(-20, -16)
    assert shift.max() in range(17, 21)


def test_shifted_clips_are_filled_with_zeros():
    for shift, wave, moved in zip(*shifts("zeros"), strict=True):
        expected = np.zeros(100)
        expected[max(0, shift) : 100 + min(0, shift)] = wave[max(0, -shift) : 100 - max(0, shift)]
        np.testing.assert_array_equal(moved, expected)


def test_rolled_clips_lose_nothing():
    for shift, wave, moved in zip(*shifts("roll"), strict=True):
        np.testing.assert_array_equal(moved, np.roll(wave, shift))


def test_inserted_silence_parts_a_clip_in_two():
    waves = np.tile(np.arange(1, 101, dtype="float32"), (300, 1))
    answer = augmented("silence_insertion", waves, max_share=0.3)
    gaps = (answer == 0).sum(axis=1)
    assert gaps.min() >= 1
    assert 25 <= gaps.max() <= 30
    for wave, gap in zip(answer, gaps, strict=True):
        np.testing.assert_array_equal(wave[wave > 0], np.arange(1, 101 - gap))
        assert np.diff(np.flatnonzero(wave == 0)).max(initial=1) == 1


def test_trimming_takes_what_is_far_below_the_peak():
    waves = np.full((8, 1000), 1e-3, "float32")  # 60 dB below
    waves[:, 300:600] = RNG.uniform(0.5, 1.0, (8, 300))
    answer = augmented("silence_trimming", waves, min_threshold_db=20.0, max_threshold_db=50.0)
    np.testing.assert_array_equal(answer[:, :300], waves[:, 300:600])
    np.testing.assert_array_equal(answer[:, 300:], 0)
    kept = augmented("silence_trimming", waves, min_threshold_db=80.0, max_threshold_db=90.0)
    np.testing.assert_array_equal(kept, waves)
