"""Metrics, held to scikit-learn."""

import numpy as np
import pytest
from sklearn import metrics as sklearn

from sinesweep import registry
from sinesweep.dataset import Task
from sinesweep.elsewhere import NAMES, WHY
from sinesweep.errors import SweepError
from sinesweep.metrics import METRICS, is_metric, measure, metric, metrics_for

LABELS = np.arange(5)
OCCURRING = [0, 1, 2, 4]


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
    said, there = probabilities.argmax(axis=1), np.eye(5)[targets][:, OCCURRING]
    assert 3 in said
    expected = {
        "accuracy": sklearn.accuracy_score(targets, said),
        "balanced_accuracy": np.mean(sklearn.recall_score(targets, said, labels=OCCURRING, average=None)),
        "macro_f1": sklearn.f1_score(targets, said, average="macro", zero_division=0),
        "top_3_accuracy": sklearn.top_k_accuracy_score(targets, probabilities, k=3, labels=LABELS),
        "top_5_accuracy": 1.0,
        "loss": sklearn.log_loss(targets, probabilities, labels=LABELS),
        "micro_f1": sklearn.f1_score(targets, said, average="micro"),
        "weighted_f1": sklearn.f1_score(targets, said, average="weighted", zero_division=0),
        **{
            f"{average}_{name}": score(targets, said, average=average, zero_division=0)
            for average in ("macro", "micro", "weighted")
            for name, score in (("precision", sklearn.precision_score), ("recall", sklearn.recall_score))
        },
        "auc": sklearn.roc_auc_score(there, probabilities[:, OCCURRING], average="macro"),
        "average_precision": sklearn.average_precision_score(there, probabilities[:, OCCURRING], average="macro"),
    }
    assert measure(targets, probabilities) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("most", [1, 2, 4, 10])
def test_any_number_of_likeliest_classes_may_stand_in_a_name(told, most):
    targets, probabilities = told
    name = f"top_{most}_accuracy"
    expected = sklearn.top_k_accuracy_score(targets, probabilities, k=most, labels=LABELS) if most < 5 else 1.0
    assert metric(name).score(targets, probabilities) == pytest.approx(expected, abs=1e-12)
    assert measure(targets, probabilities, also=[name, "accuracy"])[name] == pytest.approx(expected, abs=1e-12)
    assert metric(name).name == name


@pytest.mark.parametrize("name", ["top_0_accuracy", "top_03_accuracy", "top_k_accuracy", "top_-1_accuracy"])
def test_no_other_name_is_that_of_a_metric(name):
    assert not is_metric(name)
    with pytest.raises(SweepError, match=r"Did you mean 'top_[35]_accuracy'"):
        metric(name)


@pytest.mark.parametrize(
    ("elsewhere", "here"),
    [
        ("rmse", "root_mean_squared_error"),
        ("MSE", "mean_squared_error"),
        ("mae", "mean_absolute_error"),
        ("f1", "macro_f1"),
        ("acc", "accuracy"),
        ("roc_auc", "auc"),
        ("r2_score", "r2"),
    ],
)
def test_what_others_call_a_metric_is_understood_and_not_accepted(elsewhere, here):
    with pytest.raises(SweepError, match=f"no metric named '{elsewhere}'. Did you mean '{here}'. Known: "):
        metric(elsewhere)


def test_every_name_from_elsewhere_means_something_that_there_is():
    known = {"metrics": METRICS, "losses": registry.names("losses")}
    for kind, names in NAMES.items():
        assert set(names.values()) <= set(known[kind])
        assert not set(names) & set(known[kind])
    assert set(WHY) <= {name for names in NAMES.values() for name in names.values()}


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


@pytest.mark.parametrize("name", metrics_for(Task.CLASSIFICATION))
def test_directions_turn_scores_so_that_more_is_better(name):
    targets, right, wrong = np.arange(7), np.eye(7), np.roll(np.eye(7), 1, axis=1)
    if name.startswith("top_"):
        wrong = np.where(np.eye(7) > 0, 0.0, 1 / 6)
    good, bad = (metric(name).score(targets, each) for each in (right, wrong))
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


