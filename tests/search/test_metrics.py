"""Metrics, held to scikit-learn."""

import numpy as np
import pytest
from sklearn import metrics as sklearn

from sinesweep.errors import SweepError
from sinesweep.metrics import METRICS, measure, metric

LABELS = np.arange(5)


@pytest.fixture(params=range(4))
def told(request):
    """Targets without class 3 (it is told all the same), and probabilities."""
    rng = np.random.default_rng(request.param)
    targets = rng.choice([0, 1, 1, 2, 4], size=97)
    probabilities = rng.dirichlet(np.ones(5), size=97)
    probabilities[np.arange(40), targets[:40]] += 1
    return targets, probabilities / probabilities.sum(axis=1, keepdims=True)


def test_every_metric_equals_scikit_learns(told):
    targets, probabilities = told
    said = probabilities.argmax(axis=1)
    assert 3 in said
    expected = {
        "accuracy": sklearn.accuracy_score(targets, said),
        "balanced_accuracy": np.mean(sklearn.recall_score(targets, said, labels=[0, 1, 2, 4], average=None)),
        "macro_f1": sklearn.f1_score(targets, said, average="macro", zero_division=0),
        "top_3_accuracy": sklearn.top_k_accuracy_score(targets, probabilities, k=3, labels=LABELS),
        "loss": sklearn.log_loss(targets, probabilities, labels=LABELS),
    }
    assert measure(targets, probabilities) == pytest.approx(expected, abs=1e-12)


def test_a_class_that_occurs_nowhere_does_not_count():
    targets, probabilities = np.array([0, 1, 1]), np.array([[0.9, 0.1, 0.0], [0.2, 0.8, 0.0], [0.7, 0.3, 0.0]])
    assert metric("balanced_accuracy").score(targets, probabilities) == pytest.approx(0.75)
    assert metric("macro_f1").score(targets, probabilities) == pytest.approx(2 / 3)


def test_the_loss_of_a_sure_mistake_is_finite_and_the_same_in_both_precisions():
    targets, probabilities = np.array([0]), np.array([[0.0, 1.0]])
    for dtype in (np.float32, np.float64):
        assert metric("loss").score(targets, probabilities.astype(dtype)) == pytest.approx(15.942, abs=1e-3)


def test_equal_probabilities_count_for_the_first_classes_alone():
    flat = np.full((5, 5), 0.2)
    assert measure(LABELS, flat)["accuracy"] == 0.2
    assert measure(LABELS, flat)["top_3_accuracy"] == 0.6


@pytest.mark.parametrize("name", METRICS)
def test_directions_turn_scores_so_that_more_is_better(name):
    right, wrong = np.eye(5), np.roll(np.eye(5), 1, axis=1)
    if name == "top_3_accuracy":
        wrong = np.where(np.eye(5) > 0, 0.0, 0.25)[:, ::-1][::-1]
    good, bad = (metric(name).score(LABELS, each) for each in (right, wrong))
    assert metric(name).goodness(good) > metric(name).goodness(bad)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_probabilities_that_are_not_finite_are_refused_with_their_number(bad):
    probabilities = np.full((4, 2), 0.5)
    probabilities[1:3, 0] = bad
    with pytest.raises(ValueError, match="2 of 4 clips are not finite"):
        measure(np.zeros(4, int), probabilities)


@pytest.mark.parametrize(
    ("targets", "probabilities", "reason"),
    [
        (np.zeros(3, int), np.full((2, 2), 0.5), "one or more clips"),
        (np.zeros(0, int), np.zeros((0, 2)), "one or more clips"),
        (np.array([0, 2]), np.full((2, 2), 0.5), "class indices 0 … 1"),
        (np.array([0, 1]), np.array([[3.0, -1.0], [0.0, 2.0]]), "probabilities in 0 … 1, got -1"),
    ],
)
def test_what_cannot_be_scored_is_refused_with_the_reason(targets, probabilities, reason):
    with pytest.raises(ValueError, match=reason):
        measure(targets, probabilities)


def test_an_unknown_metric_is_answered_with_the_nearest():
    with pytest.raises(SweepError, match="Did you mean 'macro_f1'"):
        metric("macro_f")


def test_scores_are_shown_as_people_read_them():
    assert metric("accuracy").show(0.6875) == "68.8 %"
    assert metric("loss").show(0.41234) == "0.412"
