"""The built-in losses, against numbers made by hand."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest
from keras import ops

from sinesweep import registry
from sinesweep.dataset import Task
from sinesweep.errors import Infeasible

# Keras 3.15 asks TensorFlow's variables for a copy in a way that numpy 2 has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

NAMES = [
    "class_balanced",
    "cross_entropy",
    "focal",
    "hinge",
    "kullback_leibler",
    "mean_absolute_error",
    "mean_squared_error",
]
OF_LABELS = ["binary_cross_entropy", "focal", "hinge", "mean_absolute_error", "mean_squared_error"]
OF_VALUES = ["huber", "log_cosh", "mean_absolute_error", "mean_squared_error"]
# softmax(log p) is p: the probabilities below are what the network answers.
P = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]], "float32")
LOGITS = np.log(P)
HARD = np.array([[1, 0, 0], [0, 1, 0]], "float32")
SOFT = np.array([[0.6, 0.4, 0], [0, 0.25, 0.75]], "float32")


def build(name, task=Task.CLASSIFICATION, **given):
    return registry.load("losses", name)(**given).build(task)


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


@pytest.mark.parametrize(
    ("task", "names"),
    [
        (Task.CLASSIFICATION, [*NAMES, "binary_cross_entropy"]),
        (Task.MULTI_LABEL, OF_LABELS),
        (Task.REGRESSION, OF_VALUES),
    ],
)
def test_a_loss_states_the_tasks_that_it_serves(task, names):
    every = registry.names("losses")
    assert sorted(name for name in every if task in registry.load("losses", name).tasks) == sorted(names)


# Labels: sigmoid(logit p) is p.
THERE = np.array([[1, 0, 1], [0, 0, 0]], "float32")
Q = np.array([[0.7, 0.2, 0.4], [0.1, 0.5, 0.9]], "float32")
LABEL_LOGITS = np.log(Q / (1 - Q))


def test_binary_cross_entropy_is_the_mean_over_labels():
    expected = -np.where(THERE > 0, np.log(Q), np.log(1 - Q)).mean(axis=1)
    assert each(build("binary_cross_entropy", Task.MULTI_LABEL), THERE, LABEL_LOGITS) == pytest.approx(
        expected, rel=1e-5
    )


def test_binary_cross_entropy_spreads_a_share_over_yes_and_no():
    smooth = THERE * 0.8 + 0.1
    expected = -(smooth * np.log(Q) + (1 - smooth) * np.log(1 - Q)).mean(axis=1)
    loss = build("binary_cross_entropy", Task.MULTI_LABEL, label_smoothing=0.2)
    assert each(loss, THERE, LABEL_LOGITS) == pytest.approx(expected, rel=1e-5)


def test_binary_cross_entropy_of_two_classes_is_cross_entropy():
    targets, logits = np.eye(2, dtype="float32"), np.array([[1.5, -0.5], [0.3, 0.1]], "float32")
    two = each(build("binary_cross_entropy"), targets, logits)
    assert two == pytest.approx(each(build("cross_entropy"), targets, logits), rel=1e-5)


def test_binary_cross_entropy_takes_no_three_classes():
    loss = registry.load("losses", "binary_cross_entropy")()
    loss.check(Task.CLASSIFICATION, 2)
    loss.check(Task.MULTI_LABEL, 7)
    with pytest.raises(Infeasible, match="two classes apart, and there are 3"):
        loss.check(Task.CLASSIFICATION, 3)


def test_focal_loss_of_labels_is_that_of_the_paper():
    p = np.where(THERE > 0, Q, 1 - Q)
    expected = -((1 - p) ** 2 * np.log(p)).mean(axis=1)
    assert each(build("focal", Task.MULTI_LABEL, gamma=2.0), THERE, LABEL_LOGITS) == pytest.approx(expected, rel=1e-5)


def test_hinge_of_classes_looks_at_the_next_best_one():
    logits = np.array([[2.0, 1.5, -1.0], [3.0, 0.0, 0.0]], "float32")
    targets = np.array([[1, 0, 0], [0, 1, 0]], "float32")
    assert each(build("hinge"), targets, logits) == pytest.approx([0.5, 4.0])
    mixed = np.array([[0.5, 0.5, 0]], "float32")
    assert each(build("hinge"), mixed, logits[:1]) == pytest.approx([0.5 * 0.5 + 0.5 * 1.5])


def test_hinge_of_labels_looks_at_each_side_of_zero():
    logits = np.array([[0.25, -3.0, 2.0], [-0.5, 0.5, -1.0]], "float32")
    loss = build("hinge", Task.MULTI_LABEL)
    assert each(loss, THERE, logits) == pytest.approx([0.75 / 3, (0.5 + 1.5 + 0) / 3])


def test_divergence_vanishes_where_soft_targets_are_met_and_is_cross_entropy_of_hard_ones():
    assert each(build("kullback_leibler"), P) == pytest.approx([0, 0], abs=1e-5)
    assert each(build("kullback_leibler"), HARD) == pytest.approx(each(build("cross_entropy"), HARD), rel=1e-4)
    expected = [(row * np.log(np.maximum(row, 1e-9) / p)).sum() for row, p in zip(SOFT, P, strict=True)]
    assert each(build("kullback_leibler"), SOFT) == pytest.approx(expected, rel=1e-4)


def test_class_balanced_weights_are_those_of_the_paper():
    """Table 1's way: (1 - β) / (1 - βⁿ), adding up to the number of classes."""
    counts = np.array([1000, 100, 10])
    raw = [(1 - 0.999) / (1 - 0.999**n) for n in counts]
    weights = registry.load("losses", "class_balanced")(beta=0.999).class_weights(counts)
    assert weights == pytest.approx(np.array(raw) * 3 / np.sum(raw))
    assert weights.sum() == pytest.approx(3)
    assert registry.load("losses", "class_balanced")().class_weights(np.array([5, 0, 5])) == pytest.approx([1, 0, 1])


