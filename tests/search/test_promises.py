"""The suites for plugin authors find what is wrong, and say what and where."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pytest

from sinesweep.contract import DatasetReader, FeatureExtractor
from sinesweep.testing import SUITES, examine
from sinesweep.testing.points import changed, edges, named, options, random_points
from sinesweep.testing.verdicts import judge, promises

# Keras 3.15 asks TensorFlow's variables for a copy in a way that numpy 2 has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


@pytest.fixture(scope="module")
def broken():
    """The module with the broken plugins, which another process can import too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(Path(__file__).parent))
        import broken_plugins

        yield broken_plugins


@pytest.fixture
def verdict(broken, tmp_path):
    """`verdict(kind, class, words)`: what came of the one promise with these words."""

    def try_(kind, name, words, **settings):
        paths = {"path": str(tmp_path)} if kind == "datasets" else {}
        (tmp_path / "1.wav").touch()
        (tmp_path / "2.wav").touch()
        plugin = getattr(broken, name)(**settings, **paths)
        (test,) = [each for each in promises(SUITES[kind]) if words.replace(" ", "_") in each]
        return judge(kind, test, plugin)

    return try_


@pytest.mark.parametrize(
    ("kind", "name", "promise", "reason"),
    [
        ("features", "Silent", "it says what it is", "no help for power"),
        ("features", "Misdeclared", "domains are well formed", "'power' cannot be 0.5: expected a whole number"),
        (
            "features",
            "Unbounded",
            "domains are well formed",
            "'power' is a number without a range; put Float(low, high)",
        ),
        ("features", "Impossible", "domains are well formed", "'corners' hangs on shape_ = 'angular', outside round"),
        ("features", "Unhashable", "equal settings make equal", "unhashable type: 'list'"),
        ("features", "Forgetful", "equal settings make equal", "it is equal to a plugin of other settings"),
        ("features", "Frames", "without loading a heavy library", "its module imports scipy"),
        ("features", "Clumsy", "every length is refused", "KeyError: 'window'"),
        ("features", "Overconfident", "every length is refused", "have the shape (3, 1, 100), expected (3, 0, 100)"),
        ("features", "Infinite", "every edge and random point", "features of silence are not all finite"),
        ("features", "Destructive", "the sound itself is not changed", "the numbers differ by up to 0.5"),
        ("features", "Sociable", "alone and beside a loud one", "the numbers differ by up to"),
        ("features", "Useless", "gradients reach", "no gradient reaches"),
        ("features", "Useless", "a saved model gives", "Error"),
        (
            "features",
            "Mean",
            "every edge and random point",
            "its layer gives (batch,), expected (batch, frames, bins) or",
        ),
        ("features", "Mean", "every length is refused", "its layer gives (batch,), expected (batch, frames, bins) or"),
        ("features", "Numbered", "an exported model gives", "the model after the export: the numbers differ by up to"),
        ("architectures", "Deep", "every shape is refused", "Deep(), features of 1 × 1: ValueError"),
        ("architectures", "Deep", "dropout acts", "two calls in training with dropout 0.5: the numbers are the same"),
        ("architectures", "Deep", "l1 and l2 weigh", "l1 = 0.001 adds nothing to the loss"),
        ("architectures", "Wide", "every edge and random point", "expected ((None, 16, 16), (None, 3))"),
        ("architectures", "Wide", "gradients reach", "the network goes from (None, 16, 16) to (None, 4), expected"),
        ("losses", "Counting", "gradients are finite and reach", "no gradient reaches the logits"),
        ("losses", "Counting", "clips can be weighed", "where every clip counts 0 times"),
        ("features", "Fickle", "caches know it in another process", "another process has another code"),
        ("datasets", "Disordered", "known words", "'spech' is nothing that labels tell. Did you mean 'speech'?"),
        ("datasets", "Disordered", "stable order", "not sorted by path"),
        ("datasets", "Disordered", "not there or empty", "the message does not name"),
        ("datasets", "Repetitive", "no clip is there twice", "listed twice: ("),
        ("baselines", "Restless", "every length and rate", "numbers, by length and rate"),
        ("baselines", "Restless", "the same seed", "the numbers differ by up to"),
    ],
)
def test_a_broken_promise_is_found_and_told(verdict, kind, name, promise, reason):
    found = verdict(kind, name, promise)
    assert found.kept is False
    assert reason in found.reason


@dataclass(frozen=True)
class FirstClips(DatasetReader):
    """A reader with a number that has no range."""

    most: Annotated[int, "so many clips at most"] = 10

    def read(self):
        raise NotImplementedError


@dataclass(frozen=True)
class Louder(FeatureExtractor):
    """A front end with a number that has no range."""

    gain: Annotated[float, "by so much"] = 1.0

    def layer(self, rate_hz):
        raise NotImplementedError


def test_a_number_needs_a_range_where_it_is_searched():
    promise = "test_its_domains_are_well_formed"
    assert judge("datasets", promise, FirstClips()).kept
    assert judge("features", promise, Louder()).reason == (
        "'gain' is a number without a range; put Float(low, high) into its Annotated[…]"
    )


def test_a_layer_that_keras_is_not_told_of_is_told_in_a_sentence_with_the_way_out(verdict):
    reason = verdict("features", "Unregistered", "a saved model gives").reason
    assert "the file cannot be read: TypeError: Could not locate class 'Layer'." in reason
    assert "@keras.saving.register_keras_serializable()" in reason
    assert "config" not in reason
    assert len(reason) < 250


