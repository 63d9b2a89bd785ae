"""The built-in baselines: pooled MFCC statistics, and what they reach on real sound."""

import warnings

import numpy as np
import pytest
import soundfile
import soxr

from sinesweep import registry
from sinesweep_plugins.baselines._pooled import frame_lengths, pooled_mfcc
from sinesweep_plugins.features.filterbanks import MelBank

NAMES = ["logistic_regression", "svm"]


@pytest.fixture(params=NAMES)
def baseline(request):
    return registry.load("baselines", request.param)()


def blobs(clips, classes, seed=0):
    """Vectors around one centre a class."""
    rng = np.random.default_rng(seed)
    y = np.arange(clips) % classes
    centres = np.random.default_rng(9).standard_normal((classes, 12)) * 2
    return (centres[y] + rng.standard_normal((clips, 12))).astype("float32"), y


def test_statistics_are_those_of_librosas_mfcc():
    """Mean, deviation and thirds, on frames as the docstring says them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import librosa

        wave = np.random.default_rng(1).standard_normal(30000).astype("float32") * 0.1
        mfcc = librosa.feature.mfcc(y=wave, sr=22050, n_mfcc=20, n_fft=1024, hop_length=512, n_mels=60).T
    thirds = [third.mean(0) for third in np.array_split(mfcc, 3)]
    expected = np.concatenate([mfcc.mean(0), mfcc.std(0), np.diff(mfcc, axis=0).std(0), *thirds])
    np.testing.assert_allclose(pooled_mfcc(wave, 22050), expected, atol=1e-3)


@pytest.mark.parametrize("samples", [0, 1, 100, 255, 1120, 8000])
@pytest.mark.parametrize("rate_hz", [8000, 44100])
def test_a_clip_of_any_length_gives_as_many_finite_numbers(baseline, samples, rate_hz):
    wave = np.random.default_rng(2).standard_normal(samples).astype("float32")
    vector = baseline.describe(wave, rate_hz)
    assert vector.shape == (120,)
    assert vector.dtype == np.float32
    assert np.isfinite(vector).all()


def test_silence_is_finite(baseline):
    assert np.isfinite(baseline.describe(np.zeros(8000, "float32"), 8000)).all()


@pytest.mark.parametrize("rate_hz", [1000, 4000, 8000, 11025, 12000, 15999, 16000, 22050, 32000, 44100, 48000, 192000])
def test_no_mel_band_is_empty_at_any_rate(rate_hz):
    frame, hop, n_mels = frame_lengths(rate_hz)
    assert 0 < hop <= frame
    assert MelBank(rate_hz, frame, n_mels, 0.0, rate_hz / 2, "slaney").empty() == 0


@pytest.mark.parametrize(
    ("rate_hz", "lengths"), [(8000, (256, 80, 40)), (16000, (1024, 512, 60)), (22050, (1024, 512, 60))]
)
def test_frames_scale_with_the_rate(rate_hz, lengths):
    assert frame_lengths(rate_hz) == lengths


@pytest.mark.parametrize("classes", [2, 3, 7])
def test_probabilities_are_the_estimators_own_decision(baseline, classes):
    x, y = blobs(70, classes)
    new, truth = blobs(200, classes, seed=5)
    fitted = baseline.estimator(0).fit(x, y)
    probabilities = fitted.predict_proba(new)
    assert probabilities.shape == (200, classes)
    np.testing.assert_allclose(probabilities.sum(1), 1, rtol=1e-6)
    np.testing.assert_array_equal(fitted.classes_[probabilities.argmax(1)], fitted.predict(new))
    assert (probabilities.argmax(1) == truth).mean() > 0.8


def test_classes_of_one_clip_do_not_stop_it(baseline):
    x, y = blobs(12, 4)
    y[0] = 9
    probabilities = baseline.estimator(0).fit(x, y).predict_proba(x)
    assert probabilities.shape == (12, 5)
    assert np.isfinite(probabilities).all()


def test_the_same_seed_gives_the_same_answers(baseline):
    x, y = blobs(60, 3)
    first, second = (baseline.estimator(3).fit(x, y).predict_proba(x) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def accuracy(baseline, x, y, groups):
    """The mean over groups, each held out once."""
    scores = []
    for held_out in np.unique(groups):
        fitted = baseline.estimator(0).fit(x[groups != held_out], y[groups != held_out])
        scores.append((fitted.predict_proba(x[groups == held_out]).argmax(1) == y[groups == held_out]).mean())
    return np.mean(scores)


def test_esc10_by_its_published_folds(esc10):
    files = sorted(esc10.glob("0*/*.ogg"))
    waves = (soxr.resample(wave, rate_hz, 22050) for wave, rate_hz in map(read, files))
    x = np.stack([pooled_mfcc(wave, 22050) for wave in waves])
    y = np.array([int(file.parent.name[:3]) - 1 for file in files])
    folds = np.array([file.name[0] for file in files])
    for name in NAMES:
        assert accuracy(registry.load("baselines", name)(), x, y, folds) > 0.77, name


def test_spoken_digits_by_unseen_speakers(fsdd):
    files = sorted((fsdd / "recordings").glob("*_[0-4].wav"))
    x = np.stack([pooled_mfcc(*read(file)) for file in files])
    y = np.array([int(file.name[0]) for file in files])
    speakers = np.array([file.name.split("_")[1] for file in files])
    for name in NAMES:
        assert accuracy(registry.load("baselines", name)(), x, y, speakers) > 0.6, name


def read(file):
    return soundfile.read(file, dtype="float32")
