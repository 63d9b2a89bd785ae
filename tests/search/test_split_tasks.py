"""Splits of labels and of values: groups stay whole, and what is asked is spread as far as they allow."""

import numpy as np
import pytest

from sinesweep.dataset import Clip, Dataset, Task
from sinesweep.errors import DatasetError
from sinesweep.split import SplitRequest, hold_out, make_split, split_table
from sinesweep.strata import strata

LABELS = ("a", "b", "c", "rare")


def labelled(groups=40, seed=0):
    """Clips of several labels; one in ten groups has the rare one, some clips have none."""
    rng, clips = np.random.default_rng(seed), []
    for group in range(groups):
        for take in range(rng.integers(1, 5)):
            labels = [name for name, share in zip("abc", (0.6, 0.3, 0.2), strict=True) if rng.random() < share]
            labels += ["rare"] if group % 10 == 0 else []
            clips.append(Clip(f"/{group}_{take}.wav", group=f"g{group}", labels=tuple(labels)))
    return Dataset("songs", tuple(clips), LABELS, Task.MULTI_LABEL)


def measured(groups=60, seed=0):
    """Two clips a group, whose values are near one another and very uneven over the groups."""
    rng = np.random.default_rng(seed)
    levels = rng.exponential(30, groups)
    clips = [
        Clip(f"/{group}_{take}.wav", group=f"g{group}", value=float(levels[group] + rng.random()))
        for group in range(groups)
        for take in range(2)
    ]
    return Dataset("tempi", tuple(clips), (), Task.REGRESSION)


def parts_of(split):
    return [split.test, split.folds[0].train, split.folds[0].valid]


@pytest.mark.parametrize("data", [labelled(), labelled(seed=1), measured(), measured(seed=1)])
@pytest.mark.parametrize(
    "request_", [SplitRequest(), SplitRequest(folds=4), SplitRequest(test=0), SplitRequest(by="clip")]
)
def test_no_clip_is_lost_and_no_group_divided(data, request_):
    split = make_split(data, request_, 0)
    groups = data.groups() if request_.by != "clip" else list(range(len(data.clips)))
    for fold in split.folds:
        sides = [{groups[i] for i in side} for side in (fold.train, fold.valid, split.test)]
        assert sum(map(len, sides)) == len(set().union(*sides))
        assert sorted((*fold.train, *fold.valid, *split.test)) == list(range(len(data.clips)))


@pytest.mark.parametrize("seed", range(4))
def test_every_label_stands_on_every_side_in_its_share(seed):
    data = labelled(seed=seed)
    for part, share in zip(parts_of(make_split(data, SplitRequest(), seed)), (0.2, 0.64, 0.16), strict=True):
        there = np.array([data.targets()[i] for i in part])
        everywhere = np.array(data.targets())
        assert there[:, 3].any()
        assert np.abs(there.sum(0)[:3] / everywhere.sum(0)[:3] - share).max() < 0.1
        assert np.any(there.sum(1) == 0)


@pytest.mark.parametrize("seed", range(4))
def test_values_are_alike_on_every_side(seed):
    data = measured(seed=seed)
    values = np.array(data.targets())
    for part in parts_of(make_split(data, SplitRequest(), seed)):
        assert np.median(values[list(part)]) == pytest.approx(np.median(values), rel=0.35)
        assert values[list(part)].max() > np.quantile(values, 0.8)


def test_a_label_of_one_group_is_no_error_and_is_said():
    clips = (*labelled().clips, *(Clip(f"/one{i}.wav", group="one", labels=("only",)) for i in range(4)))
    data = Dataset("songs", clips, (*LABELS, "only"), Task.MULTI_LABEL)
    split = make_split(data, SplitRequest(), 0)
    assert "only" in split.how
    assert set(range(len(clips) - 4, len(clips))) <= set(split.folds[0].train)


