"""Splits: groups stay whole, classes are spread, and what cannot work is said."""

import itertools

import numpy as np
import pydantic
import pytest

from sinesweep.dataset import Clip, Dataset
from sinesweep.errors import DatasetError
from sinesweep.split import SplitRequest, hold_out, make_split, split_table


def dataset(*clips: Clip) -> Dataset:
    return Dataset("made", clips, tuple(sorted({clip.label for clip in clips})))


def speakers(count: int = 6, takes: int = 5) -> Dataset:
    """Every speaker says everything."""
    says = itertools.product("abc", range(count), range(takes))
    return dataset(*(Clip(f"/s/{label}_{who}_{take}.wav", label, f"rec{who}") for label, who, take in says))


def recordings(seed: int, groups: int = 60) -> Dataset:
    """Every recording is of one class and gives one to eight clips."""
    rng = np.random.default_rng(seed)
    clips = []
    for group in range(groups):
        label = "abcd"[group % 4]
        clips += [Clip(f"/s/{group}_{take}.wav", label, f"g{group}") for take in range(rng.integers(1, 9))]
    return dataset(*clips)


def folded() -> Dataset:
    return dataset(
        *(Clip(f"/{f}{x}{t}.wav", x, f"{f}{t}", fold=str(f)) for f in range(1, 11) for x in "ab" for t in "xy")
    )


def parts(split):
    return [split.test, *(part for fold in split.folds for part in (fold.train, fold.valid))]


REQUESTS = [
    SplitRequest(),
    SplitRequest(test=0.3, valid=0.3),
    SplitRequest(test=0),
    SplitRequest(folds=4),
    SplitRequest(folds=3, test=0),
]


@pytest.mark.parametrize("request_", REQUESTS)
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "data", [speakers(), recordings(0), recordings(1), folded()], ids=["speakers", "r0", "r1", "folds"]
)
def test_no_group_stands_on_two_sides_and_no_clip_is_lost(data, request_, seed):
    split = make_split(data, request_, seed)
    groups = data.groups()
    for fold in split.folds:
        sides = (fold.train, fold.valid, split.test)
        assert sorted(itertools.chain(*sides)) == list(range(len(data.clips)))
        for one, other in itertools.combinations(sides, 2):
            assert not {groups[i] for i in one} & {groups[i] for i in other}
        assert {data.clips[i].label for i in fold.train} == set(data.classes)
    validated = list(itertools.chain(*(fold.valid for fold in split.folds)))
    assert len(validated) == len(set(validated))
    if request_.folds > 1:
        assert len(split.folds) == request_.folds
        assert sorted(validated) == sorted(set(range(len(data.clips))) - set(split.test))


@pytest.mark.parametrize("seed", range(5))
def test_every_class_has_its_share_as_far_as_groups_allow(seed):
    data = recordings(seed)
    split = make_split(data, SplitRequest(test=0.2, valid=0.25), seed)
    for label, count in data.class_counts().items():
        for part, share in ((split.test, 0.2), (split.folds[0].valid, 0.2)):
            held = sum(data.clips[i].label == label for i in part)
            assert abs(held / count - share) < 0.08


def test_a_split_by_clip_is_stratified_to_the_clip():
    split = make_split(speakers(), SplitRequest(by="clip", test=0.2, valid=0.25), 0)
    counts = [list(row.classes.values()) for row in split_table(speakers(), split)]
    assert counts == [[18, 18, 18], [6, 6, 6], [6, 6, 6]]
    assert "6 groups on two sides, which flatters the score" in split.how


def test_the_seed_decides_and_nothing_else():
    data, request_ = speakers(), SplitRequest()
    assert make_split(data, request_, 3) == make_split(data, request_, 3)
    assert len({make_split(data, request_, seed).test for seed in range(12)}) > 2


def test_named_groups_are_held_out():
    data = speakers()
    split = make_split(data, SplitRequest(test=["rec5", "rec1"], valid=["rec0"]), 0)
    groups = data.groups()
    assert {groups[i] for i in split.test} == {"rec1", "rec5"}
    assert {groups[i] for i in split.folds[0].valid} == {"rec0"}
    assert (
        split.how == "2 of 6 groups (rec5, rec1) sealed as test; 1 group (rec0) for validation; no group on two sides"
    )


