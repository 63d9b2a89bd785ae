"""The extractors on the host give librosa's numbers, or say why they cannot; whatever the sound."""

import subprocess
import sys

import librosa
import numpy as np
import pytest

from sinesweep import registry
from sinesweep.domains import Choice
from sinesweep.errors import Infeasible
from sinesweep.picks import random_pick
from sinesweep.settings import make, settings
from sinesweep_plugins.features.chroma_cqt import ChromaCQT
from sinesweep_plugins.features.cqt import CQT
from sinesweep_plugins.features.description import NAMES
from sinesweep_plugins.features.summary import Summary

RATE_HZ = 22050


@pytest.fixture(params=["cqt", "chroma_cqt", "summary"])
def plugin(request):
    return registry.load("features", request.param)


def music(rate_hz=RATE_HZ, seconds=2.0, detune=0.0):
    """A chord that is struck four times a second, in a little noise."""
    time = np.arange(round(seconds * rate_hz)) / rate_hz
    notes_hz = 2 ** (detune / 12) * np.array([220.0, 277.18, 329.63, 440.0])
    chord = np.sin(2 * np.pi * notes_hz[:, None] * time).sum(axis=0) * np.exp(-8 * (time % 0.25))
    return (0.15 * chord + 0.01 * np.random.default_rng(3).standard_normal(len(time))).astype("float32")


