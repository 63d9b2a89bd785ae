"""The built-in losses, against numbers made by hand."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest
from keras import ops

from sinesweep import registry
from sinesweep.dataset import Task

# Keras 3.15 asks TensorFlow's variables for a copy in a way that numpy 2 has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

NAMES = ["cross_entropy", "focal", "mean_absolute_error", "mean_squared_error"]
# softmax(log p) is p: the probabilities below are what the network answers.
P = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]], "float32")
LOGITS = np.log(P)
HARD = np.array([[1, 0, 0], [0, 1, 0]], "float32")
SOFT = np.array([[0.6, 0.4, 0], [0, 0.25, 0.75]], "float32")


def build(name, **given):
    return registry.load("losses", name)(**given).build(Task.CLASSIFICATION)


def each(loss, targets, logits=LOGITS):
    """The loss of every clip."""
    return [float(loss(targets[i : i + 1], logits[i : i + 1])) for i in range(len(targets))]


@pytest.fixture(params=NAMES)
def loss(request):
    return build(request.param)


def test_cross_entropy_is_minus_the_log_of_the_right_class():
    assert each(build("cross_entropy"), HARD) == pytest.approx([-np.log(0.7), -np.log(0.1)], rel=1e-5)


def test_cross_entropy_of_soft_targets_weighs_the_classes():
    expected = [-0.6 * np.log(0.7) - 0.4 * np.log(0.2), -0.25 * np.log(0.1) - 0.75 * np.log(0.8)]
    assert each(build("cross_entropy"), SOFT) == pytest.approx(expected, rel=1e-5)


def test_label_smoothing_spreads_a_share_over_all_classes():
    smooth = HARD * 0.7 + 0.3 / 3
    expected = -(smooth * np.log(P)).sum(axis=1)
    assert each(build("cross_entropy", label_smoothing=0.3), HARD) == pytest.approx(expected, rel=1e-5)


def test_focal_loss_is_that_of_the_paper():
    expected = [-((1 - 0.7) ** 2) * np.log(0.7), -((1 - 0.1) ** 2) * np.log(0.1)]
    assert each(build("focal", gamma=2.0), HARD) == pytest.approx(expected, rel=1e-5)


def test_focal_loss_of_soft_targets_weighs_the_classes():
    expected = -(SOFT * (1 - P) ** 1.5 * np.log(P)).sum(axis=1)
    assert each(build("focal", gamma=1.5), SOFT) == pytest.approx(expected, rel=1e-5)


def test_focal_loss_without_gamma_is_cross_entropy():
    assert each(build("focal", gamma=0.0), SOFT) == pytest.approx(each(build("cross_entropy"), SOFT), rel=1e-5)


def test_squared_error_is_of_probabilities():
    expected = [(0.3**2 + 0.2**2 + 0.1**2) / 3, (0.1**2 + 0.9**2 + 0.8**2) / 3]
    assert each(build("mean_squared_error"), HARD) == pytest.approx(expected, rel=1e-5)


def test_absolute_error_is_of_probabilities():
    expected = [(0.3 + 0.2 + 0.1) / 3, (0.1 + 0.9 + 0.8) / 3]
    assert each(build("mean_absolute_error"), HARD) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("name", ["mean_absolute_error", "mean_squared_error"])
def test_errors_of_soft_targets_vanish_where_they_are_met(name):
    assert each(build(name), P) == pytest.approx([0, 0], abs=1e-6)


def test_a_batch_gives_the_mean_of_its_clips(loss):
    assert float(loss(SOFT, LOGITS)) == pytest.approx(np.mean(each(loss, SOFT)), rel=1e-5)


def test_sample_weights_weigh_clips(loss):
    first, second = each(loss, SOFT)
    weighted = loss(SOFT, LOGITS, sample_weight=np.array([3.0, 0.5], "float32"))
    assert float(weighted) == pytest.approx((3 * first + 0.5 * second) / 2, rel=1e-5)


def test_extreme_logits_stay_finite(loss):
    logits = np.array([[1000.0, -1000.0, 0.0], [-1000.0, -1000.0, 1000.0]], "float32")
    assert np.isfinite(float(loss(HARD, logits)))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scale", [1.0, 100.0])
def test_gradients_stay_finite(name, scale):
    """Also where the network is sure, right or wrong, and with a root for a power."""
    import tensorflow as tf

    loss = build(name, gamma=0.5) if name == "focal" else build(name)
    with tf.GradientTape() as tape:
        logits = tf.Variable(LOGITS * scale)
        value = loss(tf.constant(SOFT), logits)
    gradient = tape.gradient(value, logits).numpy()
    assert np.isfinite(gradient).all()
    if scale == 1.0:
        assert np.any(gradient)


def test_a_model_compiled_with_it_is_saved_and_loaded(loss, tmp_path):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    model.compile("sgd", loss)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    assert float(loaded.loss(SOFT, LOGITS)) == pytest.approx(float(loss(SOFT, LOGITS)))


def test_it_makes_the_right_class_likelier(loss):
    logits = ops.convert_to_tensor([[0.0, 0.0, 0.0]])
    nearer = ops.convert_to_tensor([[1.0, 0.0, 0.0]])
    assert float(loss(HARD[:1], nearer)) < float(loss(HARD[:1], logits))


@pytest.mark.parametrize("name", NAMES)
def test_it_serves_classification(name):
    assert Task.CLASSIFICATION in registry.load("losses", name).tasks
