"""What every built-in augmentation promises beside its suite: chance a clip, silence, saving, XLA."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest
import soundfile
from keras import ops

from sinesweep import registry
from sinesweep.contract import Stage
from sinesweep.errors import Infeasible
from sinesweep.settings import make, settings

# Keras 3.15 asks TensorFlow's variables for a copy in a way that numpy 2 has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

NAMES = [name for name in registry.names("augmentations") if registry.load("augmentations", name).stage != Stage.HOST]
RATE_HZ = 8000
RNG = np.random.default_rng(3)
WAVES = RNG.standard_normal((16, 1600), dtype="float32") * 0.2
WAVES[:, :400] *= np.logspace(-4, 0, 400, dtype="float32")
WAVES[:, -400:] *= np.logspace(0, -4, 400, dtype="float32")
FEATURES = RNG.standard_normal((16, 50, 20), dtype="float32") + 5.0
TARGETS = np.eye(4, dtype="float32")[np.arange(16) % 4]

STRONG = {
    "band_pass": {"max_octaves": 2.0},
    "between_class": {},
    "cutmix": {"alpha": 1.0},
    "filter_augment": {"max_change": 2.0},
    "frequency_mask": {"max_share": 0.9},
    "frequency_translation": {"max_share": 0.9},
    "mixup": {"alpha": 1.0},
    "time_mask": {"max_share": 0.9},
    "time_shift": {"max_share": 0.9},
    "time_translation": {"max_share": 0.9},
}
"""Settings under which nearly every clip that is chosen is seen to be changed."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with three sounds that die away."""
    place = tmp_path_factory.mktemp("sounds")
    for number in range(3):
        sound = RNG.standard_normal(700 + 400 * number) * np.exp(-np.arange(700 + 400 * number) / 150) / 5
        soundfile.write(place / f"{number}.wav", sound, RATE_HZ)
    return str(place)


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


@pytest.fixture
def build(name, folder):
    """Makes the layer of the augmentation under test; its probability is 1 unless it is said."""

    def made(seed=1, **given):
        given = {"probability": 1.0} | given | ({"folder": folder} if "folder" in settings(plugin(name)) else {})
        augmentation = make(plugin(name), given, name)
        augmentation.check()
        return augmentation.layer(RATE_HZ, seed)

    return made


def plugin(name):
    return registry.load("augmentations", name)


def inputs_of(stage, waves=WAVES):
    """An input of a stage."""
    pairs = {Stage.WAVEFORM_BATCH: (waves, TARGETS[: len(waves)]), Stage.BATCH: (FEATURES, TARGETS)}
    return pairs.get(stage, waves if stage is Stage.WAVEFORM else FEATURES)


def arrays(x):
    """A tensor or a pair of them as a list of arrays."""
    return [ops.convert_to_numpy(part) for part in (x if isinstance(x, tuple) else (x,))]


def changed(before, after):
    """Which clips are different, `(clips,)`."""
    first, second = arrays(before)[0], arrays(after)[0]
    return np.any((first != second).reshape(len(first), -1), axis=1)


def test_the_catalogue_is_whole():
    assert len(NAMES) >= 28
    for name in registry.names("augmentations"):
        assert "probability" in settings(plugin(name)), name


def test_training_changes_values_and_keeps_shapes(name, build):
    x = inputs_of(plugin(name).stage)
    kept = [part.copy() for part in arrays(x)]
    answer = build(**STRONG.get(name, {}))(x, training=True)
    assert changed(x, answer).sum() >= 8
    for before, after, copy in zip(arrays(x), arrays(answer), kept, strict=True):
        assert before.shape == after.shape
        assert after.dtype == np.float32
        assert np.isfinite(after).all()
        np.testing.assert_array_equal(before, copy)


def test_every_clip_has_its_own_draw(name, build):
    """Sixteen times the same clip comes out in many ways."""
    if name in ("polarity", "reversal"):
        pytest.skip("it can only do one thing to a clip")
    outcomes = 3 if name == "impulse_response" else 8  # the folder holds three
    x = inputs_of(plugin(name).stage)
    if isinstance(x, tuple):
        x = (np.arange(16, dtype="float32").reshape(-1, *[1] * (x[0].ndim - 1)) * 0.01 + x[0][:1], x[1])
        answer = build(**STRONG[name])(x, training=True)
    else:
        x = np.repeat(x[:1], 16, axis=0)
        answer = build(**STRONG.get(name, {}))(x, training=True)
    assert len({clip.tobytes() for clip in arrays(answer)[0]}) >= outcomes


