"""From plugins to Keras models: what can be built, and who is to blame where it cannot."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from sinesweep.configuration import Parts
from sinesweep.dataset import Task
from sinesweep.errors import Infeasible, PluginError, PluginFault, SweepError
from sinesweep.fit import DECAYING, OPTIMIZERS, Fit
from sinesweep.lengths import Length
from sinesweep_runner.training import optimizers
from sinesweep_runner.training.assembly import build_front, check
from sinesweep_runner.training.batches import shuffled
from sinesweep_runner.training.drybuild import dry_build
from sinesweep_runner.training.normalisation import ClipNormalization, Statistics
from sinesweep_runner.training.optimizers import NAMES, _own_settings, check_installed, optimizer
from sinesweep_runner.training.schedules import learning_rate

LENGTH = Length("pad", 4000, 2000)


def test_a_dry_build_counts_the_parameters(make_config):
    config = make_config(architecture={"name": "engine_plugins:TinyNet", "units": 8})
    convolution, normalisation, dense = 3 * 20 * 8 + 8, 4 * 8, 8 * 5 + 5
    assert dry_build(config, LENGTH, Task.CLASSIFICATION, 5)["parameters"] == convolution + normalisation + dense


def test_the_features_shape_is_known_without_building(make_config):
    config = make_config()
    front = build_front(Parts.of(config), config, LENGTH, check(config, LENGTH))
    assert check(config, LENGTH) == front.output_shape[1:]


def test_a_front_end_may_call_its_layer_waveform(make_config):
    config = make_config(features={"name": "waveform"})
    assert build_front(Parts.of(config), config, LENGTH, check(config, LENGTH)).output_shape == (None, 2000, 1)


@pytest.mark.parametrize(
    ("sections", "error", "message"),
    [
        ({"features": {"name": "log_mel", "n_mels": 128, "window_ms": 16.0}}, Infeasible, "mel"),
        ({"architecture": {"name": "engine_plugins:DeepNet"}}, Infeasible, "DeepNet' cannot be built on features of"),
        ({"architecture": {"name": "engine_plugins:RaisingNet"}}, PluginFault, "RaisingNet' failed in build"),
        ({"features": {"name": "engine_plugins:RaisingCheck"}}, PluginFault, "RaisingCheck' failed in check"),
        ({"loss": {"name": "cros_entropy"}}, PluginError, "Did you mean 'cross_entropy'"),
    ],
)
def test_what_cannot_be_built_says_why(make_config, sections, error, message):
    with pytest.raises(error, match=message):
        dry_build(make_config(**sections), LENGTH, Task.CLASSIFICATION, 2)


def test_statistics_are_those_of_all_batches_together():
    features = np.random.default_rng(0).normal([0, 5], [1, 3], (10, 7, 2)).astype(np.float32)
    statistics = Statistics.of([features[:4], features[4:]])
    assert statistics.mean == pytest.approx(features.mean(axis=(0, 1)), abs=1e-5)
    assert statistics.variance == pytest.approx(features.var(axis=(0, 1)), rel=1e-5)


def test_a_bin_without_movement_does_not_become_loud():
    features = np.random.default_rng(0).normal(size=(10, 7, 2)).astype(np.float32)
    features[..., 1] = -100
    assert Statistics.of([features]).variance[1] > 1e-5
    assert Statistics.of([np.zeros((2, 3, 4), np.float32)]).variance == pytest.approx(1)


def test_a_clip_is_normalised_by_itself_alone():
    quiet, loud = np.random.default_rng(0).normal([[[0]], [[50]]], [[[1]], [[20]]], (2, 30, 8)).astype(np.float32)
    layer = ClipNormalization()
    together = np.asarray(layer(np.stack([quiet, loud])))
    assert together[0] == pytest.approx(np.asarray(layer(quiet[None]))[0], abs=1e-5)
    assert together.mean(axis=(1, 2)) == pytest.approx([0, 0], abs=1e-4)
    assert together.std(axis=(1, 2)) == pytest.approx([1, 1], abs=1e-3)


@pytest.mark.parametrize(("rows", "batch_size"), [(1, 8), (7, 8), (24, 8), (25, 8), (100, 64)])
def test_an_epoch_is_all_rows_in_batches_of_one_size(rows, batch_size):
    batches = shuffled(np.arange(rows), batch_size, (1, 2))
    assert set(batches.ravel()) == set(range(rows))
    assert batches.shape[1] <= batch_size
    assert batches.size - rows < len(batches)


def test_every_epoch_has_an_order_of_its_own():
    first, second = (shuffled(np.arange(24), 8, (1, epoch)) for epoch in (1, 2))
    assert (first != second).any()
    assert (first == shuffled(np.arange(24), 8, (1, 1))).all()


WRAPPERS = {"Optimizer", "LossScaleOptimizer", "MultiOptimizer"}
"""What is public in `keras.optimizers` and makes no step of its own."""

OTHERWISE = {
    "adafactor": {"epsilon_1", "epsilon_2"},  # what keeps divisions from 0
    "muon": {"muon_a", "muon_b", "muon_c", "exclude_layers", "exclude_embeddings"},  # a polynomial, names of layers
    "schedule_free_adamw": {"warmup_steps"},  # `schedule: warmup_constant` does it
}
"""Arguments of an optimizer's own that are no settings."""


