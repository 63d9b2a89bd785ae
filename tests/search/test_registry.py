"""Plugins are found by their entry points; a broken one disturbs nobody."""

import subprocess
import sys

import pytest

from sinesweep import registry
from sinesweep.contract import HostExtractor
from sinesweep.errors import PluginError, SweepError
from sinesweep.sweepfile import check_document, override

WORKING = """
from dataclasses import dataclass
from sinesweep.contract import FeatureExtractor

@dataclass(frozen=True)
class Tilt(FeatureExtractor):
    '''How bright a frame is.'''
    def layer(self, rate_hz): ...
"""

ON_THE_HOST = WORKING.replace("FeatureExtractor", "HostExtractor").replace(
    "def layer(self, rate_hz): ...",
    "def shape(self, rate_hz, samples): ...\n    def extract(self, wave, rate_hz): ...",
)
NEITHER = ON_THE_HOST.replace("HostExtractor", "FrontEnd")


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Puts a distribution with one module and one entry point on the path, as pip would."""

    def put(distribution, name, target, source, group="sinesweep.features"):
        (tmp_path / f"{target.partition(':')[0]}.py").write_text(source)
        info = tmp_path / f"{distribution.replace('-', '_')}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {target}\n")

    monkeypatch.syspath_prepend(str(tmp_path))
    registry._entry_points.cache_clear()
    registry.load.cache_clear()
    yield put
    registry._entry_points.cache_clear()
    registry.load.cache_clear()


def test_a_strangers_plugin_is_found_and_loaded(install):
    install("tilt-kit", "tilt", "tilt_kit_a:Tilt", WORKING)
    assert "tilt" in registry.names("features")
    assert registry.load("features", "tilt").__name__ == "Tilt"


def test_an_extractor_on_the_host_is_found_as_any_other(install):
    install("tilt-kit", "tilt", "tilt_kit_b:Tilt", ON_THE_HOST)
    assert issubclass(registry.load("features", "tilt"), HostExtractor)


def test_listing_imports_nothing(install):
    install("noisy", "noisy", "noisy_kit:Noisy", "raise RuntimeError('imported')")
    assert [each.distribution for each in registry.listing("features") if each.name == "noisy"] == ["noisy 1.0"]
    assert "noisy_kit" not in sys.modules


def test_a_plugin_that_raises_on_import_is_broken_with_its_reason_and_the_others_work(install):
    install("crash", "crash", "crash_kit:Crash", "raise RuntimeError('no licence found')")
    assert "RuntimeError: no licence found" in registry.reason_broken("features", "crash")
    assert registry.reason_broken("features", "log_mel") is None


def test_a_plugin_that_leaves_python_on_import_is_broken_too(install):
    install("leaver", "leaver", "leaver_kit:Leaver", "raise SystemExit('go away')")
    assert "SystemExit: go away" in registry.reason_broken("features", "leaver")


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("sparse_categorical_crossentropy", "'cross_entropy'? It is Keras' categorical and sparse cross-entropy alike"),
        ("categorical_crossentropy", "'cross_entropy'? It is Keras' categorical and sparse cross-entropy alike"),
        ("sparse_cross_entropy", "'cross_entropy'? It is Keras' categorical and sparse cross-entropy alike"),
        ("mse", "'mean_squared_error'? Known: binary_cross_entropy"),
        ("croos_entropy", "'cross_entropy'? Known: binary_cross_entropy"),
    ],
)
def test_what_others_call_a_loss_is_understood_and_not_accepted(word, told):
    with pytest.raises(PluginError, match=f"no plugin named '{word}' among losses. Did you mean ") as caught:
        registry.load("losses", word)
    assert f"Did you mean {told}" in str(caught.value)


def test_two_distributions_with_one_name_are_an_error_that_names_both(install):
    install("kit-one", "tilt", "kit_one:Tilt", WORKING)
    install("kit-two", "tilt", "kit_two:Tilt", WORKING)
    with pytest.raises(PluginError, match=r"kit-one 1\.0 .* and kit-two 1\.0"):
        registry.load("features", "tilt")


BOTH = r"kit 1\.0 .* and sinesweep .* Uninstall one of them, or name .* by its class"


def test_a_built_in_whose_name_somebody_takes_is_named_by_its_class_and_meant_where_nobody_has_named_one(install):
    install("kit", "log_mel", "kit_log_mel:Tilt", WORKING)
    with pytest.raises(PluginError, match=BOTH):
        registry.check_claimed_once("features", "log_mel")
    built_in = "sinesweep_plugins.features.log_mel:LogMel"
    assert registry.unmistakable("features", "log_mel") == built_in
    assert registry.unmistakable("features", "mfcc") == "mfcc"
    assert registry.listed("features", "log_mel").target == built_in
    for name in ("log_mel", built_in):
        assert registry.load("features", name).__name__ == "LogMel"


@pytest.mark.parametrize("other", ["kit-two", "sinesweep"])
def test_what_was_written_down_is_found_by_its_target_whoever_claims_its_name_since(install, other):
    name = "log_mel" if other == "sinesweep" else "tilt"
    install("kit-one", name, "kit_then:Tilt", WORKING)
    if other != "sinesweep":
        install(other, name, "kit_since:Tilt", WORKING)
    assert registry.load_recorded("features", name, "kit_then:Tilt").__module__ == "kit_then"
    assert registry.load_recorded("features", "mfcc", "os:system").__name__ == "MFCC", "nothing else is imported"


@pytest.fixture
def taken(install):
    """Somebody's package has the names of the usual loss, front end, reader and baseline."""
    for kind, name in (("losses", "cross_entropy"), ("features", "log_mel"), ("baselines", "svm")):
        install(f"kit-{kind}", name, f"kit_{kind}:Tilt", WORKING, group=f"sinesweep.{kind}")