@pytest.mark.parametrize("probability", [0.0, 0.3])
def test_as_many_clips_are_changed_as_asked(name, build, probability):
    x = inputs_of(plugin(name).stage)
    augment = build(probability=probability, **STRONG.get(name, {}))
    share = np.mean([changed(x, augment(x, training=True)).mean() for _ in range(12)])
    assert share == pytest.approx(probability, abs=0.12)


def test_silence_impulse_and_full_scale_noise_stay_finite(name, build):
    stage = plugin(name).stage
    if not stage.changes_waveforms:
        pytest.skip("it does not see waveforms")
    impulse = np.zeros((4, 1600), "float32")
    impulse[:, 800] = 1.0
    full = np.sign(RNG.standard_normal((4, 1600), dtype="float32"))
    waves = np.concatenate([np.zeros((4, 1600), "float32"), impulse, full])
    answer = arrays(build()(inputs_of(stage, waves), training=True))[0]
    assert np.isfinite(answer).all()
    assert (np.abs(answer) < 30).all()
    if stage is Stage.WAVEFORM:
        np.testing.assert_array_equal(answer[:4], 0)


def test_a_range_that_ends_before_it_begins_is_refused(name):
    known = settings(plugin(name))
    pairs = [(low, low.replace("min_", "max_", 1)) for low in known if low.startswith("min_")]
    given = {"folder": "x"} if "folder" in known else {}
    for low, high in pairs:
        if high in known:
            value = known[low].domain.high, known[high].domain.low
            with pytest.raises(Infeasible, match=f"{low} = .* is above {high} = "):
                make(plugin(name), given | {low: value[0], high: value[1]}, name).check()


def test_it_computes_in_float32_under_mixed_precision(name, build):
    keras.config.set_dtype_policy("mixed_float16")
    try:
        assert arrays(build()(inputs_of(plugin(name).stage), training=True))[0].dtype == np.float32
    finally:
        keras.config.set_dtype_policy("float32")


def test_it_stands_in_a_saved_model(name, build, tmp_path):
    x = inputs_of(plugin(name).stage)
    inputs = [keras.Input(part.shape[1:]) for part in arrays(x)]
    augment = build()
    model = keras.Model(inputs, augment(tuple(inputs) if len(inputs) == 2 else inputs[0]))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    found = next(part for part in loaded.layers if type(part) is type(augment))
    assert found.get_config() == augment.get_config()
    answers = [arrays(layer(x, training=True))[0] for layer in (augment, found)]
    np.testing.assert_array_equal(*answers)


class Trained(keras.Model):
    """Augments by all `layers`, one after another, and classifies."""

    def __init__(self, layers, pairs):
        super().__init__()
        self.augment, self.pairs = layers, pairs
        self.net = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(4)])

    def call(self, x, training=False):
        for layer in self.augment:
            if self.pairs:
                x = layer((x, ops.zeros((ops.shape(x)[0], 4))), training=training)[0]
            else:
                x = layer(x, training=training)
        return self.net(x)


def chain(stage, folder):
    """A layer of every augmentation of a stage."""
    found = [name for name in NAMES if plugin(name).stage is stage]
    given = {name: {"folder": folder} if "folder" in settings(plugin(name)) else {} for name in found}
    return [make(plugin(name), given[name], name).layer(RATE_HZ, 1) for name in found]


STAGES = [stage for stage in Stage if stage is not Stage.HOST]


@pytest.mark.parametrize("stage", STAGES)
def test_all_run_in_a_compiled_fit_and_on_a_last_small_batch(stage, folder):
    model = Trained(chain(stage, folder), stage.changes_targets)
    model.compile("sgd", keras.losses.CategoricalCrossentropy(from_logits=True))
    history = model.fit(arrays(inputs_of(stage))[0] / 10, TARGETS, batch_size=5, epochs=2, verbose=0)
    assert np.isfinite(history.history["loss"]).all()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="XLA is TensorFlow's")
@pytest.mark.parametrize("stage", STAGES)
def test_xla_compiles_them(stage, folder):
    import tensorflow as tf

    model, x = Trained(chain(stage, folder), stage.changes_targets), arrays(inputs_of(stage))[0]
    model(x)
    compiled = tf.function(lambda x: model(x, training=True), jit_compile=True)
    assert np.isfinite(compiled(x)).all()
