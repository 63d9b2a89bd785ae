"""KerasTuner's hypermodels as architectures: one space, one network, whatever a person wrote for KerasTuner."""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import itertools
import json
import sys
import textwrap

import keras
import keras_tuner
import numpy as np
import optuna
import pytest
from optuna.distributions import CategoricalDistribution as Category
from optuna.distributions import FloatDistribution
from optuna.distributions import IntDistribution as IntRange

from sinesweep.errors import ArtifactError, Infeasible, PluginError, SweepError
from sinesweep.picks import grid, random_pick, suggest
from sinesweep.settings import make, values
from sinesweep.space import SearchSpace
from sinesweep.sweepfile import check_document
from sinesweep.testing import ArchitectureSuite
from sinesweep.testing.verdicts import judge, needs_keras, promises
from sinesweep.trial import State
from sinesweep_plugins.architectures import _hyper_layers, _hyper_space
from sinesweep_plugins.architectures.keras_tuner import KerasTuner
from sinesweep_runner import Artifact, run

# Keras 3.15 asks TensorFlow's variables for a copy in a way that numpy 2 has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

SHAPE = (32, 24)
NUMBERS = itertools.count()


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Writes a person's module and gives its name; `keras`, `layers` and `kt` are imported in it."""
    monkeypatch.syspath_prepend(tmp_path)
    made = []

    def write(text):
        made.append(f"hers_{next(NUMBERS)}")
        head = "import keras\nimport keras_tuner as kt\nfrom keras import layers, ops\n"
        (tmp_path / f"{made[-1]}.py").write_text(head + textwrap.dedent(text), encoding="utf-8")
        return made[-1]

    yield write
    for name in made:
        sys.modules.pop(name, None)


def space(hypermodel, **asked):
    """The space of a sweep over this hypermodel alone."""
    pinned = {"label_smoothing": 0.0}
    sections = {"features": {"log_mel": None}, "losses": {"cross_entropy": pinned}, "augmentations": {}}
    return SearchSpace.of({**sections, "architectures": {"keras_tuner": {"hypermodel": hypermodel, **asked}}}, {})


def dimensions(hypermodel, **asked):
    """The dimensions that the hypermodel brings, by their names in its code."""
    start = "architecture.keras_tuner.hp."
    found = space(hypermodel, **asked).dimensions()
    return {name.removeprefix(start): domain for name, domain in found.items() if name.startswith(start)}


def plugin(config):
    """The plugin of a configuration."""
    return make(KerasTuner, {key: value for key, value in config.items() if key != "name"}, "keras_tuner")


def clips(shape=SHAPE, count=3):
    return np.random.default_rng(1).standard_normal((count, *shape), dtype="float32")


def built(hypermodel, shape=SHAPE, outputs=3, **given):
    """A network, and its logits for `clips`."""
    keras.utils.set_random_seed(3)
    model = KerasTuner(hypermodel=hypermodel, **given).build(shape, outputs)
    return model, np.asarray(model(clips(shape)))


def tones_sweep(tones, keras_tuner, **more):
    """The file of a small sweep over a hypermodel, in this process; one trial where `more` does not say otherwise."""
    return {
        "name": "tones",
        "data": {"reader": "folder", "path": str(tones), "group": r"(\w+/rec\d+)"},
        "split": {"test": 0.2, "valid": 0.25},
        "features": {"log_mel": {"n_mels": 20, "window_ms": 32.0, "hop_ms": 32.0}},
        "architectures": {"keras_tuner": keras_tuner},
        "fit": {"epochs": 2, "batch_size": 16, "learning_rate": 0.01},
        "baseline": None,
        "budget": {"trials": 1},
        "workers": {"count": 1},
    } | more