def test_chance_does_not_take_what_is_named_for_validation():
    data = speakers(3)
    for seed in range(6):
        split = make_split(data, SplitRequest(test=0.3, valid=["rec1"]), seed)
        assert "rec1" not in {data.clips[i].group for i in split.test}
        assert split.how.endswith(f"seed {seed}")


def test_of_published_folds_the_last_by_number_are_held_out():
    split = make_split(folded(), SplitRequest(test=0.2, valid=0.25), 7)
    assert split.how == ("2 of 10 folds (9, 10) sealed as test; 2 folds (7, 8) for validation; no group on two sides")


def test_as_many_folds_as_published_ones_means_each_validates_once():
    data = folded()
    split = make_split(data, SplitRequest(test=["10"], folds=9), 0)
    assert [{data.clips[i].fold for i in fold.valid} for fold in split.folds] == [{str(f)} for f in range(1, 10)]


def test_fold_names_may_be_numbers_in_the_file():
    assert SplitRequest.model_validate({"test": 0, "valid": [1]}).valid == ["1"]


def test_without_groups_every_clip_stands_for_itself_and_the_sentence_says_so():
    data = dataset(*(Clip(f"/{label}{i}.wav", label) for label in "ab" for i in range(10)))
    split = make_split(data, SplitRequest(), 0)
    assert len(split.test) == 4
    assert split.how.startswith("4 of 20 clips sealed as test; 4 clips for validation; no groups are stated")
    assert "clips have no names" in errors(data, test=["/a1.wav"])


def test_clips_without_a_group_among_others_are_not_named_as_groups():
    clips = [Clip(f"/{i}.wav", "ab"[i % 2], group=f"g{i // 4}" if i < 12 else "") for i in range(16)]
    data = dataset(*clips)
    split = make_split(data, SplitRequest(test=["g0"], folds=3), 0)
    assert split.how.startswith("1 of 7 groups (g0) sealed as test")
    for seed in range(8):
        assert "/" not in make_split(data, SplitRequest(test=0.3, valid=0.3), seed).how
    assert errors(data, test=["/12.wav@0"]).endswith("Known: g0, g1, g2.")


def test_a_class_with_few_groups_stands_on_every_side():
    """Classes of exactly three groups each: training, validation and test get one of each."""
    data = dataset(*(Clip(f"/{x}{g}{t}.wav", x, f"{x}{g}") for x in "abcde" for g in range(3) for t in range(g + 1)))
    for seed in range(10):
        split = make_split(data, SplitRequest(), seed)
        for part in parts(split):
            assert {data.clips[i].label for i in part} == set("abcde")


def test_the_fingerprint_changes_with_any_clips_place():
    data = speakers()
    one, other = make_split(data, SplitRequest(), 0), make_split(data, SplitRequest(test=["rec0"]), 0)
    assert one.fingerprint(data) == make_split(data, SplitRequest(), 0).fingerprint(data)
    assert one.fingerprint(data) != other.fingerprint(data)


def test_the_table_counts_groups_clips_and_classes():
    data = speakers()
    rows = split_table(data, make_split(data, SplitRequest(folds=5), 0))
    assert [row.part for row in rows] == ["fold 1", "fold 2", "fold 3", "fold 4", "fold 5", "test"]
    assert all((row.groups, row.clips, row.classes) == (1, 15, {"a": 5, "b": 5, "c": 5}) for row in rows)


def test_hold_out_keeps_groups_whole_and_classes_in_training():
    data = recordings(3)
    indices = range(0, len(data.clips), 2)
    kept, held = hold_out(indices, data.targets(), data.groups(), 0.2, 0)
    assert sorted(kept + held) == list(indices)
    groups = data.groups()
    assert not {groups[i] for i in kept} & {groups[i] for i in held}
    assert {data.clips[i].label for i in kept} == set("abcd")
    assert 0.1 < len(held) / len(indices) < 0.3