DOCUMENT = {
    "name": "made up",
    "data": {"reader": "folder", "path": "."},
    "features": ["mfcc"],
    "architectures": ["cnn"],
    "augmentations": [],
}


def test_a_sweep_that_names_none_of_two_has_the_built_in(taken):
    sweep = check_document(DOCUMENT)
    assert sweep.space().plugins()["loss 'cross_entropy'"][0].__module__.startswith("sinesweep_plugins.")


@pytest.mark.parametrize(
    "named", [{"features": ["log_mel"]}, {"losses": {"cross_entropy": None}}, {"baseline": {"svm": {"C": 1.0}}}]
)
def test_a_sweep_that_names_one_of_two_is_refused_with_both(taken, named):
    with pytest.raises(SweepError, match=r"two plugins among .* kit-.* and sinesweep"):
        check_document(DOCUMENT | named)


def test_a_sweep_that_has_begun_goes_on_with_the_plugins_that_it_had(install):
    begun = check_document(DOCUMENT | {"features": ["log_mel"]})
    install("kit", "log_mel", "kit_since_then:Tilt", WORKING)
    install("kit-two", "pcen", "kit_two_pcen:Tilt", WORKING)
    registry._entry_points.cache_clear()
    registry.load.cache_clear()
    assert override(begun, ["features.log_mel.n_mels=64"]).features["log_mel"] == {"n_mels": 64}
    with pytest.raises(SweepError, match=r"two plugins among features are named 'pcen'"):
        override(begun, ["features.pcen={}"])


def test_what_a_plugin_prints_while_it_is_imported_goes_to_standard_error(install, capsys):
    install("loud", "loud", "loud_kit:Tilt", "print('hello from the plugin')" + WORKING)
    registry.load("features", "loud")
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "hello from the plugin\n"


def test_a_plugin_in_a_misspelt_group_is_told_with_the_group_that_is_meant(install):
    install("kit", "tilt", "kit_in_no_group:Tilt", WORKING, group="sinesweep.feature")
    sentence = (
        "kit 1.0 announces 'tilt' in the group 'sinesweep.feature', which nobody reads."
        " Did you mean 'sinesweep.features'?"
    )
    assert registry.strays() == {"tilt": [sentence]}
    with pytest.raises(PluginError, match="no plugin named 'tilt' among features") as told:
        registry.load("features", "tilt")
    assert sentence in str(told.value)
    assert "install that project again" not in str(told.value)


@pytest.mark.parametrize(
    ("kind", "source", "reason"),
    [
        ("augmentations", "Augmentation", "it does not say its stage"),
        ("losses", "Loss", "it does not say its tasks"),
    ],
)
def test_a_class_that_does_not_say_what_its_kind_asks_for_is_no_plugin(install, kind, source, reason):
    body = f"@dataclass(frozen=True)\nclass Mute({source}):\n    layer = build = lambda self, *asked: None\n"
    header = f"from dataclasses import dataclass\nfrom sinesweep.contract import {source}\n"
    install("mute", "mute", f"mute_{kind}:Mute", header + body)
    with pytest.raises(PluginError, match=f"plugin 'mute_{kind}:Mute' does not keep the contract: {reason}"):
        registry.load(kind, f"mute_{kind}:Mute")