EVERY_KIND = """
    ASKED = []

    def build(hp):
        with hp.name_scope("a block"):
            hp.Int("whole", 3, 14, step=4)
        hp.Int("log", 1, 1000, sampling="log", default=10)
        hp.Int("doubled", 2, 33, step=2, sampling="log")
        hp.Int("mirrored", 1, 100, sampling="reverse_log")
        hp.Float("real", 0.25, 0.75)
        hp.Float("stepped", 0.0, 0.35, step=0.1)
        hp.Float("log real", 1e-4, 1e-1, sampling="log")
        hp.Float("tens", 0.001, 10, step=10, sampling="log")
        hp.Choice("word", ["a", "b"], default="b")
        hp.Choice("number", [8, 32, 128])
        hp.Choice("fraction", [0.5, 0.1])
        hp.Boolean("flag", default=True)
        hp.Fixed("fixed", 7)
        ASKED.append(dict(hp.values))
        inputs = keras.Input((32, 24))
        return keras.Model(inputs, layers.Dense(3)(layers.Flatten()(inputs)))
"""


def test_every_kind_of_hyperparameter_becomes_its_distribution_and_comes_back(module):
    name = module(EVERY_KIND)
    trial = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1)).ask()
    config = space(f"{name}:build").suggest(lambda dimension, domain: suggest(trial, dimension, domain))
    start = "architecture.keras_tuner.hp."
    asked_for = {key.removeprefix(start): each for key, each in trial.distributions.items() if key.startswith(start)}
    assert asked_for == {
        "a block/whole": IntRange(3, 11, step=4),
        "log": IntRange(1, 1000, log=True),
        "doubled": Category((2, 4, 8, 16, 32)),
        "mirrored": IntRange(1, 100),
        "real": FloatDistribution(0.25, 0.75),
        "stepped": FloatDistribution(0.0, 0.3, step=0.1),
        "log real": FloatDistribution(1e-4, 1e-1, log=True),
        "tens": Category((0.001, 0.01, 0.1, 1.0, 10.0)),
        "word": Category(("a", "b")),
        "number": Category((8, 32, 128)),
        "fraction": Category((0.5, 0.1)),
        "flag": Category((True, False)),
    }
    plugin(config["architecture"]).build(SHAPE, 3)
    came_back = sys.modules[name].ASKED[-1]
    assert came_back == {"fixed": 7} | {key: trial.params[f"{start}{key}"] for key in asked_for}


NESTED = """
    ASKED = []

    def build(hp):
        kind = hp.Choice("kind", ["flat", "deep"])
        with hp.conditional_scope("kind", ["deep"]):
            layers_ = hp.Int("layers", 1, 3)
            with hp.conditional_scope("layers", [2, 3]):
                hp.Boolean("skip")
                hp.Float("gain", 0.5, 2.0, parent_name="skip", parent_values=[True])
            hp.Int("units", 8, 16)
        with hp.conditional_scope("kind", "flat"):
            hp.Int("units", 100, 200)
        ASKED.append(dict(hp.values))
        inputs = keras.Input((32, 24))
        return keras.Model(inputs, layers.Dense(3)(layers.Flatten()(inputs)))
"""


def test_a_configuration_has_exactly_what_kerastuner_holds_for_active(module):
    """Under nested conditions, and two ranges of one name, over many points."""
    name = module(NESTED)
    hers = space(f"{name}:build")
    assert set(dimensions(f"{name}:build")) == {
        "kind", "layers", "skip", "gain", "units (kind: deep)", "units (kind: flat)",
    }  # fmt: skip
    pick, seen = random_pick(np.random.default_rng(0)), set()
    for _ in range(25):
        config = hers.suggest(pick)["architecture"]
        plugin(config).build(SHAPE, 3)
        asked = {key.removeprefix("hp."): value for key, value in config.items() if key.startswith("hp.")}
        assert asked == sys.modules[name].ASKED[-1]
        assert (asked["units"] >= 100) == (asked["kind"] == "flat")
        seen.add(frozenset(asked))
    assert len(seen) == 4


def test_a_point_names_all_that_a_nested_hyperparameter_hangs_on(module):
    hers = space(f"{module(NESTED)}:build")
    start = "architecture.keras_tuner.hp."
    needed = {f"{start}kind": "deep", f"{start}layers": 2, f"{start}skip": True}
    assert hers.check_point({f"{start}gain": 1.0, **needed}) == []
    told = hers.check_point({f"{start}gain": 1.0})
    assert told == [
        f"{start}gain: counts only with {start}{gate}" for gate in ("kind: deep", "layers: 2 or 3", "skip: True")
    ]