@pytest.fixture(params=range(4))
def labelled(request):
    """Labels of 83 clips, some of which have none, and probabilities, some of which are equal."""
    rng = np.random.default_rng(request.param)
    there = (rng.random((83, 6)) < [0.6, 0.3, 0.2, 0.1, 0.5, 0.05]).astype(int)
    there[:2] = [[0] * 6, [1] * 6]
    return there, np.round((0.3 * there + rng.random((83, 6))) / 1.3, 1)


def test_every_metric_of_labels_equals_scikit_learns(labelled):
    there, probabilities = labelled
    said = (probabilities >= 0.5).astype(int)
    expected = {
        "accuracy": sklearn.accuracy_score(there, said),
        "macro_f1": sklearn.f1_score(there, said, average="macro"),
        "micro_f1": sklearn.f1_score(there, said, average="micro"),
        "weighted_f1": sklearn.f1_score(there, said, average="weighted"),
        **{
            f"{average}_{name}": score(there, said, average=average)
            for average in ("macro", "micro", "weighted")
            for name, score in (("precision", sklearn.precision_score), ("recall", sklearn.recall_score))
        },
        "auc": sklearn.roc_auc_score(there, probabilities, average="macro"),
        "average_precision": sklearn.average_precision_score(there, probabilities, average="macro"),
        "lrap": sklearn.label_ranking_average_precision_score(there, probabilities),
        "loss": np.mean([sklearn.log_loss(t, p, labels=[0, 1]) for t, p in zip(there, probabilities, strict=True)]),
    }
    told = measure(there, probabilities.clip(1e-7, 1 - 1e-7))
    assert told == pytest.approx(expected, abs=1e-6)


def test_thresholds_decide_what_is_told_and_leave_ranks_alone(labelled):
    there, probabilities = labelled
    thresholds = np.array([0.2, 0.4, 0.6, 0.8, 0.5, 0.3])
    said = (probabilities >= thresholds).astype(int)
    told, plain = measure(there, probabilities, thresholds), measure(there, probabilities)
    assert told["macro_f1"] == pytest.approx(sklearn.f1_score(there, said, average="macro"))
    assert told["accuracy"] == pytest.approx(sklearn.accuracy_score(there, said))
    for name in ("auc", "average_precision", "lrap", "loss"):
        assert told[name] == plain[name]


@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_every_metric_of_values_equals_scikit_learns(offset):
    rng = np.random.default_rng(0)
    values = offset + rng.normal(3, 2, 50)
    answers = values + rng.normal(0.2, 1, 50)
    assert measure(values, answers[:, None]) == pytest.approx(
        {
            "root_mean_squared_error": sklearn.root_mean_squared_error(values, answers),
            "mean_squared_error": sklearn.mean_squared_error(values, answers),
            "mean_absolute_error": sklearn.mean_absolute_error(values, answers),
            "r2": sklearn.r2_score(values, answers),
        },
        rel=1e-6,
    )


def test_values_that_are_all_the_same_are_explained_when_they_are_met():
    same = np.full(3, 7.5)
    assert metric("r2").score(same, same[:, None]) == 1
    assert metric("r2").score(same, np.array([[7.5], [7.5], [8.0]])) == 0


def test_what_has_no_rank_counts_as_chance_or_nothing():
    all_there, answers = np.zeros(3, int), np.array([[0.9, 0.1], [0.8, 0.2], [0.6, 0.4]])
    assert metric("auc").score(all_there, answers) == 0.5
    assert metric("average_precision").score(all_there, answers) == 1
    assert metric("average_precision").score(np.zeros((3, 2), int), answers) == 0


def test_a_metric_says_which_tasks_it_cannot_judge():
    with pytest.raises(ValueError, match="r2 is for regression; these are targets of classification"):
        metric("r2").score(np.zeros(2, int), np.full((2, 2), 0.5))
    with pytest.raises(ValueError, match=r"expected one value a clip, \(n, 1\), got \(2, 2\)"):
        metric("r2").score(np.zeros(2), np.full((2, 2), 0.5))
    with pytest.raises(ValueError, match="expected a 1 or 0 for each label"):
        metric("lrap").score(np.full((2, 2), 2), np.full((2, 2), 0.5))


def test_values_are_shown_with_their_digits():
    assert metric("root_mean_squared_error").show(118.26) == "118.3"
    assert metric("mean_squared_error").show(0.0000123) == "1.23e-05"
    assert metric("r2").show(0.81234) == "0.812"
