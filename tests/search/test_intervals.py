"""Intervals and paired tests, held to published figures and to sums done by hand."""

import numpy as np
import pytest

from sinesweep.dataset import Task
from sinesweep.intervals import holm, interval, mcnemar, p_value, p_value_over_runs, standard_error, wilson
from sinesweep.metrics import metric, metrics_for


def told(n, skill, seed, classes=4):
    rng = np.random.default_rng(seed)
    targets = np.random.default_rng(0).integers(classes, size=n)
    logits = rng.normal(size=(n, classes))
    logits[np.arange(n), targets] += skill
    return targets, np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [
        (55, 80, 0.579, 0.778),
        (328, 400, 0.779, 0.855),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (1, 1, 0.2065, 1.0),
    ],
)
def test_wilsons_interval_has_the_known_ends(right, n, low, high):
    assert wilson(right / n, n) == pytest.approx((low, high), abs=5e-4)


def test_wilsons_interval_refuses_what_is_no_share():
    with pytest.raises(ValueError, match="share in 0 … 1 of one or more clips"):
        wilson(1.5, 10)


@pytest.mark.parametrize("name", metrics_for(Task.CLASSIFICATION))
def test_an_interval_holds_its_score_and_narrows_with_less_confidence(name):
    targets, probabilities = told(300, 1.5, 1, classes=8)
    groups = [f"g{i // 3}" for i in range(300)]
    score = metric(name).score(targets, probabilities)
    low, high = interval(name, targets, probabilities, groups)
    inner_low, inner_high = interval(name, targets, probabilities, groups, confidence=0.5)
    assert low < inner_low < score < inner_high < high


