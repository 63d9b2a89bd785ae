"""What one trial got right and wrong, against answers counted by hand."""

import numpy as np
import pytest

from sinesweep.calibration import BINS, calibration
from sinesweep.dataset import Task
from sinesweep.examination import PAIRS, examine
from sinesweep.groupwise import RESAMPLED
from sinesweep.metrics import measure
from sinesweep.predictions import Predictions
from sinesweep.report.examined import examined, mistaken
from sinesweep.report.story import Mistake
from sinesweep.slips import MOST

CLASSES = ("cat", "dog", "owl")


def predicted(targets, probabilities):
    clips = np.arange(len(targets), dtype=np.int32)
    return Predictions(clips, np.asarray(targets), np.asarray(probabilities, np.float32))


def told(targets, answers, classes=3, sure=0.8):
    """Predictions that tell these classes, each with that probability."""
    probabilities = np.full((len(targets), classes), (1 - sure) / (classes - 1))
    probabilities[np.arange(len(targets)), answers] = sure
    return predicted(targets, probabilities)


def alone(known):
    return [f"clip {clip}" for clip in known.clips]


@pytest.fixture
def animals():
    """Three cats, one of them told as a dog; two dogs, both told as cats; an owl, told as a dog."""
    known = told([0, 0, 0, 1, 1, 2], [0, 0, 1, 0, 0, 1])
    return examine(known, CLASSES, Task.CLASSIFICATION, alone(known))


def test_the_confusion_matrix_has_the_truth_in_its_rows(animals):
    assert animals.confusion == ((2, 1, 0), (2, 0, 0), (0, 1, 0))
    assert (animals.clips, animals.wrong) == (6, 4)


def test_precision_recall_and_f1_are_those_counted_by_hand(animals):
    cat, dog, _ = animals.per_class
    assert (cat.precision, cat.recall, cat.f1) == (pytest.approx(2 / 4), pytest.approx(2 / 3), pytest.approx(4 / 7))
    assert (cat.count, cat.told, cat.right) == (3, 4, 2)
    assert (dog.precision, dog.recall, dog.f1) == (0.0, 0.0, 0.0)


def test_a_class_that_was_never_told_has_no_precision(animals):
    owl = animals.per_class[2]
    assert (owl.precision, owl.recall, owl.f1, owl.told) == (None, 0.0, 0.0, 0)
    assert "never told" in next(line for line in examined(animals, "its folds").splitlines() if "owl" in line)


def test_a_class_without_a_clip_has_no_recall():
    known = told([0, 0, 1], [0, 2, 1])
    owl = examine(known, CLASSES, Task.CLASSIFICATION, alone(known)).per_class[2]
    assert (owl.precision, owl.recall, owl.count) == (0.0, None, 0)


def test_a_class_neither_there_nor_told_has_no_figure_at_all():
    known = told([0, 1], [0, 1])
    owl = examine(known, CLASSES, Task.CLASSIFICATION, alone(known)).per_class[2]
    assert (owl.precision, owl.recall, owl.f1) == (None, None, None)


def test_the_means_over_classes_are_the_leaderboards():
    rng = np.random.default_rng(0)
    known = predicted(rng.integers(0, 3, 200), rng.dirichlet(np.ones(3), 200))
    examination = examine(known, CLASSES, Task.CLASSIFICATION, alone(known))
    scores = measure(known.targets, known.probabilities)
    assert np.mean([each.f1 for each in examination.per_class]) == pytest.approx(scores["macro_f1"])
    assert np.mean([each.recall for each in examination.per_class]) == pytest.approx(scores["balanced_accuracy"])
    assert 1 - examination.wrong / 200 == pytest.approx(scores["accuracy"])


def test_the_most_confused_pair_comes_first_with_its_share_of_the_truth(animals):
    pairs = [(each.truth, each.told, each.count, each.share) for each in animals.confused_pairs]
    assert pairs == [("dog", "cat", 2, 1.0), ("cat", "dog", 1, pytest.approx(1 / 3)), ("owl", "dog", 1, 1.0)]


