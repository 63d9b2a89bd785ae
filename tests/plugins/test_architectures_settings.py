"""What the settings of the built-in networks do: weights in the loss, norms, dropout, stacks, the way back."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest

from sinesweep import registry
from sinesweep_plugins.architectures._blocks import ACTIVATIONS

# Keras 3.15 asks TensorFlow's variables for a copy in a way that numpy 2 has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

SHAPES = {"raw_conv1d": (2048, 1), "mobilenet": (32, 32)}
EVERY = sorted({*registry.names("architectures")} - {"keras_tuner"})
NORMED = ["cnn", "conv1d", "crnn", "ds_cnn", "encoder_decoder", "mlp", "raw_conv1d", "resnet", "tc_resnet"]


@pytest.fixture(autouse=True)
def fresh():
    """Nothing of one test's graphs is left for the next."""
    keras.utils.set_random_seed(0)
    yield
    keras.backend.clear_session()


def build(name, outputs=3, shape=None, **settings):
    network = registry.load("architectures", name)(**settings)
    return network.build(shape or SHAPES.get(name, (16, 16)), outputs)


def clips(model, count=4):
    return np.random.default_rng(1).standard_normal((count, *model.input_shape[1:]), dtype="float32")


def weights_named(model, word):
    return [np.asarray(w) for w in model.trainable_weights if word in w.path.rsplit("/", 1)[-1]]


def weighed(weights, l1, l2):
    return sum(l1 * np.abs(w).sum() + l2 * np.square(w).sum() for w in weights)


def kinds(model):
    """The classes of all layers, those inside of other models too."""
    return {type(layer).__name__ for layer in model._flatten_layers(include_self=False)}


@pytest.mark.parametrize("name", EVERY)
def test_every_kernel_is_regularised(name):
    """The sum of the model's losses is l1 · Σ|w| + l2 · Σw² over the matrices, biases left out."""
    assert build(name).losses == []
    model = build(name, l1=1e-3, l2=1e-2)
    expected = weighed(weights_named(model, "kernel"), 1e-3, 1e-2)
    assert float(sum(model.losses)) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("name", ["mlp", "cnn", "gru", "ds_cnn", "transformer", "mobilenet"])
def test_biases_are_regularised_where_they_are_wanted(name):
    model = build(name, l2=1e-2, regularized="kernel_bias")
    for weight in model.trainable_weights:
        if weight.path.endswith("bias"):
            weight.assign(np.ones(weight.shape, "float32"))
    expected = weighed([*weights_named(model, "kernel"), *weights_named(model, "bias")], 0.0, 1e-2)
    assert float(sum(model.losses)) == pytest.approx(expected, rel=1e-4)


def test_activity_is_what_the_non_linearities_of_a_clip_give():
    model = build("mlp", layers=1, units=8, norm="none", l1=0.1, l2=0.01, regularized="activity")
    x = clips(model)
    hidden = np.maximum(x.reshape(4, -1) @ weights_named(model, "kernel")[0], 0.0)
    model(x)
    assert float(sum(model.losses)) == pytest.approx(weighed([hidden], 0.1, 0.01) / 4, rel=1e-4)


@pytest.mark.parametrize("name", EVERY)
def test_activity_is_weighed_in_every_network(name):
    model = build(name, l2=1e-3, regularized="activity")
    model(clips(model))
    assert float(sum(model.losses)) > 0
    kernels = build(name, l2=1e-3)
    everything = build(name, l2=1e-3, regularized="all")
    assert "ActivityRegularization" in kinds(everything) or name == "keras_tuner"
    assert "ActivityRegularization" not in kinds(kernels)


