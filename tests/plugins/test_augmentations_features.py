"""What the built-in augmentations of features and of batches do."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest
from keras import ops

from sinesweep import registry
from sinesweep.settings import make

# Keras 3.15 asks TensorFlow's variables for a copy in a way that numpy 2 has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

RATE_HZ = 8000
RNG = np.random.default_rng(3)
FEATURES = RNG.standard_normal((16, 50, 20), dtype="float32")
TARGETS = np.eye(4, dtype="float32")[np.arange(16) % 4]


def layer(name, seed=1, **given):
    plugin = make(registry.load("augmentations", name), {"probability": 1.0} | given, name)
    return plugin.layer(RATE_HZ, seed)


def augmented(name, features, seed=1, **given):
    return ops.convert_to_numpy(layer(name, seed, **given)(np.asarray(features, "float32"), training=True))


def mixed(name, examples, targets=TARGETS, seed=1, **given):
    """Examples and targets behind an augmentation of batches."""
    answer = layer(name, seed, **given)((np.asarray(examples, "float32"), targets), training=True)
    return [ops.convert_to_numpy(part) for part in answer]


# masks


@pytest.mark.parametrize(("name", "axis", "widest"), [("time_mask", 1, 10), ("frequency_mask", 2, 4)])
def test_masks_are_as_wide_as_asked_and_span_the_other_axis(name, axis, widest):
    answer = augmented(name, np.ones((2000, 50, 20)), masks=1, max_share=0.2)
    other = 3 - axis
    assert np.array_equal(answer.min(other), answer.max(other))
    masked = answer.min(other) == 0
    counts = np.bincount(masked.sum(1), minlength=widest + 1)
    assert len(counts) == widest + 1
    assert counts == pytest.approx([2000 / (widest + 1)] * (widest + 1), rel=0.5)
    assert (np.abs(np.diff(masked.astype(int), axis=1)).sum(1) <= 2).all()
    assert masked.any(0).all()


def test_two_masks_hide_at_most_two_widths():
    answer = augmented("time_mask", np.ones((500, 50, 20)), masks=2, max_share=0.1)
    hidden = (answer.min(2) == 0).sum(1)
    assert 5 < hidden.max() <= 10


# translations and warps


@pytest.mark.parametrize(("name", "axis", "size"), [("time_translation", 1, 50), ("frequency_translation", 2, 20)])
@pytest.mark.parametrize("fill", ["zeros", "roll"])
def test_translations_move_whole_steps(name, axis, size, fill):
    """Every step holds its own number, counted from 1."""
    numbers = np.arange(1, size + 1, dtype="float32")
    features = np.broadcast_to(np.expand_dims(numbers, (0, 3 - axis)), (300, 50, 20))
    answer = augmented(name, features, max_share=0.2, fill=fill)
    lines = answer.take(0, axis=3 - axis)
    assert np.array_equal(answer, np.broadcast_to(np.expand_dims(lines, 3 - axis), answer.shape))
    middle = size // 2
    shifts = np.argmax(lines == middle, axis=1) - (middle - 1)
    assert set(shifts) == set(range(-size // 5, size // 5 + 1))
    for line, shift in zip(lines, shifts, strict=True):
        expected = np.roll(numbers, shift)
        if fill == "zeros":
            expected[slice(0, shift) if shift >= 0 else slice(size + shift, size)] = 0
        np.testing.assert_array_equal(line, expected)


def test_a_time_warp_bends_time_at_one_frame():
    """A ramp along time stays a rising broken line from the first frame to the last."""
    ramp = np.broadcast_to(np.arange(100, dtype="float32")[None, :, None], (300, 100, 3))
    answer = augmented("time_warp", ramp, max_share=0.2)
    line = answer[:, :, 0]
    assert np.array_equal(answer[:, :, 1], line)
    assert line[:, 0] == pytest.approx(np.zeros(300), abs=1e-4)
    assert line[:, -1] == pytest.approx([99] * 300, abs=1e-4)
    steps = np.diff(line, axis=1)
    assert steps.min() >= -1e-4
    assert (np.abs(np.diff(steps, axis=1)) > 1e-3).sum(axis=1).max() <= 2
    moved = np.abs(line - ramp[:, :, 0]).max(axis=1)
    assert 15 < moved.max() < 99
    assert moved.min() < 3


@pytest.mark.parametrize("kind", ["linear", "step"])
def test_filter_augment_adds_one_curve_of_a_few_bands(kind):
    features = RNG.standard_normal((500, 10, 64), dtype="float32")
    given = {"min_bands": 3, "max_bands": 6, "max_change": 0.5, "min_bins": 4, "kind": kind}
    curves = augmented("filter_augment", features, **given) - features
    assert np.ptp(curves, axis=1).max() < 1e-5
    curves = curves[:, 0]
    assert np.abs(curves).max() <= 0.5001
    assert curves.max() > 0.45
    bends = np.abs(np.diff(curves, n=1 if kind == "step" else 2, axis=1)) > 1e-4
    if kind == "step":
        bands = bends.sum(axis=1) + 1
        assert set(bands) == {3, 4, 5, 6}
        edges = [np.diff([0, *np.flatnonzero(bend) + 1, 64]).min() for bend in bends]
        assert min(edges) >= 3  # four, but for the rounding of both edges
    else:
        assert bends.sum(axis=1).max() <= 2 * 5
        assert np.abs(np.diff(curves, axis=1)).max() <= 1.0 / 3 + 1e-4


@pytest.mark.parametrize(
    "name", ["time_mask", "frequency_mask", "time_translation", "frequency_translation", "time_warp", "filter_augment"]
)
def test_channels_of_a_clip_are_changed_alike(name):
    features = np.repeat(FEATURES[..., None], 2, axis=-1)
    answer = augmented(name, features)
    assert answer.shape == features.shape
    np.testing.assert_array_equal(answer[..., 0], answer[..., 1])
    assert not np.array_equal(answer, features)


@pytest.mark.parametrize("name", ["time_mask", "frequency_mask"])
def test_a_mask_hides_all_channels(name):
    features = RNG.uniform(1.0, 2.0, (16, 50, 20, 3)).astype("float32")
    hidden = augmented(name, features) == 0
    assert hidden.any()
    np.testing.assert_array_equal(hidden.any(axis=-1), hidden.all(axis=-1))


@pytest.mark.parametrize("name", ["time_warp", "frequency_translation", "filter_augment", "time_mask"])
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="asks TensorFlow for gradients")
def test_gradients_pass_through_to_a_front_end_that_learns(name):
    import tensorflow as tf

    features, augment = tf.constant(FEATURES), layer(name)
    with tf.GradientTape() as tape:
        tape.watch(features)
        total = ops.sum(ops.square(augment(features, training=True)))
    gradient = ops.convert_to_numpy(tape.gradient(total, features))
    assert np.isfinite(gradient).all()
    assert (np.abs(gradient).max(axis=(1, 2)) > 0).all()


# mixup


def test_mixup_mixes_features_and_targets_with_one_share():
    """Each clip holds its own target: after mixing it still does."""
    features = np.repeat(TARGETS[:, None, :], 6, axis=1)
    answer, targets = mixed("mixup", features, alpha=1.0)
    np.testing.assert_allclose(targets.sum(1), 1, rtol=1e-6)
    np.testing.assert_allclose(answer, np.repeat(targets[:, None, :], 6, axis=1), rtol=1e-6)
    assert ((targets > 0).sum(1) == 2).any()


@pytest.mark.parametrize("name", ["mixup", "cutmix"])
@pytest.mark.parametrize("shape", [(16, 7), (16, 5, 4), (16, 3, 2, 2)])
def test_batches_of_features_of_any_rank_are_mixed(name, shape):
    answer, _ = mixed(name, np.ones(shape))
    np.testing.assert_allclose(answer, np.ones(shape), rtol=1e-6)


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


@pytest.mark.parametrize("name", ["mixup", "cutmix", "between_class"])
def test_a_batch_of_one_is_left_as_it_is(name):
    examples = FEATURES[:1] if name != "between_class" else FEATURES[:1, :, 0]
    answer, targets = mixed(name, examples, TARGETS[:1])
    np.testing.assert_allclose(answer, examples, rtol=1e-6)
    np.testing.assert_allclose(targets, TARGETS[:1], rtol=1e-6)


# cutmix


@pytest.mark.parametrize("piece", ["frames", "box"])
def test_cutmix_mixes_targets_by_what_the_piece_covers(piece):
    """Every cell holds the number of its clip's class: their shares are the targets."""
    features = np.broadcast_to(TARGETS.argmax(1)[:, None, None].astype("float32"), (16, 50, 20))
    answer, targets = mixed("cutmix", features, piece=piece)
    shares = np.stack([(answer == label).mean(axis=(1, 2)) for label in range(4)], axis=1)
    np.testing.assert_allclose(targets, shares, atol=1e-6)
    assert ((targets > 0.02) & (targets < 0.98)).any(axis=1).sum() >= 6
    for clip, own in zip(answer, TARGETS.argmax(1), strict=True):
        frames, bins = np.nonzero(clip != own)
        if len(frames):
            assert len(frames) == np.ptp(frames) * np.ptp(bins) + np.ptp(frames) + np.ptp(bins) + 1
            assert piece == "box" or np.ptp(bins) == 19