def clips(samples):
    """Silence, an impulse, and full-scale noise."""
    impulse = np.zeros(samples, "float32")
    impulse[samples // 2] = 1
    return [0 * impulse, impulse, np.random.default_rng(0).uniform(-1, 1, samples).astype("float32")]


def points(plugin, count):
    """The defaults, each setting at each of its ends, and random points of the whole space."""
    yield plugin()
    for name, setting in settings(plugin).items():
        domain = setting.domain
        for value in domain.options if isinstance(domain, Choice) else (domain.low, domain.high):
            yield make(plugin, {name: value}, "edge")
    pick = random_pick(np.random.default_rng(7))
    for _ in range(count):
        yield make(plugin, {name: pick(name, s.domain) for name, s in settings(plugin).items()}, "random")


def feasible(instance, rate_hz, samples):
    try:
        instance.check(rate_hz, samples)
    except Infeasible:
        return False
    return True


def assert_works(instance, wave, rate_hz):
    before = wave.copy()
    features = instance.extract(wave, rate_hz)
    assert features.shape == instance.shape(rate_hz, len(wave)), instance
    assert features.dtype == np.float32
    assert np.isfinite(features).all(), instance
    assert (wave == before).all()


@pytest.mark.parametrize(("rate_hz", "samples"), [(8000, 4000), (22050, 33000)])
def test_every_edge_and_random_point_of_the_space_is_refused_or_works(plugin, rate_hz, samples):
    every = list(points(plugin, 10))
    allowed = [point for point in every if feasible(point, rate_hz, samples)]
    assert plugin() in allowed
    assert len(allowed) > len(every) / 3
    noise = clips(samples)[-1]
    for point in allowed:
        assert_works(point, noise, rate_hz)


@pytest.mark.parametrize("rate_hz", [8000, 22050, 48000])
def test_silence_an_impulse_and_noise_are_described(plugin, rate_hz):
    for wave in (*clips(rate_hz // 2), *clips(rate_hz + 1)):
        assert_works(plugin(), wave, rate_hz)


def test_the_shortest_clip_that_is_allowed_works(plugin):
    instance = plugin()
    shortest = next(samples for samples in range(1, RATE_HZ) if feasible(instance, RATE_HZ, samples))
    for wave in clips(shortest):
        assert_works(instance, wave, RATE_HZ)


def test_the_shape_is_exact_for_every_length():
    instance = CQT(octaves=4, hop_ms=10.0)
    for samples in range(6000, 6000 + 2 * instance.hop_length(8000), 7):
        assert instance.extract(np.zeros(samples, "float32"), 8000).shape == instance.shape(8000, samples)


@pytest.mark.parametrize(
    ("settings", "compress"),
    [
        ({}, lambda energy: librosa.power_to_db(energy, ref=1.0, top_db=80)),
        ({"octaves": 7, "fmin_hz": 32.7, "top_db": 0.0}, lambda energy: librosa.power_to_db(energy, top_db=None)),
        ({"octaves": 4, "bins_per_octave": 36, "compression": "ln"}, lambda energy: np.log(energy + 1e-6)),
        ({"bins_per_octave": 24, "hop_ms": 46.0, "compression": "log1p"}, lambda energy: np.log1p(10 * energy)),
    ],
)
def test_cqt_is_librosas(settings, compress):
    instance, wave = CQT(**settings), music(seconds=2.5)
    magnitudes = np.abs(
        librosa.cqt(
            wave,
            sr=RATE_HZ,
            hop_length=instance.hop_length(RATE_HZ),
            fmin=instance.fmin_hz,
            n_bins=instance.octaves * instance.bins_per_octave,
            bins_per_octave=instance.bins_per_octave,
        )
    )
    np.testing.assert_array_equal(instance.extract(wave, RATE_HZ), compress(magnitudes**2).T.astype("float32"))


def test_the_default_hop_of_seven_octaves_is_librosas():
    assert CQT(octaves=7).hop_length(22050) == 512


@pytest.mark.parametrize(
    ("settings", "detune"),
    [({}, 0.0), ({}, 0.3), ({"octaves": 6, "n_chroma": 36}, -0.4), ({"tuning": "standard"}, 0.3)],
)
def test_chroma_cqt_is_librosas(settings, detune):
    instance, wave = ChromaCQT(**settings), music(detune=detune)
    expected = librosa.feature.chroma_cqt(
        y=wave,
        sr=RATE_HZ,
        hop_length=instance.hop_length(RATE_HZ),
        fmin=instance.fmin_hz,
        n_octaves=instance.octaves,
        n_chroma=instance.n_chroma,
        tuning=0.0 if instance.tuning == "standard" else None,
    )
    np.testing.assert_array_equal(instance.extract(wave, RATE_HZ), expected.T.astype("float32"))


def test_chroma_names_the_notes_of_a_chord():
    strongest = ChromaCQT().extract(music(), RATE_HZ).mean(axis=0).argsort()[-3:]
    assert set(strongest) == {1, 4, 9}  # C♯, E and A


def by_librosa(wave, rate_hz):
    """The 57 numbers, each asked of librosa alone, with its own defaults."""
    feature = librosa.feature
    harmonic, percussive = librosa.effects.hpss(wave)
    series = [
        feature.chroma_stft(y=wave, sr=rate_hz),
        feature.rms(y=wave),
        feature.spectral_centroid(y=wave, sr=rate_hz),
        feature.spectral_bandwidth(y=wave, sr=rate_hz),
        feature.spectral_rolloff(y=wave, sr=rate_hz),
        feature.zero_crossing_rate(wave),
        harmonic,
        percussive,
    ]
    onsets = librosa.onset.onset_strength(y=wave, sr=rate_hz, aggregate=np.median)
    pooled = [moment(each) for each in series for moment in (np.mean, np.var)]
    mfcc = [moment(each) for each in feature.mfcc(y=wave, sr=rate_hz, n_mfcc=20) for moment in (np.mean, np.var)]
    return np.array([*pooled, *feature.tempo(onset_envelope=onsets, sr=rate_hz), *mfcc], "float32")


@pytest.mark.parametrize("detune", [0.0, 0.3])
def test_the_summary_is_librosas_number_by_number(detune):
    wave = music(seconds=4.0, detune=detune)
    ours = dict(zip(NAMES, Summary().extract(wave, RATE_HZ)[0], strict=True))
    theirs = dict(zip(NAMES, by_librosa(wave, RATE_HZ), strict=True))
    assert len(NAMES) == 57
    assert ours == theirs


def test_the_tempo_of_silence_is_nothing():
    assert Summary().extract(np.zeros(RATE_HZ, "float32"), RATE_HZ)[0, NAMES.index("tempo")] == 0


@pytest.mark.parametrize(
    ("instance", "rate_hz", "seconds", "message"),
    [
        (CQT(octaves=7), 8000, 1.0, "7 octaves from 65.4 Hz reach up to 8[0-9]+ Hz, over half the sample rate, 4000"),
        (CQT(fmin_hz=32.7), 8000, 0.2, "band, 32.7 Hz, is 0.55 s long, more than twice a clip of 0.2 s"),
        (ChromaCQT(fmin_hz=130.81), 22050, 0.1, "more than twice a clip of 0.1 s"),
        (CQT(hop_ms=64.0, fmin_hz=130.81, octaves=4), 8000, 0.1, "gives 2 frames"),
        (Summary(), 22050, 0.05, "shorter than a window of 2048"),
        (Summary(window_ms=46.0), 2000, 1.0, "mel filters are empty at 2000 Hz with windows of 128"),
    ],
)
def test_what_cannot_work_says_why(instance, rate_hz, seconds, message):
    with pytest.raises(Infeasible, match=message):
        instance.check(rate_hz, round(seconds * rate_hz))


def test_asking_for_shapes_imports_no_librosa():
    code = """
import sys
from sinesweep import registry
for name in ("cqt", "chroma_cqt", "summary"):
    plugin = registry.load("features", name)()
    plugin.check(22050, 44100)
    plugin.shape(22050, 44100)
print({"librosa", "scipy", "keras"} & set(sys.modules))
"""
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