@pytest.mark.parametrize("activation", ACTIVATIONS.options)
def test_every_activation_is_built_and_saved(activation, tmp_path):
    model = build("cnn", blocks=2, activation=activation, dense_units=8)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True, compile=False)
    x = clips(model)
    np.testing.assert_allclose(loaded(x), model(x), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", NORMED)
def test_norms_are_those_that_are_asked_for(name):
    found = {norm: kinds(build(name, norm=norm)) for norm in ("batch", "layer", "none")}
    assert "BatchNormalization" in found["batch"]
    assert "LayerNormalization" not in found["batch"]
    assert "LayerNormalization" in found["layer"]
    assert not {"BatchNormalization", "LayerNormalization"} & (
        found["none"] | (found["layer"] & {"BatchNormalization"})
    )


@pytest.mark.parametrize("name", ["cnn", "crnn", "conv1d", "raw_conv1d", "resnet", "ds_cnn", "bc_resnet"])
def test_spatial_dropout_drops_whole_feature_maps(name):
    model = build(name, dropout=0.0, spatial_dropout=0.5)
    dropping = [layer for layer in model.layers if type(layer).__name__.startswith("SpatialDropout")]
    x = np.ones((8, *dropping[0].output.shape[1:]), "float32")
    maps = np.asarray(dropping[0](x, training=True)).reshape(8, -1, x.shape[-1])
    assert (maps.std(axis=1) == 0).all()
    assert 0 < (maps[:, 0] == 0).mean() < 1


def test_a_plan_names_every_convolution():
    model = build("cnn", shape=(64, 40), plan="8x5/2 12x3 20x1/4")
    kernels = [w.shape for w in model.trainable_weights if len(w.shape) == 4]
    assert kernels == [(5, 5, 1, 8), (3, 3, 8, 12), (1, 1, 12, 20)]
    pools = [layer.pool_size for layer in model.layers if type(layer).__name__ == "MaxPooling2D"]
    assert pools == [(2, 2), (4, 4)]


def test_several_convolutions_share_one_pooling():
    model = build("cnn", blocks=2, convolutions=2, filters=8, growth=1.0)
    names = [type(layer).__name__ for layer in model.layers]
    assert (names.count("Conv2D"), names.count("MaxPooling2D")) == (4, 2)
    assert {layer.filters for layer in model.layers if type(layer).__name__ == "Conv2D"} == {8}


@pytest.mark.parametrize("order", ["activation_pool_norm", "norm_activation_pool"])
def test_the_order_is_that_of_the_layers(order):
    model = build("cnn", blocks=1, order=order)
    kind = {"activation": "Activation", "pool": "MaxPooling2D", "norm": "BatchNormalization"}
    names = [type(layer).__name__ for layer in model.layers]
    places = [names.index(kind[step]) for step in order.split("_")]
    assert places == sorted(places)


@pytest.mark.parametrize("name", ["mlp", "conv1d"])
def test_a_skip_connection_adds_what_is_as_wide(name):
    settings = {"mlp": {"layers": 3}, "conv1d": {"blocks": 3, "pool_time": 1}}[name]
    assert "Add" not in kinds(build(name, **settings))
    added = [layer for layer in build(name, skip=True, **settings).layers if type(layer).__name__ == "Add"]
    assert len(added) == 2


@pytest.mark.parametrize("name", ["gru", "lstm"])
def test_frames_can_be_pooled_before_they_are_read(name):
    model = build(name, shape=(103, 8), pool_time=10, layer_norm=True, layers=2)
    assert {layer.input.shape[1] for layer in model.layers if type(layer).__name__ == "Bidirectional"} == {11}
    assert np.isfinite(model(clips(model))).all()


def test_the_reconstruction_weighs_in_training_alone():
    model = build("encoder_decoder", reconstruction=2.0, dropout=0.0, norm="none")
    x = clips(model)
    model(x, training=False)
    assert model.losses == []
    model(x, training=True)
    layer = next(layer for layer in model.layers if type(layer).__name__ == "Reconstruction")
    latent = keras.Model(model.input, model.get_layer("latent").output)(x)
    error = np.square(np.asarray(layer.decoder(latent))[..., 0] - x).mean()
    assert float(sum(model.losses)) == pytest.approx(2.0 * error, rel=1e-4)


def test_without_reconstruction_there_is_no_decoder():
    assert "Conv2DTranspose" in kinds(build("encoder_decoder"))
    assert "Conv2DTranspose" not in kinds(build("encoder_decoder", reconstruction=0.0))


def test_an_autoencoder_learns_to_restore():
    """The reconstruction's part of the loss falls by a third in 60 steps, also on sizes that no halving divides."""
    model = build("encoder_decoder", shape=(13, 7), blocks=2, latent=16, reconstruction=1.0, dropout=0.0)
    ramps = np.linspace(-1, 1, 13)[None, :, None] * np.random.default_rng(0).normal(size=(32, 1, 7))
    x, y = ramps.astype("float32"), np.eye(3, dtype="float32")[np.arange(32) % 3]
    model.compile(keras.optimizers.Adam(0.01), keras.losses.CategoricalCrossentropy(from_logits=True))

    def error():
        model(x, training=True)
        return float(sum(model.losses))

    before = error()
    model.fit(x, y, epochs=30, batch_size=16, verbose=0)
    assert error() < before * 2 / 3


def test_bands_are_normalised_apart():
    """A shift of one band of bins changes nothing in the others, which one batch norm over all bins could not say."""
    from sinesweep_plugins.architectures._broadcasting import sub_band_norm

    inputs = keras.Input((5, 12, 4))
    model = keras.Model(inputs, sub_band_norm(inputs, 5))
    x = np.random.default_rng(0).standard_normal((6, 5, 12, 4), dtype="float32")
    before = np.asarray(model(x, training=True))
    x[:, :, :3] += 100.0
    after = np.asarray(model(x, training=True))
    np.testing.assert_allclose(after, before, atol=2e-2)
    np.testing.assert_allclose(before.reshape(30, 4, 3, 4).mean(axis=(0, 2)), 0.0, atol=1e-5)


def test_the_positions_tell_patches_apart():
    """Without them a transformer could not tell a clip from the same clip with its patches in another order."""
    model = build("transformer", shape=(32, 16), dropout=0.0, patch_time=8, patch_frequency=16)
    x = clips(model)
    turned = x.reshape(4, 4, 8, 16)[:, ::-1].reshape(4, 32, 16)
    assert not np.allclose(model(x), model(turned), atol=1e-4)
    positions = next(w for w in model.trainable_weights if w.path.endswith("positions"))
    positions.assign(np.zeros(positions.shape, "float32"))
    np.testing.assert_allclose(model(x), model(turned), rtol=1e-3, atol=1e-5)
