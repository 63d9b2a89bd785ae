"""All built-in networks, at every edge of their settings and at random between."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import dataclasses
import subprocess
import sys

import keras
import numpy as np
import pytest

from sinesweep import registry
from sinesweep.domains import Choice, searched
from sinesweep.errors import Infeasible
from sinesweep.picks import random_pick
from sinesweep.settings import make, settings

# Keras 3.15 asks TensorFlow's variables for a copy in a way that numpy 2 has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

NAMES = ["cnn", "crnn", "lstm", "mlp"]
SHAPES = [(40, 20), (100, 64), (33, 1), (9, 40), (22050, 1)]
SMALL = (16, 16)


@pytest.fixture(params=NAMES)
def plugin(request):
    return registry.load("architectures", request.param)


@pytest.fixture(autouse=True)
def fresh():
    """Nothing of one test's graphs is left for the next."""
    keras.utils.set_random_seed(0)
    yield
    keras.backend.clear_session()


def edges(plugin):
    """The defaults, and each setting at each of its ends, the others at their defaults."""
    yield plugin()
    for name, setting in settings(plugin).items():
        domain = setting.domain
        for value in domain.options if isinstance(domain, Choice) else (domain.low, domain.high):
            yield make(plugin, {name: value}, "edge")


def random_points(plugin, count):
    """Points of what is searched when a sweep says nothing."""
    pick = random_pick(np.random.default_rng(5))
    domains = {name: searched(setting.domain) for name, setting in settings(plugin).items()}
    for _ in range(count):
        yield make(plugin, {name: pick(name, domain) for name, domain in domains.items() if domain}, "random")


def is_feasible(network, shape):
    try:
        network.check(shape)
    except Infeasible:
        return False
    return True


def clips(shape, count=3):
    return np.random.default_rng(1).standard_normal((count, *shape), dtype="float32")


def gradients(model, x):
    """Gradients of a loss that every logit has a part in."""
    import tensorflow as tf

    with tf.GradientTape() as tape:
        logits = model(x, training=True)
        loss = tf.reduce_sum(tf.square(logits - np.arange(logits.shape[1], dtype="float32")))
    return tape.gradient(loss, [v.value for v in model.trainable_variables])


def test_every_edge_of_the_settings_gives_finite_logits(plugin):
    for network in edges(plugin):
        if is_feasible(network, SMALL):
            logits = np.asarray(network.build(SMALL, 3)(clips(SMALL)))
            assert logits.shape == (3, 3), network
            assert np.isfinite(logits).all(), network


def test_a_random_point_of_the_space_fits_many_inputs_or_is_refused(plugin):
    built = 0
    for number, network in enumerate(random_points(plugin, 10)):
        shape = SHAPES[number % 4]
        if not is_feasible(network, shape):
            with pytest.raises(Infeasible):
                network.build(shape, 4)
            continue
        built += 1
        logits = np.asarray(network.build(shape, 4)(clips(shape, 2)))
        assert logits.shape == (2, 4)
        assert np.isfinite(logits).all(), (network, shape)
    assert built > 0


def test_what_check_accepts_is_what_keras_can_build(plugin):
    """The arithmetic of `check` and the layers agree, at every small shape."""
    network = plugin()
    for frames in (1, 7, 8, 15, 16, 17):
        for bins in (1, 7, 8, 16, 17):
            if is_feasible(network, (frames, bins)):
                assert network.build((frames, bins), 2).output_shape == (None, 2)


def test_gradients_reach_every_weight(plugin):
    for network in [plugin(dropout=0.0), plugin(dropout=0.3, l2=1e-4)]:
        model = network.build(SMALL, 3)
        for weight, gradient in zip(model.trainable_variables, gradients(model, clips(SMALL, 8)), strict=True):
            assert gradient is not None, weight.path
            assert np.isfinite(gradient).all(), weight.path
            assert np.any(gradient), weight.path


def test_a_saved_model_gives_the_same_logits(plugin, tmp_path):
    points = [plugin(l1=1e-5), *list(random_points(plugin, 6))]
    for number, network in enumerate(p for p in points if is_feasible(p, SMALL)):
        if number == 3:
            break
        model, x = network.build(SMALL, 3), clips(SMALL)
        model.save(tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True, compile=False)
        np.testing.assert_allclose(loaded(x), model(x), rtol=1e-5, atol=1e-6)


