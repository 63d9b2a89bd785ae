"""The built-in augmentations: in training only, seeded, and drawn anew for every clip."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest
from keras import ops

from sinesweep import registry
from sinesweep.contract import Stage
from sinesweep.domains import Choice
from sinesweep.errors import Infeasible
from sinesweep.settings import make, settings

# Keras 3.15 asks TensorFlow's variables for a copy in a way that numpy 2 has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

NAMES = ["frequency_mask", "gain", "mixup", "noise", "time_mask", "time_shift"]
RATE_HZ = 8000
RNG = np.random.default_rng(3)
WAVES = RNG.standard_normal((16, 800), dtype="float32") * 0.2
FEATURES = RNG.standard_normal((16, 50, 20), dtype="float32") + 5.0
TARGETS = np.eye(4, dtype="float32")[np.arange(16) % 4]


def layer(name, seed=1, **given):
    plugin = make(registry.load("augmentations", name), given, name)
    return plugin.layer(RATE_HZ, seed)


def example(name):
    """An input of the plugin's stage."""
    stage = registry.load("augmentations", name).stage
    return {Stage.WAVEFORM: WAVES, Stage.FEATURES: FEATURES, Stage.BATCH: (FEATURES, TARGETS)}[stage]


def arrays(x):
    """A tensor or a pair of them as a list of arrays."""
    return [ops.convert_to_numpy(part) for part in (x if isinstance(x, tuple) else (x,))]


def changed(before, after):
    """Which clips are different, `(clips,)`."""
    return np.any((arrays(before)[0] != arrays(after)[0]).reshape(16, -1), axis=1)


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


def always(name):
    return {} if name == "mixup" else {"probability": 1.0}


def test_nothing_changes_outside_training(name):
    x = example(name)
    for answer in (layer(name)(x, training=False), layer(name)(x)):
        for before, after in zip(arrays(x), arrays(answer), strict=True):
            np.testing.assert_array_equal(before, after)


def test_training_changes_values_and_keeps_shapes(name):
    x = example(name)
    kept = [part.copy() for part in arrays(x)]
    answer = layer(name, **always(name))(x, training=True)
    assert changed(x, answer).sum() >= 8
    for before, after, copy in zip(arrays(x), arrays(answer), kept, strict=True):
        assert before.shape == after.shape
        assert after.dtype == np.float32
        assert np.isfinite(after).all()
        np.testing.assert_array_equal(before, copy)


def test_the_seed_decides(name):
    x = example(name)

    def three_batches(seed):
        augment = layer(name, seed=seed, **always(name))
        return np.stack([arrays(augment(x, training=True))[0] for _ in range(3)])

    first = three_batches(1)
    np.testing.assert_array_equal(first, three_batches(1))
    assert not np.array_equal(first, three_batches(2))
    assert not np.array_equal(first[0], first[1])


def test_every_clip_has_its_own_draw():
    """Sixteen times the same clip comes out in many ways."""
    for name in ("gain", "noise", "time_shift", "time_mask", "frequency_mask"):
        same = np.repeat(example(name)[:1], 16, axis=0)
        answer = arrays(layer(name, **always(name))(same, training=True))[0]
        assert len({clip.tobytes() for clip in answer}) >= 8, name


@pytest.mark.parametrize("probability", [0.0, 0.3, 1.0])
def test_as_many_clips_are_changed_as_asked(name, probability):
    x = example(name)
    strong = {"gain": {}, "noise": {}, "mixup": {"alpha": 1.0}}.get(name, {"max_share": 0.9})
    augment = layer(name, probability=probability, **strong)
    share = np.mean([changed(x, augment(x, training=True)).mean() for _ in range(20)])
    assert share == pytest.approx(probability, abs=0.1)


def test_every_edge_of_the_settings_works(name):
    plugin = registry.load("augmentations", name)
    for setting, about in settings(plugin).items():
        domain = about.domain
        for value in domain.options if isinstance(domain, Choice) else (domain.low, domain.high):
            augmentation = make(plugin, {setting: value}, name)
            try:
                augment = augmentation.layer(RATE_HZ, 1)
            except Infeasible:
                assert setting in ("min_snr_db", "max_snr_db")
                continue
            assert all(np.isfinite(a).all() for a in arrays(augment(example(name), training=True))), augmentation