def test_a_grid_goes_through_every_active_combination_once(module):
    name = module("""
        def build(hp):
            if hp.Choice("kind", ["a", "b"]) == "b":
                with hp.conditional_scope("kind", ["b"]):
                    hp.Int("size", 1, 3)
            return keras.Sequential([layers.Flatten(), layers.Dense(3)])
    """)
    block = space(f"{name}:build").choices["architecture"]["keras_tuner"]
    assert len(list(grid(block.suggest))) == 1 + 3


def test_what_only_a_deeper_network_asks_for_is_found(module):
    name = module("""
        def build(hp):
            x = inputs = keras.Input((32, 24))
            for layer in range(hp.Int("layers", 1, 3)):
                x = layers.Dense(hp.Int(f"units_{layer}", 8, 64, step=8))(x)
                if hp.Choice(f"after_{layer}", ["nothing", "dropout"]) == "dropout":
                    x = layers.Dropout(hp.Float(f"rate_{layer}", 0.1, 0.5))(x)
            return keras.Model(inputs, layers.Dense(3)(layers.Flatten()(x)))
    """)
    found = dimensions(f"{name}:build")
    assert set(found) == {"layers"} | {f"{what}_{layer}" for what in ("units", "after", "rate") for layer in range(3)}


def test_a_network_that_needs_large_features_is_explored_on_large_ones(module):
    name = module("""
        def build(hp, input_shape):
            inputs = keras.Input(input_shape)
            x = layers.Conv2D(hp.Int("filters", 1, 4), 100)(inputs)
            return keras.Model(inputs, layers.Dense(3)(layers.GlobalMaxPooling2D()(x)))
    """)
    assert set(dimensions(f"{name}:build")) == {"filters"}


def test_the_same_hypermodel_gives_the_same_space_in_any_process(module):
    name = module(NESTED)
    here = _hyper_space.found_in(f"{name}:build", 1)
    _hyper_space.found_in.cache_clear()
    sys.modules.pop(name)
    assert _hyper_space.found_in(f"{name}:build", 1) == here
    elsewhere = _hyper_space._elsewhere(f"{name}:build", 1)["found"]
    assert json.loads(json.dumps(here)) == elsewhere
    assert _hyper_space.hyper_settings(here, "hp.") == _hyper_space.hyper_settings(elsewhere, "hp.")


def test_the_same_seed_gives_the_same_configurations(module):
    name = module(NESTED)

    def drawn():
        pick = random_pick(np.random.default_rng(7))
        return [space(f"{name}:build").suggest(pick) for _ in range(5)]

    assert drawn() == drawn()


def test_a_range_can_be_narrowed_pinned_or_listed_in_either_form(module):
    name = module(EVERY_KIND)
    nested = {"hp": {"log": {"low": 5, "high": 50}, "a block/whole": 7, "number": [8, 32], "stepped": {"high": 0.2}}}
    found = dimensions(f"{name}:build", **nested)
    assert str(found["log"]) == "5 … 50, log"
    assert "a block/whole" not in found
    assert found["number"].options == (8, 32)
    assert str(found["stepped"]) == "0 … 0.2 by 0.1"
    assert found == dimensions(f"{name}:build", **{f"hp.{key}": each for key, each in nested["hp"].items()})
    with pytest.raises(SweepError) as caught:
        dimensions(f"{name}:build", hp={"unknown": 3, "word": "c", "fixed": 8})
    assert "keras_tuner.hp.unknown: there is no such setting" in str(caught.value)
    assert "keras_tuner.hp.word: expected a, b, got 'c'" in str(caught.value)
    assert "keras_tuner.hp.fixed: expected 7, got 8" in str(caught.value)


def test_what_only_sets_the_optimizer_is_not_searched(module):
    name = module("""
        def build(hp):
            model = keras.Sequential([keras.Input((32, 24)), layers.Flatten()])
            model.add(layers.BatchNormalization(momentum=hp.Choice("momentum", [0.5, 0.7])))
            model.add(layers.Dense(3, activation="softmax"))
            kind = {"adam": keras.optimizers.Adam, "sgd": keras.optimizers.SGD}[hp.Choice("optimizer", ["adam", "sgd"])]
            model.compile(kind(hp.Float("lr", 1e-4, 1e-1, sampling="log")), "categorical_crossentropy")
            return model
    """)
    assert set(dimensions(f"{name}:build")) == {"momentum"}
    assert set(dimensions(f"{name}:build", hp={"lr": [0.1, 0.01]})) == {"momentum", "lr"}
    told = space(f"{name}:build").notes()
    assert [note.partition(" is not searched: ")[0].rpartition(".")[2] for note in told] == ["optimizer", "lr"]
    assert all("Sinesweep compiles the model itself, as fit.learning_rate" in note for note in told)


