"""Cross-validation: folds of about equal size, none of them empty, whatever the groups and the answers look like."""

from collections import Counter

import numpy as np
import pytest

from sinesweep.dataset import Clip, Dataset, Task
from sinesweep.errors import DatasetError
from sinesweep.split import SplitRequest, hold_out, make_split

CLASSES = ("a", "b", "c", "d")


def made(seed: int, task: Task) -> Dataset:
    """Groups of equal, uneven or very uneven size, of one kind each or of many; some clips may have no group."""
    rng = np.random.default_rng(seed)
    largest, home, loose = rng.choice([1, 4, 30]), rng.random() < 0.5, rng.random() < 0.3
    clips = []
    for group in range(rng.integers(12, 30)):
        for take in range(5 if largest == 1 else rng.integers(1, largest + 1)):
            kind = group % 4 if home else int(rng.integers(4))
            answer = {
                Task.CLASSIFICATION: {"label": CLASSES[kind]},
                Task.MULTI_LABEL: {"labels": tuple(name for name in CLASSES if rng.random() < 0.4)},
                Task.REGRESSION: {"value": float(rng.normal(3 * kind))},
            }[task]
            clips.append(Clip(f"/{group}_{take}.wav", group="" if loose and group % 2 else f"g{group}", **answer))
    return Dataset("made", tuple(clips), () if task is Task.REGRESSION else CLASSES, task)


@pytest.mark.parametrize("task", Task)
@pytest.mark.parametrize("by", ["group", "clip"])
@pytest.mark.parametrize("folds", [2, 5, 8, 10])
def test_no_fold_is_empty_and_sizes_differ_by_no_more_than_the_largest_group(task, by, folds):
    for seed in range(6):
        data = made(seed, task)
        units = data.groups() if by == "group" else list(range(len(data.clips)))
        split = make_split(data, SplitRequest(by=by, folds=folds, test=0), seed)
        sizes = [len(fold.valid) for fold in split.folds]
        assert min(sizes) > 0
        assert max(sizes) - min(sizes) <= max(Counter(units).values())
        assert sorted(i for fold in split.folds for i in fold.valid) == list(range(len(data.clips)))
        assert all({units[i] for i in fold.train}.isdisjoint(units[i] for i in fold.valid) for fold in split.folds)


def test_eight_equal_groups_in_five_folds_make_two_two_two_one_one():
    """Each group holds every range of the value, so the first fold could take whatever it lacks for long."""
    rng = np.random.default_rng(0)
    clips = [Clip(f"/{g}_{t}.wav", group=f"g{g}", value=rng.uniform(0.2, 3)) for g in range(8) for t in range(4)]
    split = make_split(Dataset("pitch", tuple(clips), (), Task.REGRESSION), SplitRequest(folds=5, test=0), 0)
    assert sorted(len(fold.valid) for fold in split.folds) == [4, 4, 8, 8, 8]


@pytest.mark.parametrize("groups", [2, 3, 5])
@pytest.mark.parametrize("seed", range(4))
def test_as_many_folds_as_groups_means_each_group_validates_once(groups, seed):
    rng = np.random.default_rng(seed)
    answers = rng.integers(0, 2, (groups, 6, 4))
    clips = [
        Clip(f"/{g}_{t}.wav", group=f"g{g}", labels=tuple(np.array(CLASSES)[row > 0]))
        for g, takes in enumerate(answers)
        for t, row in enumerate(takes[: rng.integers(2, 7)])
    ]
    data = Dataset("few", tuple(clips), CLASSES, Task.MULTI_LABEL)
    split = make_split(data, SplitRequest(folds=groups, test=0), seed)
    assert [len({clips[i].group for i in fold.valid}) for fold in split.folds] == [1] * groups


@pytest.mark.parametrize("seed", range(8))
def test_a_class_of_two_groups_is_never_in_one_fold_alone(seed):
    """One of its two groups is nearly all of it, so its share alone would say little about where the other belongs."""
    clips = [Clip(f"/x{i}.wav", "x", "big" if i else "small") for i in range(40)]
    clips += [Clip(f"/{g}_{t}.wav", "ab"[(g + t) % 2], f"g{g}") for g in range(7) for t in range(30)]
    clips += [Clip(f"/small_{t}.wav", "ab"[t % 2], "small") for t in range(30)]
    data = Dataset("rare", tuple(clips), ("a", "b", "x"))
    for fold in make_split(data, SplitRequest(folds=2, test=0), seed).folds:
        assert {data.clips[i].label for i in fold.train} == set(data.classes)


@pytest.mark.parametrize("seed", range(6))
def test_every_class_has_its_share_of_every_fold(seed):
    clips = [Clip(f"/{g}_{t}.wav", "abc"[g % 3], f"g{g}") for g in range(30) for t in range(1 + (7 * g + seed) % 5)]
    data = Dataset("made", tuple(clips), ("a", "b", "c"))
    for fold in make_split(data, SplitRequest(folds=5, test=0), seed).folds:
        for label, count in data.class_counts().items():
            assert sum(data.clips[i].label == label for i in fold.valid) == pytest.approx(count / 5, abs=3)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("task", [Task.MULTI_LABEL, Task.REGRESSION])
def test_a_held_out_part_has_a_group_even_where_training_could_use_them_all(task, seed):
    """Three groups, each with answers of its own: training would like to have every one of them."""
    answers = [{"labels": (name,)} if task is Task.MULTI_LABEL else {"value": float(i)} for i, name in enumerate("abc")]
    clips = [Clip(f"/{g}_{t}.wav", group=f"g{g}", **answers[g]) for g in range(3) for t in range(4)]
    data = Dataset("made", tuple(clips), ("a", "b", "c") if task is Task.MULTI_LABEL else (), task)
    split = make_split(data, SplitRequest(), seed)
    assert [len(part) for part in (split.test, split.folds[0].valid, split.folds[0].train)] == [4, 4, 4]
    kept, held = hold_out(range(len(clips)), data.targets(), data.groups(), 0.2, seed)
    assert kept
    assert held


@pytest.mark.parametrize(
    ("by", "what", "way_out"), [("group", "3 groups", "add clips from other groups"), ("clip", "9 clips", "add clips.")]
)
def test_fewer_groups_than_folds_are_refused_with_the_way_out(by, what, way_out):
    clips = [Clip(f"/{i}.wav", group=f"g{i % 3}", value=float(i)) for i in range(9)]
    data = Dataset("made", tuple(clips), (), Task.REGRESSION)
    with pytest.raises(DatasetError, match=rf"split.folds is 10, but there are only {what} .*or less, or {way_out}"):
        make_split(data, SplitRequest(by=by, folds=10, test=0), 0)