def test_a_fault_names_the_line_of_the_plugin_and_is_the_same_in_every_promise_that_it_breaks(broken):
    verdicts = [each for each in examine("features", broken.Raising()) if each.kept is False]
    assert len(verdicts) > 5
    assert len({each.fault for each in verdicts} - {""}) == 1
    assert all("LookupError: no filters here (" in each.reason for each in verdicts if each.fault)
    assert all("broken_plugins.py, line" in each.reason for each in verdicts if each.fault)


def test_what_is_promised_of_every_plugin_is_tried_without_keras():
    code = (
        "import sys\n"
        "from sinesweep.testing.verdicts import SUITES, judge, needs_keras, promises\n"
        "from sinesweep_plugins.features.log_mel import LogMel\n"
        "light = [each for each in promises(SUITES['features']) if not needs_keras('features', each)]\n"
        "assert len(light) == 8 and all(judge('features', each, LogMel()).kept for each in light)\n"
        "sys.exit('keras' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("how", "promise", "reason"),
    [
        ("always", "nothing is changed outside training", "the numbers differ"),
        ("unseeded", "the seed decides", "two layers of one seed: the numbers differ"),
        ("once a batch", "a draw of its own", "sixteen copies of a clip always come out alike"),
    ],
)
def test_an_augmentation_that_breaks_a_promise_is_found(verdict, how, promise, reason):
    found = verdict("augmentations", "Louder", promise, how=how)
    assert found.kept is False
    assert reason in found.reason
    assert verdict("augmentations", "Louder", promise, how="well").kept


@pytest.mark.parametrize(
    ("how", "promise", "reason"),
    [
        ("constant", "adjustable settings are read from weights", "its graph holds what `adjustable` says"),
        ("eager", "works in a traced graph", "Error"),
        ("long", "the shortest clips", "clips of the shape (1,): clips have the shape (16, 0), expected (16, 1)"),
    ],
)
def test_an_augmentation_that_a_trial_could_not_use_is_found(verdict, how, promise, reason):
    found = verdict("augmentations", "Amplified", promise, how=how)
    assert found.kept is False
    assert reason in found.reason
    assert verdict("augmentations", "Amplified", promise, how="well").kept


def test_an_adjustable_setting_that_does_not_exist_is_told(verdict):
    found = verdict("augmentations", "Misnamed", "adjustable settings")
    assert found.reason == "`adjustable` names gain: there are no such settings"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Louder", "it does not say unsafe_for; say frozenset() where it makes no labels wrong"),
        ("Detuned", "'picth' is nothing that labels tell. Did you mean 'pitch'? Known: background, key"),
    ],
)
def test_labels_that_an_augmentation_makes_wrong_have_to_be_said_and_known(verdict, name, reason):
    found = verdict("augmentations", name, "for which labels it is unsafe")
    assert found.kept is False
    assert reason in found.reason


@pytest.mark.parametrize(
    ("promise", "reason"),
    [("a saved model gives", "computed on the host"), ("an exported model gives", "says that it does not export")],
)
def test_a_promise_that_is_not_for_a_plugin_is_neither_kept_nor_broken(verdict, promise, reason):
    found = verdict("features", "Frames", promise)
    assert found.kept is None
    assert reason in found.reason


def test_every_promise_of_a_suite_is_tried_once_and_told_in_words(broken):
    verdicts = list(examine("features", broken.Frames()))
    promises = [each.promise for each in verdicts]
    assert promises[0] == "it keeps the form of its kind"
    assert len(promises) == len(set(promises)) == len([n for n in dir(SUITES["features"]) if n.startswith("test_")])
    assert [each.promise for each in verdicts if each.kept is False] == ["it is listed without loading a heavy library"]


def test_edges_are_all_ends_and_meet_the_conditions_of_a_setting(broken):
    plugin = broken.Louder()
    assert [point.how for point in edges(plugin)] == ["well", "well", "always", "unseeded", "once a batch"]
    from sinesweep_plugins.features.log_mel import LogMel

    tops = [point for point in edges(LogMel(compression="ln")) if point.top_db != 80.0]
    assert [(point.top_db, point.compression) for point in tops] == [(0.0, "db"), (200.0, "db")]
    assert {point.n_mels for point in edges(LogMel())} == {8, 64, 256}


def test_options_are_all_others_of_words_and_switches_and_no_numbers():
    from sinesweep_plugins.features.pcen import PCEN

    tried = list(options(PCEN()))
    assert {point.trainable for point in tried} == {True, False}
    assert {point.window for point in tried} == {"hann", "hamming"}
    assert {point.n_mels for point in tried} == {PCEN().n_mels}
    assert PCEN() not in tried


def test_random_points_are_the_same_every_time_and_half_of_them_lie_in_what_is_searched():
    from sinesweep_plugins.features.log_mel import LogMel

    first, second = (list(random_points(LogMel(), 20)) for _ in range(2))
    assert first == second
    assert all(20 <= point.n_mels <= 128 for point in first[::2])
    assert any(not 20 <= point.n_mels <= 128 for point in first[1::2])
    assert named(changed(LogMel(), {"n_mels": 8})) == "LogMel(n_mels=8)"


def test_a_suite_is_imported_without_keras_and_without_pytest():
    code = "import sys, sinesweep.testing; sys.exit(bool({'keras', 'pytest', 'scipy'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_core_does_not_load_the_suites():
    code = "import sys, sinesweep, sinesweep.registry; sys.exit('sinesweep.testing' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