BUILDERS = """
    def network(shape, outputs):
        inputs = keras.Input(shape)
        x = layers.Conv2D(4, 3)(inputs)
        return keras.Model(inputs, layers.Dense(outputs, "softmax")(layers.GlobalAveragePooling2D()(x)))

    def function(hp, input_shape, num_classes=10):
        hp.Int("n", 1, 2)
        return network(input_shape, num_classes)

    class Hers(kt.HyperModel):
        def __init__(self, input_shape, classes, **kwargs):
            super().__init__(**kwargs)
            self.told = input_shape, classes

        def declare_hyperparameters(self, hp):
            hp.Int("n", 1, 2)

        def build(self, hp):
            return network(*self.told)

    class Bare(kt.HyperModel):
        def build(self, hp):
            hp.Int("n", 1, 2)
            return network((32, 24, 1), 3)

    instance = Bare()
"""


@pytest.mark.parametrize("attribute", ["function", "Hers", "Bare", "instance"])
def test_functions_classes_and_instances_are_taken(module, attribute):
    name = module(BUILDERS)
    assert set(dimensions(f"{name}:{attribute}")) == {"n"}
    _, logits = built(f"{name}:{attribute}")
    assert logits.shape == (3, 3)
    assert not np.allclose(logits.sum(axis=1), 1)


@pytest.mark.parametrize(
    "entry",
    ["(32, 24)", "(24, 32)", "(32, 24, 1)", "(32, 24, 3)", "(24, 32, 1)", "(None, None, 1)", "(None, 24)", "(768,)"],
)
def test_a_network_of_fixed_shape_gets_the_features_as_it_wants_them(module, entry):
    name = module(f"""
        def build(hp):
            inputs = keras.Input({entry})
            x = layers.GlobalAveragePooling2D()(inputs) if len({entry}) == 3 else layers.Flatten()(inputs)
            x = x if None not in x.shape[1:] else layers.GlobalAveragePooling1D()(inputs)
            return keras.Model(inputs, layers.Dense(3)(x))
    """)
    model, logits = built(f"{name}:build")
    assert model.input_shape == (None, *SHAPE)
    assert logits.shape == (3, 3)


def test_turned_features_are_turned_and_not_reshaped(module):
    name = module("""
        def build(hp):
            inputs = keras.Input((24, 32, 1))
            return keras.Model(inputs, layers.Flatten()(inputs)[:, :3])
    """)
    _, logits = built(f"{name}:build")
    np.testing.assert_allclose(logits, clips()[:, :3, 0])


def test_another_shape_is_refused_with_both_shapes(module):
    name = module("""
        def build(hp):
            return keras.Sequential([keras.Input((128, 216, 1)), layers.Flatten(), layers.Dense(3)])
    """)
    with pytest.raises(Infeasible, match="takes 128 × 216 × 1; the features are 32 × 24"):
        built(f"{name}:build")


@pytest.mark.parametrize("layer", ["layers.Conv2D(3, 3)", "layers.LSTM(3)", "layers.Conv1D(3, 3)"])
def test_a_network_that_waits_for_its_input_gets_channels_or_none(module, layer):
    name = module(f"""
        def build(hp):
            return keras.Sequential([{layer}, layers.Flatten(), layers.Dense(3, activation="softmax")])
    """)
    assert built(f"{name}:build")[1].shape == (3, 3)