def test_an_unknown_name_gets_the_nearest_and_the_installed_list():
    with pytest.raises(PluginError, match=r"Did you mean 'log_mel'\? Known: .*log_mel, mel, mfcc"):
        registry.load("features", "log_mell")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("class Tilt: ...", "expected a subclass of sinesweep.FeatureExtractor or sinesweep.HostExtractor"),
        (NEITHER, "expected a subclass of sinesweep.FeatureExtractor or sinesweep.HostExtractor"),
        (ON_THE_HOST.replace("def extract", "def extricate"), "it does not implement extract"),
        (
            WORKING.replace("(frozen=True)", ""),
            r"cannot inherit non-frozen .* \(the class Tilt; put @dataclass\(frozen=True\) above it\)",
        ),
        (
            WORKING + "    order: int = 1\n@dataclass(frozen=True)\nclass Late(Tilt):\n    folder: str",
            r"non-default argument 'folder' .* \(the class Late\)",
        ),
        (WORKING.replace("@dataclass(frozen=True)", ""), "it is not a dataclass"),
        (WORKING.replace("def layer(self, rate_hz): ...", ""), "it does not implement layer"),
        (
            WORKING + "    contract = 99",
            "written for contract 99, and this Sinesweep knows those up to 1",
        ),
        (WORKING + "    contract = '1'", "its contract is '1'; expected a whole number such as contract = 1"),
        (
            WORKING + "    order: 'Order' = 1",
            "fields cannot be read: NameError: name 'Order'",
        ),
        (WORKING + "    order: Annotated[int, Int(1, 3)] = 7", "the default of 'order' is 7, outside 1 … 3"),
        (
            WORKING + "    order: Annotated[int, Int(1, 3), Int(5, 7), 'of the filter'] = 1",
            r"'order' has 2 domains, 1 … 3 and 5 … 7; leave one",
        ),
        (
            WORKING + "    order: int = 1\n    power: Annotated[int, Int(1, 3), When('odrer', 2)] = 1",
            "'power' hangs on 'odrer', which is no field before it. Did you mean 'order'?",
        ),
        (
            WORKING + "    power: Annotated[int, Int(1, 3), When('order', 2)] = 1\n    order: int = 1",
            "'power' hangs on 'order', which is no field before it",
        ),
    ],
)
def test_a_class_that_does_not_keep_the_contract_says_what_is_wrong(install, request, source, reason):
    module = f"kit_{abs(hash(source))}"
    header = "from typing import Annotated\nfrom sinesweep.domains import Int\nfrom sinesweep.settings import When\n"
    install("kit", "tilt", f"{module}:Tilt", header + source)
    with pytest.raises(PluginError, match=reason):
        registry.load("features", "tilt")


def test_a_plugin_that_states_no_contract_is_taken_for_one_of_the_first(install):
    install("tilt-kit", "tilt", "tilt_kit_c:Tilt", WORKING)
    assert registry.load("features", "tilt").contract == 1


def test_the_kinds_of_a_name_are_known_without_saying_one(install):
    install("kit", "cnn", "kit_of_two:Tilt", WORKING)
    assert registry.kinds("log_mel") == ["features"]
    assert registry.kinds("cnn") == ["features", "architectures"]
    assert registry.kinds("kit_of_two:Tilt") == ["features"]
    assert registry.kinds("kit_of_two:dataclass") == []


def test_a_class_in_a_module_of_ones_own_works_without_an_entry_point(install):
    install("other", "other", "my_notebook:Tilt", WORKING)
    assert registry.load("features", "my_notebook:Tilt").__name__ == "Tilt"
    with pytest.raises(PluginError, match="cannot be imported"):
        registry.load("features", "my_notebook:Missing")


def test_the_core_alone_needs_no_deep_learning_library():
    heavy = "keras tensorflow torch jax ray librosa sklearn"
    code = (
        "import sys, sinesweep.registry, sinesweep.sweepfile, sinesweep.study, sinesweep.schema\n"
        "[sinesweep.registry.load(k, n) for k in sinesweep.registry.KINDS for n in sinesweep.registry.names(k)]\n"
        f"print([m for m in '{heavy}'.split() if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