def test_clips_that_rise_and_fall_together_make_the_interval_wider():
    """Each clip four times: by clip the copies look like evidence, by group they do not."""
    targets, probabilities = (np.repeat(each, 4, axis=0) for each in told(60, 1.0, 2))
    by_clip = interval("loss", targets, probabilities, [str(i) for i in range(240)])
    by_group = interval("loss", targets, probabilities, [str(i // 4) for i in range(240)])
    assert 1.6 < (by_group[1] - by_group[0]) / (by_clip[1] - by_clip[0]) < 2.4


def test_the_bootstrap_is_as_wide_as_the_theory_of_means_says():
    targets, probabilities = told(400, 1.0, 3)
    losses = -np.log(probabilities[np.arange(400), targets])
    low, high = interval("loss", targets, probabilities, [str(i) for i in range(400)])
    assert high - low == pytest.approx(2 * 1.96 * losses.std() / 20, rel=0.1)


def test_the_same_seed_gives_the_same_interval_whatever_the_groups_are_called():
    targets, probabilities = told(90, 1.0, 4)
    numbers = [i // 3 for i in range(90)]
    names = [f"speaker {n:02}" for n in numbers]
    assert interval("macro_f1", targets, probabilities, numbers, seed=5) == interval(
        "macro_f1", targets, probabilities, names, seed=5
    )


def test_where_all_clips_are_of_one_group_the_clips_are_drawn():
    low, high = interval("loss", *told(90, 1.0, 4), ["one"] * 90)
    assert low < high


def test_mcnemar_by_hand():
    """Of 6 clips that differ, 5 speak for one side: 2 · (1 + 6) / 2⁶."""
    assert mcnemar(1, 5) == mcnemar(5, 1) == pytest.approx(14 / 64)
    assert mcnemar(0, 10) == pytest.approx(2 / 1024)
    assert mcnemar(0, 0) == mcnemar(7, 7) == 1.0
    assert mcnemar(0, 5000) == 0.0


def test_holm_by_hand():
    """Sorted 0.01, 0.03, 0.04: × 3, × 2, × 1, and never less than the one before."""
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == pytest.approx([1.0, 1.0])
    assert holm([]) == []


def test_the_accuracy_test_counts_the_clips_that_differ():
    targets = np.zeros(20, int)
    right, wrong = np.array([0.9, 0.1]), np.array([0.1, 0.9])
    first = np.stack([right] * 15 + [wrong] * 5)
    second = np.stack([right] * 10 + [wrong] * 9 + [right])
    assert p_value("accuracy", targets, first, second, list(range(20))) == pytest.approx(mcnemar(5, 1))


@pytest.mark.parametrize("name", metrics_for(Task.CLASSIFICATION))
def test_a_paired_test_tells_what_differs_and_only_that(name):
    groups = [i // 3 for i in range(300)]
    (targets, good), (_, bad), (_, same) = (told(300, *each, classes=8) for each in ((2.5, 1), (0.5, 2), (2.5, 3)))
    assert p_value(name, targets, good, bad, groups) < 0.001
    assert p_value(name, targets, good, same, groups) > 0.01
    assert p_value(name, targets, good, good, groups) == 1.0
    assert p_value(name, targets, good, bad, groups) == pytest.approx(p_value(name, targets, bad, good, groups))


def test_the_paired_bootstrap_errs_as_often_as_it_says():
    """Two equally good models are told apart at 5 % in about one of twenty draws."""
    groups = list(range(150))
    found = [
        p_value("loss", told(150, 1, 2 * i)[0], told(150, 1, 2 * i)[1], told(150, 1, 2 * i + 1)[1], groups)
        for i in range(100)
    ]
    assert np.mean(np.array(found) < 0.05) < 0.12


def pairs_of(*skills):
    """Trainings of two configurations on the same 300 clips: a pair of skills each."""
    made = [[told(300, skill, 2 * i + place)[1] for place, skill in enumerate(pair)] for i, pair in enumerate(skills)]
    return told(300, 0, 0)[0], made, [i // 3 for i in range(300)]


@pytest.mark.parametrize("name", ["accuracy", "macro_f1", "loss"])
def test_several_trainings_say_no_more_than_the_one_that_says_least(name):
    targets, pairs, groups = pairs_of((2.5, 0.5), (2.0, 1.4), (2.5, 1.0))
    each = [p_value(name, targets, *pair, groups) for pair in pairs]
    assert p_value_over_runs(name, targets, pairs, groups) == max(each)
    assert p_value_over_runs(name, targets, pairs[:1], groups) == each[0] < max(each)


@pytest.mark.parametrize("name", ["accuracy", "macro_f1", "loss"])
def test_trainings_that_contradict_each_other_say_nothing(name):
    """Each alone is beyond chance, one for the first configuration and one for the second."""
    targets, pairs, groups = pairs_of((2.5, 0.5), (0.5, 2.5))
    assert max(p_value(name, targets, *pair, groups) for pair in pairs) < 0.001
    assert p_value_over_runs(name, targets, pairs, groups) == 1.0


@pytest.mark.parametrize("name", ["macro_f1", "auc", "loss"])
def test_the_standard_error_is_that_of_the_interval(name):
    targets, probabilities = told(400, 1.0, 3)
    groups = list(range(400))
    low, high = interval(name, targets, probabilities, groups)
    assert standard_error(name, targets, probabilities, groups) == pytest.approx((high - low) / (2 * 1.96), rel=0.1)


def labels(n, skill, seed):
    rng = np.random.default_rng(seed)
    there = (np.random.default_rng(0).random((n, 5)) < [0.5, 0.4, 0.3, 0.2, 0.1]).astype(int)
    return there, 1 / (1 + np.exp(-(rng.normal(size=(n, 5)) + skill * (there - 0.5))))


def values(n, skill, seed):
    value = np.random.default_rng(0).normal(100, 5, n)
    return value, (value + np.random.default_rng(seed).normal(0, 5 / skill, n))[:, None]


OTHERS = [
    (name, made) for task, made in ((Task.MULTI_LABEL, labels), (Task.REGRESSION, values)) for name in metrics_for(task)
]


@pytest.mark.parametrize(("name", "made"), OTHERS)
def test_intervals_and_tests_serve_other_tasks(name, made):
    groups = [i // 3 for i in range(300)]
    (targets, good), (_, bad), (_, same) = made(300, 3.0, 1), made(300, 0.8, 2), made(300, 3.0, 3)
    score = metric(name).score(targets, good)
    low, high = interval(name, targets, good, groups)
    assert low < score < high
    assert p_value(name, targets, good, bad, groups) < 0.001
    assert p_value(name, targets, good, same, groups) > 0.01


@pytest.mark.parametrize("name", ["auc", "average_precision"])
def test_a_resample_reads_as_the_clips_that_were_drawn(name):
    """With weights as often as with copies, also where answers are equal."""
    rng = np.random.default_rng(5)
    targets, answers = told(40, 0.7, 5, classes=3)
    answers = np.round(answers, 1)
    groups, drawn = np.arange(40) // 2, rng.multinomial(20, np.full(20, 1 / 20), size=6).astype(float)
    read = metric(name).formula.resampled(targets, answers, groups)(drawn)
    for times, value in zip(drawn, read, strict=True):
        copies = np.repeat(np.arange(40), times[groups].astype(int))
        assert metric(name).score(targets[copies], answers[copies]) == pytest.approx(value)


def test_an_interval_of_labels_takes_the_thresholds_that_decided_them():
    targets, answers = labels(200, 2.0, 1)
    groups = list(range(200))
    strict = interval("macro_f1", targets, answers, groups, thresholds=np.full(5, 0.99))
    assert strict[1] < interval("macro_f1", targets, answers, groups)[0]
