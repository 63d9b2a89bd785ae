"""The built-in baselines: pooled MFCC statistics, and what they reach on real sound."""

import json
import warnings

import numpy as np
import pytest
import soundfile
import soxr

from sinesweep import registry
from sinesweep.errors import SweepError
from sinesweep.sweepfile import read_sweep
from sinesweep_plugins.baselines._pooled import frame_lengths, pooled_mfcc
from sinesweep_plugins.features.filterbanks import MelBank

NAMES = ["knn", "logistic_regression", "random_forest", "svm", "xgboost"]
"""Those that listen; `majority` does not."""

ESC10 = {"knn": 0.55, "logistic_regression": 0.77, "random_forest": 0.77, "svm": 0.77, "xgboost": 0.78}
DIGITS = {"knn": 0.45, "logistic_regression": 0.7, "random_forest": 0.65, "svm": 0.65, "xgboost": 0.6}


def make(name):
    if name == "xgboost":
        pytest.importorskip("xgboost", reason="the extra sinesweep[xgboost] is not installed")
    return registry.load("baselines", name)()


@pytest.fixture(params=NAMES)
def baseline(request):
    return make(request.param)


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


def test_a_summary_is_that_of_the_front_end():
    wave = np.random.default_rng(3).standard_normal(11025).astype("float32") * 0.1
    ours = registry.load("baselines", "svm")(description="summary").describe(wave, 22050)
    theirs = registry.load("features", "summary")().extract(wave, 22050)
    np.testing.assert_array_equal(ours, theirs[0])


@pytest.mark.parametrize(("rate_hz", "samples"), [(1000, 0), (4000, 1), (8000, 900), (8000, 4000), (22050, 2047)])
def test_a_clip_of_any_length_and_rate_has_a_summary(rate_hz, samples):
    wave = np.random.default_rng(4).standard_normal(samples).astype("float32")
    vector = registry.load("baselines", "knn")(description="summary").describe(wave, rate_hz)
    assert vector.shape == (57,)
    assert vector.dtype == np.float32
    assert np.isfinite(vector).all()


def test_majority_hears_nothing_and_knows_the_shares():
    majority = make("majority")
    x = np.stack([majority.describe(np.ones(samples, "float32"), 8000) for samples in (0, 1, 8000, 9000)])
    assert x.dtype == np.float32
    fitted = majority.estimator(0).fit(x, np.array([2, 2, 5, 2]))
    np.testing.assert_allclose(fitted.predict_proba(x[:2]), [[0.75, 0.25]] * 2)


def test_neighbours_are_asked_however_few_there_are():
    x, y = blobs(3, 2)
    assert make("knn").estimator(0).fit(x, y).predict_proba(x).shape == (3, 2)


def test_xgboost_that_is_not_installed_is_said_before_a_sweep_begins_with_the_way_out(monkeypatch, tmp_path):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    file = tmp_path / "sweep.yaml"
    data = {"reader": "folder", "path": str(tmp_path)}
    sweep = {"name": "a", "data": data, "features": "mfcc", "architectures": "mlp", "baseline": "xgboost"}
    file.write_text(json.dumps(sweep))
    with pytest.raises(SweepError, match=r"pip install 'sinesweep\[xgboost\]'"):
        read_sweep(file)


@pytest.fixture(scope="module")
def esc10_clips(esc10):
    """Features, classes and published folds of ESC-10."""
    files = sorted(esc10.glob("0*/*.ogg"))
    waves = (soxr.resample(wave, rate_hz, 22050) for wave, rate_hz in map(read, files))
    x = np.stack([pooled_mfcc(wave, 22050) for wave in waves])
    y = np.array([int(file.parent.name[:3]) - 1 for file in files])
    return x, y, np.array([file.name[0] for file in files])


@pytest.fixture(scope="module")
def digit_clips(fsdd):
    """Features, digits and speakers of a tenth of the Free Spoken Digit Dataset."""
    files = sorted((fsdd / "recordings").glob("*_[0-4].wav"))
    x = np.stack([pooled_mfcc(*read(file)) for file in files])
    y = np.array([int(file.name[0]) for file in files])
    return x, y, np.array([file.name.split("_")[1] for file in files])


@pytest.mark.parametrize("name", NAMES)
def test_esc10_by_its_published_folds(name, esc10_clips):
    assert accuracy(make(name), *esc10_clips) > ESC10[name]


@pytest.mark.parametrize("name", NAMES)
def test_spoken_digits_by_unseen_speakers(name, digit_clips):
    assert accuracy(make(name), *digit_clips) > DIGITS[name]


def read(file):
    return soundfile.read(file, dtype="float32")