def test_a_label_that_only_a_held_out_group_has_is_said_to_be_untaught():
    clips = (*labelled().clips, Clip("/x.wav", group="one", labels=("only",)))
    split = make_split(Dataset("songs", clips, (*LABELS, "only"), Task.MULTI_LABEL), SplitRequest(test=["one"]), 0)
    assert "not in every training part: only" in split.how


def test_the_table_of_parts_counts_labels_and_ranges_of_values():
    data = labelled()
    rows = split_table(data, make_split(data, SplitRequest(), 0))
    assert sum(row.classes["a"] for row in rows) == data.class_counts()["a"]
    assert "no label" in rows[0].classes
    values = split_table(measured(), make_split(measured(), SplitRequest(), 0))
    assert len(values[0].classes) == 5
    assert sum(sum(row.classes.values()) for row in values) == len(measured().clips)


def test_what_early_stopping_watches_is_spread_too():
    for data in (labelled(), measured()):
        kept, held = hold_out(range(len(data.clips)), data.targets(), data.groups(), 0.2, 0)
        assert sorted((*kept, *held)) == list(range(len(data.clips)))
        assert 0.1 < len(held) / len(data.clips) < 0.3
        groups = data.groups()
        assert {groups[i] for i in kept}.isdisjoint({groups[i] for i in held})


def test_values_of_one_kind_make_fewer_ranges():
    assert strata([1.0] * 9 + [2.0]).names == ("1", "2")
    assert strata([float(i % 2) for i in range(20)]).names == ("0", "1")
    of = strata([float(i) for i in range(100)]).of
    assert np.bincount([each for (each,) in of]).tolist() == [20] * 5


@pytest.mark.parametrize(
    ("clips", "classes", "task", "reason"),
    [
        ([Clip("/a", labels=("x",)), Clip("/b", labels=("x",))], ("x",), Task.MULTI_LABEL, "have the same labels"),
        ([Clip("/a", value=2.0), Clip("/b", value=2.0)], (), Task.REGRESSION, "has one value only, 2.0"),
    ],
)
def test_where_nothing_differs_nothing_can_be_learnt(clips, classes, task, reason):
    with pytest.raises(DatasetError, match=reason):
        make_split(Dataset("made", tuple(clips), classes, task), SplitRequest(test=0), 0)


@pytest.mark.parametrize(
    ("clip", "task", "reason"),
    [
        (Clip("/a", labels=("x", "z")), Task.MULTI_LABEL, "/a is labelled 'z'; the classes are x, y"),
        (Clip("/a", labels=("x", "x")), Task.MULTI_LABEL, "/a has a label twice: x, x"),
        (Clip("/a", value=float("nan")), Task.REGRESSION, r"number within ±1e\+18 as its value, got nan"),
        (Clip("/a", value=1e38), Task.REGRESSION, r"number within ±1e\+18 as its value, got 1e\+38"),
        (Clip("/a", "x"), Task.REGRESSION, r"number within ±1e\+18 as its value, got None"),
        (Clip("/a", "x", vector=(1.0,)), Task.CLASSIFICATION, "expected a vector of 0 numbers, got 1"),
    ],
)
def test_a_clip_that_does_not_fit_its_task_is_named(clip, task, reason):
    with pytest.raises(DatasetError, match=reason):
        Dataset("made", (clip,), () if task is Task.REGRESSION else ("x", "y"), task)


def test_a_fingerprint_changes_with_labels_values_and_vectors():
    def of(**parts):
        task = Task.REGRESSION if "value" in parts else Task.MULTI_LABEL
        columns = tuple("xy"[: len(parts.get("vector", ()))])
        classes = () if task is Task.REGRESSION else ("a", "b")
        return Dataset("made", (Clip("/a.wav", **parts),), classes, task, columns).fingerprint()

    prints = [
        of(),
        of(labels=("a",)),
        of(labels=("a", "b")),
        of(value=1.0),
        of(value=2.0),
        of(value=2.0, vector=(1.0,)),
    ]
    assert len(set(prints)) == len(prints)
