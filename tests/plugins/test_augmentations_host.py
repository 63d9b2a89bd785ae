"""Transforms of audiomentations as one augmentation: named as text, seeded per clip, of the clip's length."""

import random
import subprocess
import sys

import numpy as np
import pytest

from sinesweep import registry
from sinesweep.errors import PluginError
from sinesweep.settings import make, values

RATE_HZ = 8000
WAVE = (np.sin(np.arange(8000) / 8) * np.hanning(8000)).astype("float32")


def adapter(*transforms, **given):
    plugin = registry.load("augmentations", "audiomentations")
    return make(plugin, {"transforms": list(transforms), **given}, "audiomentations")


def changed(augmentation, seed=1, wave=WAVE):
    return augmentation.change(wave, RATE_HZ, np.random.default_rng(seed))


@pytest.fixture(autouse=True)
def _installed():
    pytest.importorskip("audiomentations", reason="the extra sinesweep[audiomentations] is not installed")


@pytest.mark.parametrize(
    "transform",
    [
        "PitchShift(min_semitones=-2, max_semitones=2, p=1.0)",
        "TimeStretch(min_rate=0.8, max_rate=0.9, leave_length_unchanged=False, p=1.0)",
        "Resample(min_sample_rate=4000, max_sample_rate=5000, p=1.0)",
        "AddGaussianSNR(p=1.0)",
        "SevenBandParametricEQ(p=1.0)",
        "OneOf([Gain(p=1.0), TanhDistortion(p=1.0)])",
        "BitCrush(p=1.0)",
    ],
)
def test_any_transform_runs_by_its_name(transform):
    kept = WAVE.copy()
    augmentation = adapter(transform)
    augmentation.check_resources()
    answer = changed(augmentation)
    assert answer.shape == WAVE.shape
    assert answer.dtype == np.float32
    assert np.isfinite(answer).all()
    assert not np.array_equal(answer, WAVE)
    np.testing.assert_array_equal(WAVE, kept)


def test_the_seed_decides_and_global_chance_goes_on_undisturbed():
    augmentation = adapter("AddGaussianSNR(p=1.0)", "Gain(p=0.5)")
    random.seed(5)
    np.random.seed(5)  # noqa: NPY002
    expected = random.random(), np.random.random()  # noqa: NPY002
    random.seed(5)
    np.random.seed(5)  # noqa: NPY002
    first = changed(augmentation, seed=1)
    assert (random.random(), np.random.random()) == expected  # noqa: NPY002
    np.testing.assert_array_equal(first, changed(augmentation, seed=1))
    assert not np.array_equal(first, changed(augmentation, seed=2))


def test_transforms_are_run_in_their_order():
    """Clipped and then made louder is not made louder and then clipped."""
    loud, clip = "Gain(min_gain_db=20, max_gain_db=20, p=1.0)", "Clip(a_min=-0.5, a_max=0.5, p=1.0)"
    assert np.abs(changed(adapter(loud, clip))).max() == pytest.approx(0.5)
    assert np.abs(changed(adapter(clip, loud))).max() == pytest.approx(5.0)


def test_as_many_clips_are_changed_as_asked():
    augmentation = adapter("PolarityInversion(p=1.0)", probability=0.3)
    share = np.mean([not np.array_equal(changed(augmentation, seed), WAVE) for seed in range(300)])
    assert share == pytest.approx(0.3, abs=0.1)


def test_its_settings_survive_json():
    augmentation = adapter("Gain(p=0.5)", variants=4)
    assert make(type(augmentation), values(augmentation), "again") == augmentation


@pytest.mark.parametrize(
    ("transform", "complaint"),
    [
        ("PitchShit()", "audiomentations has no 'PitchShit'. Did you mean 'PitchShift'?"),
        ("PitchShift", "expected a call such as PitchShift"),
        ("PitchShift(", "expected a call such as PitchShift"),
        ("PitchShift(min_semitones=open('x'))", "audiomentations has no 'open'"),
        ("PitchShift(min_semitones=__name__)", "expected a call such as PitchShift"),
        ("PitchShift(octaves=1)", "PitchShift(octaves=1): TypeError: "),
    ],
)
def test_a_text_that_names_no_transform_is_refused_before_work_starts(transform, complaint):
    with pytest.raises(PluginError) as told:
        adapter(transform).check_resources()
    assert str(told.value).startswith("transforms: ")
    assert complaint in str(told.value)


def test_no_transform_at_all_is_refused():
    with pytest.raises(PluginError, match="expected one or more transforms"):
        adapter().check_resources()


def test_without_the_package_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "audiomentations", None)
    with pytest.raises(PluginError, match=r'pip install "sinesweep\[audiomentations\]"'):
        adapter("Reverse()").check_resources()


def test_listing_plugins_imports_neither_it_nor_keras():
    code = (
        "import sys; from sinesweep import registry;"
        "[registry.load('augmentations', name) for name in registry.names('augmentations')];"
        "print(sorted({'audiomentations', 'keras', 'librosa', 'scipy', 'soundfile'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