ENDINGS = {
    "dense": "layers.Dense(3, activation='softmax')(x)",
    "activation": "layers.Activation('softmax')(layers.Dense(3)(x))",
    "layer": "layers.Softmax()(layers.Dense(3)(x))",
    "operation": "ops.softmax(layers.Dense(3)(x))",
    "sigmoid": "layers.Dense(3, activation='sigmoid')(x)",
    "nested": "keras.Sequential([layers.Dense(3, activation='softmax')])(x)",
    "own": "Own()(layers.Dense(3)(x))",
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_logits_make_the_answers_that_the_hypermodel_gives(module, ending):
    name = module(f"""
        class Own(layers.Layer):
            def call(self, x):
                return ops.softmax(x)

        def build(hp):
            inputs = keras.Input((32, 24))
            x = layers.Flatten()(inputs)
            model = keras.Model(inputs, {ENDINGS[ending]})
            model.compile("sgd", keras.losses.CategoricalCrossentropy())
            return model
    """)
    _, logits = built(f"{name}:build")
    keras.utils.set_random_seed(3)
    hers = np.asarray(sys.modules[name].build(keras_tuner.HyperParameters())(clips()))
    answer = keras.ops.sigmoid(logits) if ending == "sigmoid" else keras.ops.softmax(logits)
    np.testing.assert_allclose(answer, hers, rtol=1e-4, atol=1e-6)
    assert not np.allclose(logits, hers)


def test_a_model_of_somebodys_own_class_gives_the_logarithms_of_its_answers(module):
    name = module("""
        class Hers(keras.Model):
            def __init__(self):
                super().__init__()
                self.last = layers.Dense(3, activation="softmax")

            def call(self, x):
                return self.last(ops.reshape(x, (-1, 768)))

        def build(hp):
            model = Hers()
            model.compile("adam", "sparse_categorical_crossentropy")
            return model
    """)
    _, logits = built(f"{name}:build")
    np.testing.assert_allclose(np.exp(logits).sum(axis=1), 1, rtol=1e-5)
    assert (logits < 0).all()


def test_one_sigmoid_stands_for_two_classes(module):
    name = module("""
        def build(hp):
            return keras.Sequential([keras.Input((32, 24)), layers.Flatten(), layers.Dense(1, activation="sigmoid")])
    """)
    _, logits = built(f"{name}:build", outputs=2)
    keras.utils.set_random_seed(3)
    hers = np.asarray(sys.modules[name].build(None)(clips()))
    np.testing.assert_allclose(np.asarray(keras.ops.softmax(logits))[:, 1:], hers, rtol=1e-4)


@pytest.mark.parametrize(
    ("kind", "point"),
    [
        ("HyperResNet", {"version": "v1", "pooling": "max"}),
        ("HyperXception", {"activation": "selu", "pooling": "flatten"}),
        ("HyperEfficientNet", {"version": "B0", "pooling": "max"}),
    ],
)
def test_kerastuners_own_networks_run_on_spectrograms(kind, point):
    name = f"keras_tuner.applications:{kind}"
    found = dimensions(name)
    assert point.keys() <= found.keys()
    assert "learning_rate" not in found
    _, logits = built(name, (64, 48), hp=point)
    assert logits.shape == (3, 3)
    assert np.isfinite(logits).all()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "point"),
    [
        ("HyperResNet", {"version": "v1", "conv3_depth": 4, "conv4_depth": 6}),
        ("HyperResNet", {"version": "v2", "conv3_depth": 4, "conv4_depth": 6}),
        ("HyperResNet", {"version": "next", "conv3_depth": 4, "conv4_depth": 6}),
        ("HyperXception", {"sep_num_filters": 128, "num_residual_blocks": 2, "num_dense_layers": 1}),
        ("HyperEfficientNet", {"version": "B0"}),
    ],
)
def test_a_sweep_over_one_of_kerastuners_own_networks_ends_with_a_model_that_predicts(kind, point, tones, tmp_path):
    asked = {"hypermodel": f"keras_tuner.applications:{kind}", "hp": point}
    document = tones_sweep(tones, asked, fit={"epochs": 1, "batch_size": 16, "learning_rate": 1e-3})
    ended = run(check_document(document), tmp_path / "sweep")
    assert ended.board.counts == {State.COMPLETE: 1}
    assert 0 <= ended.board.rows[0].score <= 1
    sounds = np.random.default_rng(0).standard_normal((2, 4000), dtype="float32")
    answer = Artifact.load(tmp_path / "sweep" / "best").answer(sounds)
    np.testing.assert_allclose(answer.sum(axis=1), 1, rtol=1e-5)
    assert np.isfinite(answer).all()