def test_it_runs_in_a_compiled_fit_and_on_a_last_small_batch(name):
    x = example(name)
    shapes = [part.shape[1:] for part in arrays(x)]

    class Trained(keras.Model):
        def __init__(self):
            super().__init__()
            self.augment, self.net = layer(name), keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(4)])

        def call(self, x, training=False):
            if len(shapes) == 2:
                return self.net(self.augment((x, ops.zeros((ops.shape(x)[0], 4))), training=training)[0])
            return self.net(self.augment(x, training=training))

    model = Trained()
    model.compile("sgd", keras.losses.CategoricalCrossentropy(from_logits=True))
    history = model.fit(arrays(x)[0], TARGETS, batch_size=5, epochs=2, verbose=0)
    assert np.isfinite(history.history["loss"]).all()


def test_it_stands_in_a_saved_model(name, tmp_path):
    x = example(name)
    inputs = [keras.Input(part.shape[1:]) for part in arrays(x)]
    augment = layer(name)
    model = keras.Model(inputs, augment(tuple(inputs) if len(inputs) == 2 else inputs[0]))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    found = next(part for part in loaded.layers if type(part) is type(augment))
    assert found.get_config() == augment.get_config()


def test_it_computes_in_float32_under_mixed_precision(name):
    keras.config.set_dtype_policy("mixed_float16")
    try:
        assert arrays(layer(name)(example(name), training=True))[0].dtype == np.float32
    finally:
        keras.config.set_dtype_policy("float32")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="XLA is TensorFlow's")
def test_xla_compiles_it(name):
    import tensorflow as tf

    augment, x = layer(name), example(name)
    compiled = tf.function(lambda x: augment(x, training=True), jit_compile=True)
    assert changed(x, compiled(x)).any()


# gain


def test_gains_are_even_in_decibels():
    ones = np.ones((4000, 2), "float32")
    gain_db = 20 * np.log10(arrays(layer("gain", max_db=12.0)(ones, training=True))[0][:, 0])
    assert abs(gain_db).max() <= 12.0001
    counts, _ = np.histogram(gain_db, bins=4, range=(-12, 12))
    assert counts == pytest.approx([1000] * 4, abs=150)


# noise


@pytest.mark.parametrize("snr_db", [0.0, 10.0, 30.0])
def test_noise_has_the_ratio_that_was_asked(snr_db):
    waves = RNG.standard_normal((8, 16000), dtype="float32") * np.logspace(-4, 0, 8, dtype="float32")[:, None]
    noisy = arrays(layer("noise", min_snr_db=snr_db, max_snr_db=snr_db, probability=1.0)(waves, training=True))[0]
    measured_db = 10 * np.log10((waves**2).mean(1) / ((noisy - waves) ** 2).mean(1))
    assert measured_db == pytest.approx([snr_db] * 8, abs=0.3)


def test_noise_ratios_lie_between_the_two():
    noisy = arrays(layer("noise", min_snr_db=5.0, max_snr_db=15.0, probability=1.0)(WAVES, training=True))[0]
    measured_db = 10 * np.log10((WAVES**2).mean(1) / ((noisy - WAVES) ** 2).mean(1))
    assert measured_db.min() > 4.5
    assert measured_db.max() < 15.5
    assert np.ptp(measured_db) > 3


def test_noise_is_white():
    waves = np.ones((64, 1024), "float32")
    noise = arrays(layer("noise", min_snr_db=0.0, max_snr_db=0.0, probability=1.0)(waves, training=True))[0] - waves
    power = (np.abs(np.fft.rfft(noise)[:, 1:-1]) ** 2).mean(0).reshape(7, 73).mean(1)
    assert power == pytest.approx([power.mean()] * 7, rel=0.1)


def test_silence_stays_silent():
    silent = np.zeros((4, 100), "float32")
    np.testing.assert_array_equal(layer("noise", probability=1.0)(silent, training=True), silent)


def test_noise_whose_softest_is_louder_than_its_loudest_is_refused():
    with pytest.raises(Infeasible, match="min_snr_db = 40 is above max_snr_db = 20"):
        registry.load("augmentations", "noise")(min_snr_db=40.0, max_snr_db=20.0).check()


# time shift


