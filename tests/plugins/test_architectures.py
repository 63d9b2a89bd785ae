"""What the built-in networks promise beyond the suite of their kind: refusals, waveforms, channels, learning."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import dataclasses
import subprocess
import sys

import keras
import numpy as np
import pytest

from sinesweep import registry
from sinesweep.errors import Infeasible
from sinesweep.testing.points import points

# Keras 3.15 asks TensorFlow's variables for a copy in a way that numpy 2 has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

NAMES = [
    "bc_resnet",
    "cnn",
    "conv1d",
    "crnn",
    "ds_cnn",
    "encoder_decoder",
    "gru",
    "lstm",
    "mlp",
    "mobilenet",
    "raw_conv1d",
    "resnet",
    "tc_resnet",
    "transformer",
]
TYPICAL = [(98, 40), (431, 64), (44, 13), (1, 57), (16000, 1), (98, 40, 3)]
DEEP = ("bc_resnet", "ds_cnn", "mobilenet")
SMALL = {"raw_conv1d": (2048, 1), "mobilenet": (32, 32)}


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


@pytest.fixture(autouse=True)
def fresh():
    """Nothing of one test's graphs is left for the next."""
    keras.utils.set_random_seed(0)
    yield
    keras.backend.clear_session()


def load(name):
    return registry.load("architectures", name)


def small(name):
    return SMALL.get(name, (16, 16))


def is_feasible(network, shape):
    try:
        network.check(shape)
    except Infeasible:
        return False
    return True


def clips(shape, count=3):
    return np.random.default_rng(1).standard_normal((count, *shape), dtype="float32")


def test_typical_features_are_refused_or_can_be_built_on(name):
    network = load(name)()
    feasible = [shape for shape in TYPICAL if is_feasible(network, shape)]
    for shape in feasible:
        assert network.build(shape, 4).output_shape == (None, 4)
    assert feasible


@pytest.mark.slow
def test_every_edge_and_random_point_is_refused_or_builds_on_typical_features(name):
    """Each on one of the typical shapes in turn."""
    for number, network in enumerate(points(load(name)())):
        shape = TYPICAL[number % len(TYPICAL)]
        if is_feasible(network, shape):
            assert network.build(shape, 4).output_shape == (None, 4), (network, shape)
        if number % 20 == 0:
            keras.backend.clear_session()


@pytest.mark.parametrize("name", ["cnn", "crnn", "encoder_decoder", "conv1d"])
def test_what_check_accepts_is_what_keras_can_build(name):
    """The arithmetic of `check` and the layers agree, at every small shape."""
    for network in [load(name)(), load(name)(kernel=5, blocks=2)]:
        for frames in (1, 4, 7, 8, 16, 17):
            for bins in (1, 7, 8, 17):
                if is_feasible(network, (frames, bins)):
                    assert network.build((frames, bins), 2).output_shape == (None, 2)