def test_a_piece_comes_from_the_same_place_of_the_other_clip():
    cells = np.arange(50 * 20, dtype="float32").reshape(1, 50, 20)
    features = cells + 1000 * np.arange(16, dtype="float32")[:, None, None]
    answer, _ = mixed("cutmix", features, piece="box")
    np.testing.assert_array_equal(answer % 1000, np.broadcast_to(cells, answer.shape))
    assert all(len(np.unique(clip // 1000)) <= 2 for clip in answer)


# between-class mixing


def test_between_class_mixes_only_with_other_classes_and_follows_the_share():
    waves = RNG.standard_normal((16, 1600), dtype="float32")
    answer, targets = mixed("between_class", waves)
    own = targets[np.arange(16), TARGETS.argmax(1)]
    np.testing.assert_allclose(targets.sum(axis=1), 1, rtol=1e-5)
    assert ((targets > 0).sum(axis=1) == 2).all()
    assert own.min() < 0.25
    assert own.max() > 0.75
    for clip, share in zip(range(16), own, strict=True):
        other = targets[clip].copy()
        other[TARGETS[clip].argmax()] = 0
        partners = np.flatnonzero(TARGETS.argmax(1) == other.argmax())
        errors = [np.abs(answer[clip] - paper(waves[clip], waves[each], share)).max() for each in partners]
        assert min(errors) < 2e-3


def paper(first, second, share):
    """Equation 2 of Tokozume et al. with sound levels of equally loud noise measured here."""
    from sinesweep_plugins.augmentations._between_class_layers import loudest_db

    levels = ops.convert_to_numpy(loudest_db(np.stack([first, second]), RATE_HZ))
    weight = 1 / (1 + 10 ** ((levels[0] - levels[1]) / 20) * (1 - share) / share)
    return (weight * first + (1 - weight) * second) / np.sqrt(weight**2 + (1 - weight) ** 2)


def test_a_loud_sound_does_not_drown_a_soft_one():
    """At equal shares both are heard, though the one is 40 dB louder."""
    waves = RNG.standard_normal((16, 1600), dtype="float32")
    waves[TARGETS[:, 0] == 1] *= 100
    loud, soft = waves[TARGETS[:, 0] == 1], waves[TARGETS[:, 0] == 0]
    answer, targets = mixed("between_class", waves)
    for wave, target in zip(answer, targets, strict=True):
        if 0.3 < target[0] < 0.7:
            energies = [max(np.square(group @ wave / np.linalg.norm(group, axis=1))) for group in (loud, soft)]
            assert 0.1 < energies[0] / energies[1] < 10


def test_loudness_is_a_weighted():
    """The curve of IEC 61672-1: 0 dB at 1 kHz, -19.1 dB at 100 Hz, -10.9 dB at 200 Hz, 1.0 dB at 4 kHz."""
    from sinesweep_plugins.augmentations._between_class_layers import a_weights, loudest_db

    found_db = 10 * np.log10(a_weights(np.array([100.0, 200.0, 1000.0, 4000.0])))
    assert found_db == pytest.approx([-19.1, -10.9, 0.0, 1.0], abs=0.15)
    time = np.arange(8000) / RATE_HZ
    waves = np.stack([np.sin(2 * np.pi * 1000 * time), 0.1 * np.sin(2 * np.pi * 1000 * time)])
    waves[:, :4000] = 0
    levels_db = ops.convert_to_numpy(loudest_db(waves.astype("float32"), RATE_HZ))
    assert levels_db[0] - levels_db[1] == pytest.approx(20, abs=0.01)