def shifts(fill):
    """The shift of every clip of a batch, found by its marked sample, and the clips."""
    waves = np.tile(np.arange(1, 101, dtype="float32"), (500, 1))
    moved = arrays(layer("time_shift", max_share=0.2, fill=fill)(waves, training=True))[0]
    return (moved == 50).argmax(1) - 49, waves, moved


def test_shifts_are_bounded_and_go_both_ways():
    shift, _, _ = shifts("zeros")
    assert shift.min() in range(-20, -16)
    assert shift.max() in range(17, 21)


def test_shifted_clips_are_filled_with_zeros():
    for shift, wave, moved in zip(*shifts("zeros"), strict=True):
        expected = np.zeros(100)
        expected[max(0, shift) : 100 + min(0, shift)] = wave[max(0, -shift) : 100 - max(0, shift)]
        np.testing.assert_array_equal(moved, expected)


def test_rolled_clips_lose_nothing():
    for shift, wave, moved in zip(*shifts("roll"), strict=True):
        np.testing.assert_array_equal(moved, np.roll(wave, shift))


# masks


@pytest.mark.parametrize(("name", "axis", "widest"), [("time_mask", 1, 10), ("frequency_mask", 2, 4)])
def test_masks_are_as_wide_as_asked_and_span_the_other_axis(name, axis, widest):
    ones = np.ones((2000, 50, 20), "float32")
    answer = arrays(layer(name, masks=1, max_share=0.2)(ones, training=True))[0]
    other = 3 - axis
    assert np.array_equal(answer.min(other), answer.max(other))
    masked = answer.min(other) == 0
    counts = np.bincount(masked.sum(1), minlength=widest + 1)
    assert len(counts) == widest + 1
    assert counts == pytest.approx([2000 / (widest + 1)] * (widest + 1), rel=0.5)
    assert (np.abs(np.diff(masked.astype(int), axis=1)).sum(1) <= 2).all()
    assert masked.any(0).all()


def test_two_masks_hide_at_most_two_widths():
    ones = np.ones((500, 50, 20), "float32")
    answer = arrays(layer("time_mask", masks=2, max_share=0.1)(ones, training=True))[0]
    hidden = (answer.min(2) == 0).sum(1)
    assert 5 < hidden.max() <= 10


# mixup


def test_mixup_mixes_features_and_targets_with_one_share():
    """Each clip holds its own target: after mixing it still does."""
    features = np.repeat(TARGETS[:, None, :], 6, axis=1)
    mixed, targets = arrays(layer("mixup", alpha=1.0)((features, TARGETS), training=True))
    np.testing.assert_allclose(targets.sum(1), 1, rtol=1e-6)
    np.testing.assert_allclose(mixed, np.repeat(targets[:, None, :], 6, axis=1), rtol=1e-6)
    assert ((targets > 0).sum(1) == 2).any()


@pytest.mark.parametrize("shape", [(16, 7), (16, 5, 4), (16, 3, 2, 2)])
def test_mixup_takes_features_of_any_rank(shape):
    mixed, _ = arrays(layer("mixup")((np.ones(shape, "float32"), TARGETS), training=True))
    np.testing.assert_allclose(mixed, np.ones(shape), rtol=1e-6)


@pytest.mark.parametrize("alpha", [0.05, 0.2, 1.0, 4.0])
def test_mixup_shares_follow_the_beta_distribution(alpha):
    from scipy.stats import beta

    share = ops.convert_to_numpy(layer("mixup", alpha=alpha).share(5000))
    assert share.min() >= 0
    assert share.max() <= 1
    levels = np.linspace(0.05, 0.95, 19)
    found = np.quantile(share, levels)
    # In probability, not in value: for a small alpha the quantiles are steep.
    low, high = (beta(alpha, alpha).ppf(levels + step) for step in (-0.025, 0.025))
    assert ((found >= low - 1e-6) & (found <= high + 1e-6)).all(), found


def test_a_batch_of_one_is_left_as_it_is():
    mixed, targets = arrays(layer("mixup")((FEATURES[:1], TARGETS[:1]), training=True))
    np.testing.assert_allclose(mixed, FEATURES[:1], rtol=1e-6)
    np.testing.assert_allclose(targets, TARGETS[:1], rtol=1e-6)