@pytest.mark.parametrize(
    ("name", "epochs"),
    [pytest.param(name, 40, marks=pytest.mark.slow) if name in DEEP else (name, 8) for name in NAMES],
)
def test_it_learns_a_simple_difference(name, epochs):
    """Loud against soft clips. Batch norm's averages follow the slower, the more layers it has below it."""
    x, y = clips(small(name), 64), np.eye(2, dtype="float32")[np.arange(64) % 2]
    x[::2] *= 4.0
    x[::2, :, : x.shape[2] // 2] += 2.0
    model = load(name)(dropout=0.1).build(small(name), 2)
    model.compile(keras.optimizers.Adam(0.01), keras.losses.CategoricalCrossentropy(from_logits=True))
    model.fit(x, y, epochs=epochs, batch_size=16, verbose=0)
    assert (np.asarray(model(x)).argmax(1) == y.argmax(1)).mean() > 0.9


def test_tc_resnet_of_odd_widths_trains_on_thousands_of_frames():
    """TensorFlow's own step of 2 in the short cuts ended the process here."""
    model = load("tc_resnet")(width=0.85, kernel=11).build((4000, 1), 3)
    model.compile(keras.optimizers.Adam(1e-3), keras.losses.CategoricalCrossentropy(from_logits=True))
    history = model.fit(clips((4000, 1), 32), np.eye(3)[np.arange(32) % 3], batch_size=16, epochs=2, verbose=0).history
    assert np.isfinite(history["loss"]).all()


@pytest.mark.parametrize(
    ("name", "given", "shape", "sentence"),
    [
        ("cnn", {"blocks": 4}, (9, 40), "4 poolings of 2 × 2 on 9 frames × 40 bins leave nothing"),
        ("cnn", {"blocks": 2}, (15, 1), "2 poolings of 4 × 1 on 15 frames × 1 bins leave nothing"),
        ("cnn", {"padding": "valid", "blocks": 2}, (5, 40), "2 convolutions and their poolings on 5 frames × 40 bins"),
        ("cnn", {"plan": "16x3/2 32y3"}, (64, 40), "such as '16x3/2 32x3', got '32y3'"),
        ("cnn", {"plan": "0x3"}, (64, 40), "got '0x3'"),
        ("cnn", {"head": "flatten", "dense_units": 256, "blocks": 1}, (4000, 128), "weights in one layer"),
        ("cnn", {}, (64,), "expected features of (frames, bins) or (frames, bins, channels), got 64"),
        ("crnn", {"blocks": 3}, (50, 6), "3 poolings of 1 × 2 on 50 frames × 6 bins leave nothing"),
        ("crnn", {}, (110250, 1), "steps; it takes at most 2000"),
        ("lstm", {}, (8000, 1), "8000 frames × 1 bins give a recurrent layer 8000 steps; it takes at most 2000"),
        ("gru", {"pool_time": 2}, (8000, 1), "give a recurrent layer 4000 steps"),
        ("mlp", {"units": 512}, (110250, 1), "110250 frames × 1 bins × 512 units make 56,448,000 weights in one layer"),
        ("conv1d", {"blocks": 4}, (15, 40), "4 poolings of 2 on 15 frames leave nothing"),
        ("raw_conv1d", {}, (98, 40), "features of 1 bin; got 40 bins. Take conv1d for them"),
        ("raw_conv1d", {}, (1000, 1), "a step of 4 samples and 4 poolings of 4 on 1000 samples leave nothing"),
        ("bc_resnet", {}, (98, 7), "needs 8 of them; got 98 frames × 7 bins"),
        ("mobilenet", {}, (98, 20), "at least 32 frames and 32 bins; got 98 frames × 20 bins"),
        ("encoder_decoder", {"blocks": 1, "filters": 64, "latent": 128}, (431, 128), "weights in one layer"),
        (
            "transformer",
            {"patch_time": 1, "patch_frequency": 4},
            (431, 64),
            "are 6896 patches; a transformer takes 2 to",
        ),
        ("transformer", {}, (8, 16), "are 1 patches; a transformer takes 2 to 1024. Take smaller patches"),
    ],
)
def test_a_refusal_says_what_does_not_fit(name, given, shape, sentence):
    with pytest.raises(Infeasible) as caught:
        load(name)(**given).check(shape)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("name", ["cnn", "crnn", "resnet", "ds_cnn", "encoder_decoder"])
def test_waveforms_are_read_along_time(name):
    """Of a single bin, a kernel of 3 × 3 is one of 9 frames."""
    settings = {"first_kernel_time": 3, "first_kernel_frequency": 3} if name == "ds_cnn" else {}
    model = load(name)(**settings).build((600, 1), 3)
    kernels = {w.shape[:2] for w in model.trainable_weights if len(w.shape) == 4} - {(1, 1)}
    assert kernels == {(9, 1)}
    assert np.isfinite(model(clips((600, 1), 1))).all()


def test_channels_count_as_features(name):
    """Features of several channels are read whole: changing one channel of one clip changes its logits alone."""
    shape = (*small(name), 3)
    model, x = load(name)().build(shape, 3), clips(shape)
    before = np.asarray(model(x))
    x[0, ..., 1] += 1.0
    after = np.asarray(model(x))
    assert not np.allclose(before[0], after[0], rtol=1e-3, atol=0)
    np.testing.assert_allclose(before[1:], after[1:], rtol=1e-4, atol=1e-4 * np.abs(before).max())


@pytest.mark.parametrize(
    "name", ["bc_resnet", "cnn", "crnn", "ds_cnn", "encoder_decoder", "mobilenet", "resnet", "transformer"]
)
def test_channels_are_those_of_a_picture(name):
    """Where features are read as a picture, every first filter sees all channels of a cell, as it sees colours."""
    for channels in (2, 3, 4):
        model = load(name)().build((*small(name), channels), 3)
        assert next(w for w in model.trainable_weights if len(w.shape) == 4).shape[2] == channels


def test_filters_double_up_to_the_cap():
    model = load("cnn")(filters=32, blocks=4, max_filters=128).build((64, 32), 3)
    assert [w.shape[-1] for w in model.trainable_weights if len(w.shape) == 4] == [32, 64, 128, 128]


def test_reading_the_settings_does_not_import_keras():
    names = ", ".join(repr(name) for name in NAMES)
    code = (
        "import sys; from sinesweep import registry; from sinesweep.errors import Infeasible\n"
        f"for name in [{names}]:\n"
        "    shape = (8000, 1) if name == 'raw_conv1d' else (64, 32)\n"
        "    registry.load('architectures', name)().check(shape)\n"
        "sys.exit('keras' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_base_settings_are_fields_of_all(name):
    assert {"dropout", "l1", "l2", "regularized"} <= {field.name for field in dataclasses.fields(load(name))}
