"""Every built-in plugin, found through the registry, keeps the promises that a stranger's plugin is held to."""

import importlib.util
import json
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pytest
import soundfile

from sinesweep import registry
from sinesweep.settings import make, settings
from sinesweep.testing import (
    SUITES,
    ArchitectureSuite,
    AugmentationSuite,
    BaselineSuite,
    DatasetSuite,
    FeaturesSuite,
    LossSuite,
)

# Keras 3.15 asks TensorFlow's variables for a copy in a way that numpy 2 has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

EXTRAS = {"audiomentations": "audiomentations", "xgboost": "xgboost"}
"""Plugins whose package is installed only with an extra."""

GIVEN = {
    "audiomentations": {"transforms": ["Gain(min_gain_db=-6.0, max_gain_db=6.0, p=1.0)"]},
    "background_noise": {"folder": "."},
    "impulse_response": {"folder": "."},
    "table": {"path": "clips.csv"},
    "vectors": {"path": "vectors.csv"},
    "pattern": {"path": ".", "pattern": r"(?P<label>\w+)/\w+\.wav"},
}
"""Settings that have no default, where they are more than `path: "."`. Paths are below the test's own folder."""

FILES = {
    "audacity": {"dawn.wav": "", "dawn.txt": "0.5\t1.0\tblackbird\n1.0\t2.5\trobin\n"},
    "audiofolder": {"metadata.csv": "file_name,label\na.wav,dog\nb.wav,cat\n", "a.wav": "", "b.wav": ""},
    "crema_d": {"AudioWAV/1001_DFA_ANG_XX.wav": "", "AudioWAV/1002_IEO_SAD_HI.wav": ""},
    "esc50": {"001 - Dog/1-100032-A.ogg": "", "002 - Rain/2-17367-A.ogg": ""},
    "folder": {"dog/1.wav": "", "cat/2.wav": ""},
    "fsdd": {"recordings/0_ann_0.wav": "", "recordings/1_bob_0.wav": ""},
    "gtzan": {"blues/blues.00000.wav": "", "jazz/jazz.00054.wav": ""},
    "irmas": {"cel/008__1.wav": "", "flu/009__1.wav": ""},
    "nsynth": {
        "examples.json": json.dumps({"bass_1-022": {"instrument_family_str": "bass", "instrument_str": "bass_1"}}),
        "audio/bass_1-022.wav": "",
    },
    "pattern": {"dog/1.wav": "", "cat/2.wav": ""},
    "speech_commands": {"yes/a1_nohash_0.wav": "", "bed/b2_nohash_0.wav": "", "no/a1_nohash_1.wav": ""},
    "table": {"clips.csv": "path,label\na.wav,dog\nb.wav,cat\n", "a.wav": "", "b.wav": ""},
    "urbansound8k": {
        "metadata/UrbanSound8K.csv": "slice_file_name,fsID,fold,class\n7-1-0-0.wav,7,5,dog_bark\n",
        "audio/fold5/7-1-0-0.wav": "",
    },
    "vectors": {"vectors.csv": "filename,mfcc1,mfcc2,label\na.wav,1.5,2,dog\nb.wav,0.5,3,cat\n"},
}
"""What lies in the test's own folder: names and contents. Readers open no sound, so these are empty."""


COSTLY = {
    "chroma_cqt",
    "chroma_stft",
    "conv1d",
    "cqt",
    "crnn",
    "ds_cnn",
    "encoder_decoder",
    "forest_regression",
    "gru",
    "keras_tuner",
    "pitch_shift",
    "random_forest",
    "raw_conv1d",
    "resnet",
    "stack",
    "summary",
    "tc_resnet",
    "transformer",
}
"""Plugins of which sixty configurations take long: the promises that need so many are left to the slow tests."""

COSTLIEST = {"bc_resnet", "mobilenet"}
"""Networks that take seconds to build once: whatever builds them is left to the slow tests."""


def pytest_generate_tests(metafunc):
    """Every test of a suite with every built-in plugin of its kind."""
    if metafunc.cls is None:
        return
    names = [each.name for each in registry.listing(metafunc.cls.kind) if each.target.startswith("sinesweep_plugins.")]
    params = [
        pytest.param(name, marks=[pytest.mark.slow] if is_slow(metafunc.function, name) else []) for name in names
    ]
    metafunc.parametrize("plugin", params, indirect=True)


def is_slow(test, name):
    if name in COSTLIEST:
        return not test.__qualname__.startswith("PluginSuite.")
    return name in COSTLY and test.__name__.startswith(("test_every_edge_and_random_point", "test_every_option"))


@pytest.fixture
def plugin(request, tmp_path):
    return plugin_of(request.cls.kind, request.param, tmp_path)


def plugin_of(kind, name, folder):
    """The plugin with the settings that it cannot do without."""
    if importlib.util.find_spec(EXTRAS.get(name, "sinesweep")) is None:
        pytest.skip(f"{EXTRAS[name]} is not installed")
    plugin = registry.load(kind, name)
    needed = {setting.name for setting in settings(plugin).values() if setting.required}
    given = GIVEN.get(name, {"path": "."} if needed else {})
    for file, content in FILES.get(name, {}).items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(content)
    if "folder" in given:
        soundfile.write(folder / "1.wav", np.random.default_rng(0).uniform(-0.5, 0.5, 4000), 8000)
    paths = {key: str(folder / value) for key, value in given.items() if key in ("path", "folder")}
    return make(plugin, given | paths, name)


class TestFeatures(FeaturesSuite): ...


class TestAugmentations(AugmentationSuite): ...


class TestArchitectures(ArchitectureSuite): ...


class TestLosses(LossSuite): ...


class TestDatasets(DatasetSuite): ...


class TestBaselines(BaselineSuite): ...


def test_there_is_a_suite_for_every_kind():
    assert set(SUITES) == set(registry.KINDS)