def test_a_saved_network_gives_the_same_logits_even_with_a_lambda_inside(module, tmp_path):
    """Keras' safe mode reads none, and KerasTuner's third version of HyperResNet has eighteen."""
    name = module("""
        class Hers(layers.Layer):
            def call(self, x):
                return 2 * x

        def build(hp):
            inputs = keras.Input((32, 24))
            x = layers.Lambda(lambda x: x + 1)(Hers()(layers.Flatten()(inputs)))
            return keras.Model(inputs, layers.Dense(3)(layers.Dense(hp.Int("units", 1, 9))(x)))
    """)
    model, logits = built(f"{name}:build", hp={"units": 5})
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True, compile=False)
    np.testing.assert_allclose(loaded(clips()), logits, rtol=1e-5, atol=1e-6)


def test_a_sweep_over_a_hypermodel_ends_with_a_model_that_predicts(module, tones, tmp_path):
    name = module("""
        def build(hp):
            model = keras.Sequential()
            with hp.name_scope("first"):
                model.add(layers.Conv2D(hp.Choice("filters", [4, 8]), 3, activation="relu"))
            model.add(layers.GlobalAveragePooling2D())
            model.add(layers.Dense(3, activation="softmax"))
            return model
    """)
    points = [{"architecture.keras_tuner.hp.first/filters": filters} for filters in (8, 4)]
    document = tones_sweep(tones, {"hypermodel": f"{name}:build"}, enqueue=points, budget={"trials": 2})
    ended = run(check_document(document), tmp_path / "sweep")
    filters = {row.number: row.config["architecture"]["hp.first/filters"] for row in ended.board.rows}
    assert filters == {1: 8, 2: 4}
    assert "first/filters" in (tmp_path / "sweep" / "leaderboard.md").read_text(encoding="utf-8")
    with pytest.raises(ArtifactError, match=f"the model needs {name}:build, which belongs to no installed plugin"):
        Artifact.load(tmp_path / "sweep" / "best")
    answer = Artifact.load(tmp_path / "sweep" / "best", trust=True).answer(np.zeros((2, 4000), dtype=np.float32))
    np.testing.assert_allclose(answer.sum(axis=1), 1, rtol=1e-5)


def test_a_file_cannot_make_a_process_run_a_hypermodel_that_it_did_not_ask_for(module, tmp_path, monkeypatch):
    model, _ = built(f"{module(BUILDERS)}:function")
    model.save(tmp_path / "model.keras")
    monkeypatch.setattr(_hyper_layers, "_BUILT", set())
    with pytest.raises((ValueError, TypeError), match="would run that module"):
        keras.models.load_model(tmp_path / "model.keras", safe_mode=True, compile=False)


def test_values_and_make_are_inverse(module):
    name = module(NESTED)
    one = KerasTuner(hypermodel=f"{name}:build", hp={"kind": "flat", "units": 120})
    assert make(KerasTuner, values(one), "keras_tuner") == one
    assert plugin({"name": "keras_tuner", "hypermodel": f"{name}:build", "hp.kind": "flat", "hp.units": 120}) == one
    assert len({one, KerasTuner(hypermodel=f"{name}:build", hp={"kind": "flat", "units": 120})}) == 1


def test_dropout_and_weights_of_the_base_act_where_they_are_asked_for(module):
    name = module("""
        def build(hp):
            model = keras.Sequential([keras.Input((32, 24)), layers.Flatten()])
            model.add(layers.Dense(8, kernel_regularizer="l2"))
            model.add(layers.Dense(3))
            model.add(layers.Softmax())
            return model
    """)
    assert len(built(f"{name}:build")[0].losses) == 1
    model, _ = built(f"{name}:build", dropout=0.5, l1=1e-3)
    assert len(model.losses) == 2
    assert len(built(f"{name}:build", l1=1e-3, regularized="kernel_bias")[0].losses) == 4
    np.testing.assert_array_equal(model(clips()), model(clips()))
    assert not np.allclose(model(clips(), training=True), model(clips(), training=True))