def test_other_losses_weigh_no_class():
    for name in registry.names("losses"):
        weights = registry.load("losses", name)().class_weights(np.array([3, 30]))
        assert (weights is not None) == (name == "class_balanced")


VALUES, ANSWERS = np.array([[0.0], [1.0]], "float32"), np.array([[0.5], [4.0]], "float32")


def test_losses_of_values_are_of_the_answers_themselves():
    assert each(build("mean_squared_error", Task.REGRESSION), VALUES, ANSWERS) == pytest.approx([0.25, 9.0])
    assert each(build("mean_absolute_error", Task.REGRESSION), VALUES, ANSWERS) == pytest.approx([0.5, 3.0])
    assert each(build("huber", Task.REGRESSION, delta=2.0), VALUES, ANSWERS) == pytest.approx([0.125, 4.0])
    assert each(build("log_cosh", Task.REGRESSION), VALUES, ANSWERS) == pytest.approx(
        np.log(np.cosh([0.5, 3.0])), rel=1e-4
    )


@pytest.mark.parametrize(
    ("name", "task", "outputs"),
    [(name, Task.MULTI_LABEL, 3) for name in OF_LABELS]
    + [(name, Task.REGRESSION, 1) for name in OF_VALUES]
    + [("binary_cross_entropy", Task.CLASSIFICATION, 2)],
)
def test_losses_of_other_tasks_are_saved_weighed_and_finite(name, task, outputs, tmp_path):
    loss, rng = build(name, task), np.random.default_rng(0)
    targets = rng.integers(2, size=(4, outputs)).astype("float32")
    if task is Task.CLASSIFICATION:
        targets = np.eye(2, dtype="float32")[targets[:, 0].astype(int)]
    logits = 50 * rng.standard_normal((4, outputs)).astype("float32")
    assert np.isfinite(float(loss(targets, logits)))
    first = each(loss, targets, logits)
    weights = np.array([2, 0, 1, 0.5], "float32")
    weighted = float(loss(targets, logits, sample_weight=weights))
    assert weighted == pytest.approx(np.mean(np.array(first) * weights), rel=1e-4, abs=1e-6)
    again = keras.losses.deserialize(keras.losses.serialize(loss))
    assert float(again(targets, logits)) == pytest.approx(float(loss(targets, logits)))