def test_two_hundred_classes_are_examined_and_the_worst_of_them_told():
    targets = np.repeat(np.arange(200), 3)
    known = told(targets, np.where(targets % 2, targets, targets - 1) % 200, classes=200)
    examination = examine(known, [f"class {i}" for i in range(200)], Task.CLASSIFICATION, alone(known))
    assert len(examination.confusion) == len(examination.per_class) == 200
    assert (examination.wrong, len(examination.confused_pairs), len(examination.slips)) == (300, PAIRS, MOST)
    text = examined(examination, "its folds")
    assert "class 0 " in text
    assert "class 1 " not in text
    assert "… and 175 with a higher F1" in text


def test_calibration_is_that_counted_by_hand():
    """Five answers of 0.9, four of them right, and five of 0.6, two right: 10 points off here, 20 there."""
    known = np.array([[0.9, 0.1]] * 5 + [[0.6, 0.4]] * 5)
    found = calibration(np.array([0, 0, 0, 0, 1, 0, 0, 1, 1, 1]), known)
    assert len(found.bins) == BINS
    counted = [(round(each.confidence, 6), each.right, each.count) for each in found.bins if each.count]
    assert counted == [(0.6, 0.4, 5), (0.9, 0.8, 5)]
    assert all(each.low < each.confidence <= each.high for each in found.bins if each.count)
    assert found.error == pytest.approx(0.15)
    assert found.surplus == pytest.approx(0.15)


def test_answers_that_are_quite_sure_stand_in_the_last_bin():
    found = calibration(np.array([0, 1]), np.array([[1.0, 0.0], [1.0, 0.0]]))
    assert found.bins[-1].count == 2
    assert found.error == pytest.approx(0.5)


def test_the_surest_mistake_comes_first():
    known = predicted([0, 0, 1, 1], [[0.4, 0.6], [0.1, 0.9], [0.2, 0.8], [0.7, 0.3]])
    slips = examine(known, ("a", "b"), Task.CLASSIFICATION, alone(known)).slips
    assert [(each.clip, each.truth, each.told) for each in slips] == [(1, "a", "b"), (3, "b", "a"), (0, "a", "b")]
    assert slips[0].probability == pytest.approx(0.9)


def test_the_speaker_who_fails_is_named_and_one_of_few_clips_is_not_accused():
    """Anna is always right, Ben always wrong, and so is Cy, of whom there are only three clips."""
    targets = np.zeros(63, int)
    known = told(targets, np.repeat([0, 1, 1], [40, 20, 3]))
    names = ["anna"] * 40 + ["ben"] * 20 + ["cy"] * 3
    examination = examine(known, CLASSES, Task.CLASSIFICATION, names)
    assert [(each.name, each.clips, each.score, each.fails) for each in examination.by_group] == [
        ("ben", 20, 0.0, True),
        ("anna", 40, 1.0, False),
        ("cy", 3, 0.0, False),
    ]
    assert examination.by_group[0].interval == (0.0, pytest.approx(0.161, abs=0.001))  # Wilson's of 0 of 20
    text = examined(examination, "its folds")
    assert "ben: 0.0 % (0.0–16.1 %), 20 clips; worse than all together" in text
    assert "cy: 0.0 % (too few clips to tell), 3 clips\n" in f"{text}\n"


def test_one_group_is_as_good_as_all_and_fails_not():
    known = told([0, 1, 2, 0, 1, 2], [0, 1, 2, 0, 1, 0])
    [group] = examine(known, CLASSES, Task.CLASSIFICATION, ["anna"] * 6).by_group
    assert (group.score, group.fails) == (pytest.approx(5 / 6), False)


def test_where_intervals_take_long_only_the_worst_groups_have_one():
    names = [f"singer {i // 6}" for i in range(6 * 40)]
    off = np.repeat(np.arange(40.0), 6)
    groups = examine(predicted(np.zeros(240), off[:, None]), (), Task.REGRESSION, names).by_group
    assert [each.interval is not None for each in groups] == [True] * RESAMPLED + [False] * (40 - RESAMPLED)
    assert groups[0].name == "singer 39"


def test_clips_that_share_no_group_have_no_scores_by_group(animals):
    assert animals.by_group == ()
    assert "groups" not in examined(animals, "its folds")


@pytest.fixture
def labelled():
    """Rain is missed once, and wind told wrongly on the same clip; a clip without any label is left in peace."""
    targets = [[1, 0], [1, 1], [0, 0], [1, 0]]
    return predicted(targets, [[0.9, 0.2], [0.8, 0.7], [0.3, 0.1], [0.1, 0.95]])