@pytest.mark.parametrize(
    ("text", "attribute", "sentence"),
    [
        ("", "build", "cannot be imported: AttributeError"),
        ("raise OSError('no disk')", "build", "cannot be imported: OSError: no disk"),
        ("build = 3", "build", "expected a function of hp that returns a model"),
        (
            "def build(hp): hp.Int('n', 1, 2)",
            "build",
            "returned None, expected a Keras model; is its `return` missing?",
        ),
        ("def build(hp): return 3", "build", "returned 3, expected a Keras model"),
        ("def build(hp): return hp.nonsense", "build", "cannot be built with its defaults: AttributeError"),
        ("def build(hp): raise SystemExit(0)", "build", "cannot be built with its defaults: SystemExit: 0"),
        ("class Hers(kt.HyperModel):\n    def __init__(self, depth): ...", "Hers", "cannot be made: TypeError"),
    ],
)
def test_a_hypermodel_that_does_not_work_is_told_when_the_sweep_is_read(module, text, attribute, sentence):
    with pytest.raises(SweepError) as caught:
        space(f"{module(text)}:{attribute}")
    assert sentence in str(caught.value)


HALF_BROKEN = """
    def build(hp):
        kind = hp.Choice("kind", ["dense", "conv"])
        x = inputs = keras.Input((32, 24))
        if hp.Boolean("deep"):
            raise ValueError("no room")
        if kind == "conv":
            with hp.conditional_scope("knid", "conv"):
                x = layers.Conv1D(hp.Int("filters", 1, 4), 3)(x)
        for layer in range(hp.Int("layers", 1, 3)):
            x = layers.Dense(hp.Int(f"units_{layer}", 4, 8))(x)
        return keras.Model(inputs, layers.Dense(3)(layers.Flatten()(x)))
"""


def test_values_with_which_nothing_can_be_built_are_told_with_why(module):
    name = f"{module(HALF_BROKEN)}:build"
    deep, kind = sorted(space(name).notes())
    assert deep == "architecture.keras_tuner.hp.deep=True cannot be built: ValueError: no room"
    assert kind.startswith("architecture.keras_tuner.hp.kind=conv cannot be built: ValueError: ")
    assert "knid" in kind
    assert set(dimensions(name)) == {"kind", "deep", "layers"} | {f"units_{layer}" for layer in range(3)}
    assert space(name, hp={"deep": False, "kind": "dense"}).notes() == []


def test_what_only_small_features_cannot_take_is_no_fault_of_a_value(module):
    name = module("""
        def build(hp, input_shape):
            inputs = keras.Input(input_shape)
            x = layers.MaxPooling2D(hp.Choice("pool", [2, 100]))(inputs)
            return keras.Model(inputs, layers.Dense(3)(layers.Flatten()(x)))
    """)
    assert space(f"{name}:build").notes() == []


def test_a_name_without_a_colon_is_told():
    with pytest.raises(SweepError, match="expected module:name"):
        space("build_model")


def test_a_model_with_two_outputs_is_told(module):
    name = module("""
        def build(hp):
            inputs = keras.Input((32, 24))
            x = layers.Flatten()(inputs)
            return keras.Model(inputs, [layers.Dense(3)(x), layers.Dense(3)(x)])
    """)
    with pytest.raises(PluginError, match="one input and one output, got 1 and 2"):
        built(f"{name}:build")


def test_reading_the_plugin_imports_neither_keras_nor_kerastuner():
    import subprocess

    code = (
        "import sys; from sinesweep import registry; from sinesweep.settings import settings\n"
        "settings(registry.load('architectures', 'keras_tuner'))\n"
        "sys.exit(bool({'keras', 'keras_tuner'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


TWO_ANSWERS = """
    def build(hp, input_shape):
        return keras.Sequential([
            keras.Input(input_shape),
            layers.Flatten(),
            layers.Dense(hp.Choice("units", [4, 8]), activation="elu"),
            layers.Dense(2, activation="softmax"),
        ])
"""


def test_a_hypermodel_with_a_number_of_outputs_of_its_own_is_asked_for_as_many_by_the_suite(module):
    hypermodel = KerasTuner(hypermodel=f"{module(TWO_ANSWERS)}:build")
    kinds = [name for name in promises(ArchitectureSuite) if needs_keras("architectures", name)]
    found = [judge("architectures", name, hypermodel) for name in kinds]
    assert [each for each in found if each.kept is False] == []
