"""Importance: the settings that matter are found among the trials that have them, and noise is called so."""

import numpy as np
import pytest

from sinesweep.report.importance import factors, importances
from sinesweep.report.levels import FEWEST_TRIALS, MOST_LEVELS, levels


def config(rng, front_end="log_mel", gain=False, **fit):
    own = {"n_mels": int(rng.integers(20, 128))} if front_end == "log_mel" else {"n_mfcc": int(rng.integers(8, 40))}
    return {
        "features": {"name": front_end, **own},
        "architecture": {"name": "cnn", "dropout": float(rng.random())},
        "loss": {"name": "cross_entropy"},
        "augmentations": [{"name": "gain", "db": float(rng.random())}] if gain else [],
        "fit": {"epochs": 10, "optimizer": "adam", **fit},
    }


def found(configs, goodness):
    return {each.factor.name: each for each in importances(configs, goodness)}


def test_the_one_setting_that_matters_is_found_and_the_others_are_not_told_from_chance():
    rng = np.random.default_rng(1)
    configs = [config(rng, learning_rate=float(10 ** rng.uniform(-4, -1))) for _ in range(120)]
    goodness = [-abs(np.log10(each["fit"]["learning_rate"]) + 2.5) + 0.1 * rng.normal() for each in configs]
    first, *others = importances(configs, goodness)
    assert first.factor.label == "learning_rate"
    assert first.share > 0.7
    assert first.matters
    assert not any(each.matters for each in others)


def test_a_setting_is_judged_only_among_the_trials_that_have_it():
    rng = np.random.default_rng(2)
    configs = [config(rng, ("log_mel", "mfcc")[place % 2]) for place in range(160)]
    goodness = [each["features"].get("n_mfcc", 100) + 0.1 * rng.normal() for each in configs]
    told = found(configs, goodness)
    assert told["features.mfcc.n_mfcc"].trials == 80
    assert told["features.mfcc.n_mfcc"].share > 0.9
    assert told["features.log_mel.n_mels"].share < 0.1
    assert told["features"].matters


def test_an_augmentation_counts_as_on_or_off():
    rng = np.random.default_rng(3)
    configs = [config(rng, gain=place % 2 == 0) for place in range(60)]
    told = found(configs, [float(bool(each["augmentations"])) + 0.1 * rng.normal() for each in configs])
    assert told["augmentations.gain"].levels.names == ("off", "on")
    assert told["augmentations.gain"].share > 0.7
    assert told["augmentations.gain.db"].trials == 30


def test_noise_alone_seldom_counts_as_importance():
    sure = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        sure += any(each.matters for each in importances([config(rng) for _ in range(40)], rng.normal(size=40)))
    assert sure <= 10


def test_too_few_trials_give_no_number():
    rng = np.random.default_rng(4)
    told = importances([config(rng) for _ in range(FEWEST_TRIALS - 1)], range(FEWEST_TRIALS - 1))
    assert told
    assert all(each.share is None and not each.matters for each in told)
    assert importances([], []) == []


def test_scores_that_are_all_the_same_are_explained_by_nothing():
    rng = np.random.default_rng(5)
    told = importances([config(rng) for _ in range(30)], [0.5] * 30)
    assert {each.share for each in told if each.share is not None} == {0.0}


def test_a_setting_that_never_varies_is_none():
    rng = np.random.default_rng(6)
    assert {each.name for each in factors([config(rng) for _ in range(5)])} == {
        "features.log_mel.n_mels",
        "architecture.cnn.dropout",
    }


def test_settings_of_any_kind_can_be_compared():
    plans = [[16, 32], "16,32", None, True, 7]
    configs = [{"features": {"name": "🔔", "plan": plans[place % 5]}, "augmentations": []} for place in range(50)]
    [told] = importances(configs, [place % 5 for place in range(50)])
    assert told.share == pytest.approx(1.0)


def test_many_numbers_become_a_few_groups_of_about_equal_size():
    groups = levels([float(value) for value in range(200)])
    counts = np.bincount(groups.codes)
    assert len(groups.names) == len(groups.middles) == MOST_LEVELS
    assert counts.max() - counts.min() <= 1
    assert groups.names[0] == "0–33"
    assert list(groups.middles) == sorted(groups.middles)


def test_a_value_that_hardly_occurs_is_left_out():
    groups = levels([1, 1, 1, 2, 2, 2, 3])
    assert groups.names == ("1", "2")
    assert groups.codes.tolist() == [0, 0, 0, 1, 1, 1, -1]


def test_the_test_is_that_of_kruskal_and_wallis():
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(7)
    for effect in (0.0, 0.3, 0.6):
        groups = [rng.normal(loc=effect * place, size=12).round(1) for place in range(3)]
        configs = [{"features": {"name": str(place)}, "augmentations": []} for place in range(3) for _ in range(12)]
        [told] = importances(configs, np.concatenate(groups))
        assert told.p_value == pytest.approx(stats.kruskal(*groups).pvalue, abs=0.005)