def test_labels_are_counted_one_by_one(labelled):
    examination = examine(labelled, ("rain", "wind"), Task.MULTI_LABEL, alone(labelled))
    rain, wind = examination.per_class
    assert (rain.precision, rain.recall, wind.precision, wind.recall) == (1.0, pytest.approx(2 / 3), 0.5, 1.0)
    assert examination.confusion == ()
    assert [(each.truth, each.told, each.count) for each in examination.confused_pairs] == [("rain", "wind", 1)]
    [slip] = examination.slips
    assert (slip.clip, slip.truth, slip.told, slip.probability) == (3, "rain", "wind", pytest.approx(0.95))
    assert examination.wrong == 1


def test_labels_are_decided_by_the_thresholds_that_are_given(labelled):
    examination = examine(labelled, ("rain", "wind"), Task.MULTI_LABEL, alone(labelled), np.array([0.05, 0.99]))
    rain, wind = examination.per_class
    assert (rain.told, wind.told, wind.precision) == (4, 0, None)
    assert {each.told for each in examination.slips} == {"rain"}


def test_calibration_of_labels_counts_every_yes_and_no(labelled):
    examination = examine(labelled, ("rain", "wind"), Task.MULTI_LABEL, alone(labelled))
    assert sum(each.count for each in examination.calibration.bins) == 8


def test_a_clip_with_no_label_reads_none():
    known = predicted([[0, 0], [1, 1]], [[0.9, 0.1], [0.1, 0.2]])
    slips = examine(known, ("rain", "wind"), Task.MULTI_LABEL, alone(known)).slips
    assert [(each.truth, each.told) for each in slips] == [("none", "rain"), ("rain, wind", "none")]


def test_a_regressions_errors_are_those_counted_by_hand():
    known = predicted([100.0, 120.0, 140.0, 90.0], [[101.0], [118.0], [170.0], [90.0]])
    examination = examine(known, (), Task.REGRESSION, ["slow", "slow", "fast", "slow"])
    residuals = examination.residuals
    assert (residuals.bias, residuals.median) == (pytest.approx(29 / 4), pytest.approx(1.5))
    assert sum(residuals.counts) == 4
    assert residuals.counts[len(residuals.counts) // 2] == 2  # off by 0 and by 1, of up to 30
    assert residuals.points[2] == (140.0, 170.0)
    assert [(each.clip, each.truth, each.told, each.probability) for each in examination.slips] == [
        (2, "140", "170", 30.0),
        (1, "120", "118", -2.0),
        (0, "100", "101", 1.0),
    ]
    assert [(each.name, each.score) for each in examination.by_group] == [("fast", 30.0), ("slow", 1.0)]
    assert "half are at most 1.5" in examined(examination, "its folds")


def test_a_regression_without_an_error_has_no_mistakes():
    known = predicted([1.0, 2.0], [[1.0], [2.0]])
    examination = examine(known, (), Task.REGRESSION, alone(known))
    assert examination.slips == ()
    assert mistaken((), Task.REGRESSION) == "no mistakes"


def test_a_single_clip_can_be_examined():
    known = told([1], [1])
    examination = examine(known, CLASSES, Task.CLASSIFICATION, alone(known))
    assert (examination.wrong, examination.slips, examination.by_group) == (0, (), ())
    assert "0 of 1 clip of its folds is wrong" in examined(examination, "its folds")


def test_names_stay_on_their_line_and_obey_no_terminal():
    known = told([0, 0, 1, 2], [1, 1, 1, 2])
    names = ("a\nb", "\x1b[31mred", "鳥")
    text = examined(examine(known, names, Task.CLASSIFICATION, ["x\ny", "x\ny", "z", "z"]), "its folds")
    assert "\x1b" not in text
    assert "a b told as" in text
    mistake = Mistake("dir\n/a.wav", "a", "b", 0.5)
    assert mistaken([mistake], Task.CLASSIFICATION).splitlines()[1:] == ["  dir /a.wav: a, told b (50.0 %)"]


def test_answers_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="not finite"):
        examine(predicted([0, 1], [[np.nan, 1.0], [0.5, 0.5]]), ("a", "b"), Task.CLASSIFICATION, ["x", "y"])