def test_every_optimizer_of_keras_can_be_asked_for():
    import keras

    public = {name: kind for name, kind in vars(keras.optimizers).items() if isinstance(kind, type)}
    steps = {name for name, kind in public.items() if issubclass(kind, keras.Optimizer)} - WRAPPERS
    assert set(NAMES.values()) == steps
    assert set(NAMES) == set(OPTIMIZERS)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_argument_of_an_optimizers_own_is_a_setting(name):
    import keras

    base = next(kind for kind in keras.Optimizer.__mro__ if kind.__name__ == "BaseOptimizer")
    of_all = inspect.signature(base).parameters.keys() - {"weight_decay"}
    kind = getattr(keras.optimizers, NAMES[name])
    own = inspect.signature(kind).parameters.keys() - of_all - OTHERWISE.get(name, set())
    assert _own_settings(Fit(optimizer=name)).keys() == own


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_takes_its_settings(name):
    decays = {"weight_decay": 0.2, "added_weight_decay": 0.4}
    made = optimizer(Fit(optimizer=name, learning_rate=0.5, momentum=0.3, nesterov=True, **decays))
    config = made.get_config()
    assert config.get("momentum", 0.3) == 0.3
    assert config["weight_decay"] == (0.2 if name in ("adamw", "lion", "lamb", "muon") else 0.4)
    assert config.get("nesterov", True) is True


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_of_defaults_is_that_of_keras(name):
    """But for momentum, which helps, and weight decay, which some have only here."""
    import keras

    ours = optimizer(Fit(optimizer=name)).get_config()
    theirs = getattr(keras.optimizers, NAMES[name])(1e-3).get_config()
    differing = {key for key in ours if ours[key] != theirs[key] and key not in ("name", "learning_rate")}
    assert differing <= {"momentum", "weight_decay", "nesterov"}
    assert "weight_decay" not in differing or name in DECAYING


@pytest.mark.parametrize("name", ["adam", "sgd", "rmsprop", "adadelta", "nadam"])
def test_added_weight_decay_shrinks_what_has_no_gradient(name):
    import keras

    weight = keras.Variable(np.ones((3, 2), np.float32))
    made = optimizer(Fit(optimizer=name, learning_rate=0.1, added_weight_decay=0.5))
    made.apply([keras.ops.zeros((3, 2))], [weight])
    np.testing.assert_allclose(weight.numpy(), 0.95, rtol=1e-6)


def test_an_optimizer_that_the_installed_keras_does_not_have_is_refused_with_the_way_out(monkeypatch):
    check_installed(OPTIMIZERS)
    monkeypatch.setattr(optimizers, "version", lambda package: "3.13.2")
    check_installed(set(OPTIMIZERS) - {"schedule_free_adamw"})
    with pytest.raises(SweepError, match=r"schedule_free_adamw needs Keras 3.14 or newer, and 3.13.2 is installed"):
        check_installed(["adam", "schedule_free_adamw"])


@pytest.mark.parametrize(
    ("settings", "argument", "value"),
    [
        ({"optimizer": "adam", "beta_1": 0.8}, "beta_1", 0.8),
        ({"optimizer": "lion", "lion_beta_2": 0.95}, "beta_2", 0.95),
        ({"optimizer": "muon", "beta_2": 0.95}, "adam_beta_2", 0.95),
        ({"optimizer": "muon", "weight_decay": 0.1}, "adam_weight_decay", 0.1),
        ({"optimizer": "rmsprop", "rho": 0.8}, "rho", 0.8),
        ({"optimizer": "adadelta", "adadelta_rho": 0.8}, "rho", 0.8),
        ({"optimizer": "ftrl", "ftrl_l1": 0.01}, "l1_regularization_strength", 0.01),
        ({"optimizer": "ftrl", "ftrl_beta": 0.1}, "beta", 0.1),
        ({"optimizer": "ftrl", "ftrl_l2_shrinkage": 0.1}, "l2_shrinkage_regularization_strength", 0.1),
        ({"optimizer": "sgd", "added_weight_decay": 0.1}, "weight_decay", 0.1),
        ({"optimizer": "sgd", "weight_decay": 0.1}, "weight_decay", None),
        ({"optimizer": "adamw", "added_weight_decay": 0.1}, "weight_decay", 4e-3),
        ({"optimizer": "schedule_free_adamw", "schedule_free_beta": 0.8}, "beta_1", 0.8),
        ({"optimizer": "schedule_free_adamw", "schedule_free_epsilon": 1e-6}, "epsilon", 1e-6),
        ({"optimizer": "adagrad", "accumulator": 0.5}, "initial_accumulator_value", 0.5),
        ({"optimizer": "adafactor", "clip_threshold": 2.0}, "clip_threshold", 2.0),
        ({"clipping": "norm", "clip_at": 0.5}, "clipnorm", 0.5),
        ({"clipping": "global_norm", "clip_at": 0.5}, "global_clipnorm", 0.5),
        ({"clipping": "value", "clip_at": 0.5}, "clipvalue", 0.5),
        ({"clip_at": 0.5}, "clipvalue", None),
    ],
)
def test_a_parameter_of_an_optimizer_reaches_it(settings, argument, value):
    assert optimizer(Fit(**settings)).get_config()[argument] == value


def rates(schedule):
    return [learning_rate(Fit(schedule=schedule, learning_rate=0.5), done, 100) for done in range(101)]


def test_a_warm_up_is_the_same_whatever_follows_it():
    constant, cosine = rates("warmup_constant"), rates("warmup_cosine")
    assert constant[:11] == cosine[:11] == pytest.approx(np.linspace(0, 0.5, 12)[1:])
    assert set(constant[10:]) == {0.5}


def test_schedules_end_at_nothing():
    assert set(rates("constant")) == {0.5}
    assert rates("cosine")[0] == pytest.approx(0.5)
    assert rates("cosine")[-1] == pytest.approx(0, abs=1e-6)
    warm = rates("warmup_cosine")
    assert 0 < warm[0] < 0.05
    assert max(warm) == warm[10] == pytest.approx(0.5)
    assert warm[-1] == pytest.approx(0, abs=1e-6)
