"""The audit: leaks between the parts of a split are seen."""

from dataclasses import dataclass

import numpy as np
import pytest
import soundfile

from sinesweep.contract import Baseline
from sinesweep.dataset import Clip, Dataset
from sinesweep.split import Fold, Split, SplitRequest, make_split
from sinesweep_runner.sound.audit import audit
from sinesweep_runner.sound.baselines import describe_all, score_baseline
from sinesweep_runner.sound.waveforms import WaveformStore

RATE_HZ = 8000


@dataclass(frozen=True)
class Loudness(Baseline):
    """Two numbers a clip, and the nearest neighbour among them."""

    neighbours: int = 1

    def describe(self, wave, rate_hz):
        return np.array([wave.mean(), wave.std()])

    def estimator(self, seed):
        from sklearn.neighbors import KNeighborsClassifier

        return KNeighborsClassifier(self.neighbours)


@dataclass(frozen=True)
class Counting(Loudness):
    """Counts how often it is asked."""

    def describe(self, wave, rate_hz):
        ASKED.append(len(wave))
        return super().describe(wave, rate_hz)


ASKED: list[int] = []


@pytest.fixture
def store(tmp_path):
    return WaveformStore(tmp_path / "store", limit_bytes=10**9)


def clips_of(folder, *, group_tells_label: bool, groups: bool = True) -> Dataset:
    """Two classes, 12 speakers, each with a loudness of its own; labels follow the loudness only if asked."""
    rng = np.random.default_rng(0)
    clips = []
    for speaker in range(12):
        for take in range(4):
            label = "ab"[speaker % 2]
            level = (0.1 if label == "a" else 0.5) if not group_tells_label else 0.05 + 0.07 * ((speaker * 5) % 12)
            wave = level * (1 + 0.01 * rng.standard_normal()) * np.sign(np.sin(np.arange(800) + rng.uniform(0, 6)))
            path = folder / f"{speaker}_{take}.wav"
            soundfile.write(path, wave, RATE_HZ, subtype="FLOAT")
            clips.append(Clip(str(path), label, group=f"s{speaker}" if groups else ""))
    return Dataset("made", tuple(clips), ("a", "b"))


def audited(data, store, split=None, baseline=None):
    split = split or make_split(data, SplitRequest(), 0)
    waveforms = store.prepare(data.clips, RATE_HZ)
    return audit(data, split, waveforms, baseline, RATE_HZ, 0, store.folder)


def test_a_random_split_that_flatters_is_a_red_flag(tmp_path, store):
    """Speakers are told apart, classes are not: a random split hides it."""
    found = audited(clips_of(tmp_path, group_tells_label=True), store, baseline=Loudness())
    assert found.comparison.random > 0.9
    assert found.comparison.gap > 0.2
    assert (found.comparison.folds, found.comparison.by) == (5, "group")
    (flag,) = found.red_flags()
    assert flag.startswith("A random split would flatter: the baseline has")


def test_an_honest_difference_between_classes_is_no_red_flag(tmp_path, store):
    found = audited(clips_of(tmp_path, group_tells_label=False), store, baseline=Loudness())
    assert found.comparison.grouped > 0.95
    assert found.red_flags() == []
    assert [row.part for row in found.parts] == ["training", "validation", "test"]
    assert found.duplicates == found.shared_groups == ()


def test_the_second_audit_computes_nothing(tmp_path, store):
    data = clips_of(tmp_path, group_tells_label=True)
    ASKED.clear()
    first = audited(data, store, baseline=Counting())
    assert len(ASKED) == 48
    assert audited(data, store, baseline=Counting()) == first
    assert len(ASKED) == 48
    audited(data, store, baseline=Counting(neighbours=3))
    assert len(ASKED) == 96


def test_the_sealed_test_part_takes_no_part_in_the_comparison(tmp_path, store):
    """Labels that are wrong in the test part alone change no figure."""
    data = clips_of(tmp_path, group_tells_label=False)
    split = make_split(data, SplitRequest(), 0)
    flipped = [Clip(c.path, "ab"[c.label == "a"], c.group) if i in split.test else c for i, c in enumerate(data.clips)]
    other = Dataset("made", tuple(flipped), data.classes)
    assert audited(data, store, split, Loudness()).comparison == audited(other, store, split, Loudness()).comparison


def test_the_same_sound_in_two_parts_is_seen(tmp_path, store):
    data = clips_of(tmp_path, group_tells_label=False)
    split = make_split(data, SplitRequest(), 0)
    one, other = data.clips[split.test[0]].path, data.clips[split.folds[0].train[0]].path
    soundfile.write(other, soundfile.read(one)[0], RATE_HZ, subtype="FLOAT")
    found = audited(data, store, split)
    assert found.duplicates == (tuple(sorted((one, other))),)
    assert "In two parts of the split: 1 sound, such as" in found.red_flags()[0]
    assert found.comparison is None


def test_a_group_in_two_parts_is_seen(tmp_path, store):
    data = clips_of(tmp_path, group_tells_label=False)
    everything = tuple(range(48))
    split = Split((Fold(everything[2:40], everything[40:]),), everything[:2], "by hand")
    found = audited(data, store, split)
    assert found.shared_groups == ("s0",)
    assert "In two parts of the split: 1 group, such as s0." in found.red_flags()[0]


def test_without_groups_there_is_nothing_to_compare(tmp_path, store):
    found = audited(clips_of(tmp_path, group_tells_label=False, groups=False), store, baseline=Loudness())
    assert found.comparison is None
    assert "no groups are stated" in found.why_none


def test_features_are_one_row_a_clip(tmp_path, store):
    data = clips_of(tmp_path, group_tells_label=False)
    seen = []
    features = describe_all(
        Loudness(), store.prepare(data.clips, RATE_HZ), RATE_HZ, store.folder, lambda *n: seen.append(n)
    )
    assert features.shape == (48, 2)
    assert features.dtype == np.float32
    assert seen == [(done, 48) for done in range(1, 49)]
    assert features[data.targets().index(1), 1] > features[data.targets().index(0), 1]


def test_a_class_that_is_not_in_training_gets_no_probability():
    features, targets = np.array([[0.0], [0.1], [5.0], [5.1], [9.0]]), [0, 0, 2, 2, 1]
    told = score_baseline(features, targets, [0, 2], [1, 3, 4], Loudness(), 0)
    assert told.tolist() == [[1, 0, 0], [0, 0, 1], [0, 0, 1]]