def test_every_kernel_is_regularised(plugin):
    """The sum of the model's losses is l1 · Σ|w| + l2 · Σw² over the matrices, biases left out."""
    assert plugin().build(SMALL, 3).losses == []
    model = plugin(l1=1e-3, l2=1e-2).build(SMALL, 3)
    kernels = [np.asarray(w) for w in model.trainable_weights if "kernel" in w.path]
    expected = sum(1e-3 * np.abs(k).sum() + 1e-2 * np.square(k).sum() for k in kernels)
    assert float(sum(model.losses)) == pytest.approx(expected, rel=1e-4)


def test_dropout_acts_in_training_only(plugin):
    model, x = plugin(dropout=0.5).build(SMALL, 3), clips(SMALL)
    np.testing.assert_array_equal(model(x, training=False), model(x, training=False))
    assert not np.allclose(model(x, training=True), model(x, training=True))


def test_without_dropout_training_is_not_random(plugin):
    model, x = plugin(dropout=0.0).build(SMALL, 3), clips(SMALL)
    np.testing.assert_allclose(model(x, training=True), model(x, training=True), rtol=1e-5, atol=1e-6)


def test_the_seed_decides_the_weights(plugin):
    def weights(seed):
        keras.utils.set_random_seed(seed)
        return np.asarray(plugin().build(SMALL, 3)(clips(SMALL)))

    np.testing.assert_array_equal(weights(1), weights(1))
    assert not np.allclose(weights(1), weights(2))


def test_it_learns_a_simple_difference(plugin):
    """Low against high bands, in 24 steps."""
    x, y = clips(SMALL, 64), np.eye(2, dtype="float32")[np.arange(64) % 2]
    x[::2, :, :8] += 3.0
    model = plugin(dropout=0.1).build(SMALL, 2)
    model.compile(keras.optimizers.Adam(0.01), keras.losses.CategoricalCrossentropy(from_logits=True))
    model.fit(x, y, epochs=6, batch_size=16, verbose=0)
    assert (np.asarray(model(x)).argmax(1) == y.argmax(1)).mean() > 0.9


@pytest.mark.parametrize(
    ("name", "given", "shape", "sentence"),
    [
        ("cnn", {"blocks": 4}, (9, 40), "4 poolings of 2 × 2 on 9 frames × 40 bins leave nothing"),
        ("crnn", {"blocks": 3}, (50, 6), "3 poolings of 1 × 2 on 50 frames × 6 bins leave nothing"),
        ("cnn", {"blocks": 2}, (15, 1), "2 poolings of 4 × 1 on 15 frames × 1 bins leave nothing"),
        ("lstm", {}, (8000, 1), "8000 frames × 1 bins give a recurrent layer 8000 steps; it takes at most 2000"),
        ("crnn", {}, (110250, 1), "steps; it takes at most 2000"),
        ("mlp", {"units": 512}, (110250, 1), "110250 frames × 1 bins × 512 units make 56,448,000 weights in one layer"),
        ("cnn", {"head": "flatten", "dense_units": 256, "blocks": 1}, (4000, 128), "weights in one layer"),
    ],
)
def test_a_refusal_says_what_does_not_fit(name, given, shape, sentence):
    with pytest.raises(Infeasible) as caught:
        registry.load("architectures", name)(**given).check(shape)
    assert sentence in str(caught.value)


def test_a_cnn_reads_waveforms_along_time():
    model = registry.load("architectures", "cnn")(filters=8).build((22050, 1), 3)
    kernels = [w.shape for w in model.trainable_weights if len(w.shape) == 4]
    assert [k[:2] for k in kernels] == [(9, 1)] * 4
    assert np.isfinite(model(clips((22050, 1), 1))).all()


def test_filters_double_up_to_the_cap():
    model = registry.load("architectures", "cnn")(filters=32, blocks=4, max_filters=128).build((64, 32), 3)
    assert [w.shape[-1] for w in model.trainable_weights if len(w.shape) == 4] == [32, 64, 128, 128]


def test_reading_the_settings_does_not_import_keras():
    names = ", ".join(repr(name) for name in NAMES)
    code = (
        "import sys; from sinesweep import registry\n"
        f"for name in [{names}]: registry.load('architectures', name)().check((64, 32))\n"
        "sys.exit('keras' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_base_settings_are_fields_of_all(plugin):
    assert {"dropout", "l1", "l2"} <= {field.name for field in dataclasses.fields(plugin)}