def test_hold_out_leaves_a_class_of_one_group_in_training():
    targets, groups = [0, 0, 1, 1, 1], ["only", "only", "x", "y", "z"]
    kept, held = hold_out(range(5), targets, groups, 0.4, 0)
    assert {0, 1} <= set(kept)
    assert held
    with pytest.raises(DatasetError, match=r"no class has clips in two groups.*fit\.patience"):
        hold_out([0, 1, 2], targets, groups, 0.4, 0)


def errors(data: Dataset, **request_) -> str:
    with pytest.raises(DatasetError) as error:
        make_split(data, SplitRequest(**request_), 0)
    return str(error.value)


def test_one_class_only_is_refused():
    data = dataset(*(Clip(f"/{i}.wav", "dog", f"g{i}") for i in range(9)))
    assert "one class only, 'dog': there is nothing to tell apart" in errors(data)


def test_a_class_with_one_clip_is_refused():
    data = dataset(*speakers().clips, Clip("/x.wav", "x", "rec0"))
    message = errors(data)
    assert "class 'x' has only 1 clip: it cannot be in training and in validation and in test" in message


def test_a_class_in_one_group_is_refused():
    data = dataset(*speakers().clips, *(Clip(f"/x{i}.wav", "x", "rec9") for i in range(12)))
    for request_ in ({}, {"test": 0}, {"folds": 3}):
        message = errors(data, **request_)
        assert "class 'x' has all its 12 clips in one group 'rec9': it cannot be in training and in" in message
        assert "Add clips from another group, or leave this class out" in message


def test_a_class_in_two_groups_can_do_without_a_test_part():
    data = dataset(*speakers().clips, *(Clip(f"/x{i}.wav", "x", f"rec{i % 2}") for i in range(12)))
    assert "12 clips in only 2 groups (rec0, rec1)" in errors(data)
    assert "or set split.test: 0" in errors(data)
    assert make_split(data, SplitRequest(test=0), 0).test == ()


def test_a_class_that_is_held_out_by_name_is_refused():
    data = dataset(*speakers().clips, Clip("/x.wav", "x", "rec0"))
    assert "no clip of class 'x' is left for training" in errors(data, test=["rec0"], valid=["rec1"])


def test_unknown_names_get_the_nearest_known_one():
    assert "split.test: there is no group 'rec55'. Did you mean 'rec5'?" in errors(speakers(), test=["rec55"])
    assert "split.valid: there is no fold '11'" in errors(folded(), valid=["11"])
    assert "clips have no names" in errors(speakers(), by="clip", test=["rec1"])
    assert "held out twice" in errors(speakers(), test=["rec1"], valid=["rec1"])
    assert "none is left" in errors(speakers(2), test=["rec0"], valid=["rec1"])


def test_more_folds_than_groups_are_refused():
    message = errors(speakers(), folds=6)
    assert message.startswith("split.folds is 6, but there are only 5 groups for training and validation")
    assert message.endswith("Set split.folds to 5 or less, or add clips from other groups.")


def test_published_folds_that_are_missing_are_told():
    data = dataset(*folded().clips, Clip("/new.wav", "a"))
    assert "1 of 41 clips have no published fold, such as /new.wav" in errors(data, by="fold")
    assert "group" in make_split(data, SplitRequest(), 0).how


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"valid": 0}, "valid must be more than 0"),
        ({"folds": 5, "valid": 0.3}, "valid is for folds: 1"),
        ({"test": 1.5}, "less than 1"),
        ({"test": []}, "at least 1 item"),
        ({"seed": 0}, "Extra inputs"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(wrong, message):
    with pytest.raises(pydantic.ValidationError, match=message):
        SplitRequest.model_validate(wrong)


def test_a_split_that_holds_out_more_than_it_trains_on_says_so():
    data = recordings(0)
    thin = make_split(data, SplitRequest(test=0.5, valid=0.5), 0)
    assert f"only {len(thin.folds[0].train)} of {len(data.clips)} clips train" in thin.how
    assert "clips train" not in make_split(data, SplitRequest(), 0).how
