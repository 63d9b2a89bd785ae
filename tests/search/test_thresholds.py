"""Thresholds, held to a search through all of them."""

import numpy as np
import pytest
from sklearn.metrics import f1_score

from sinesweep.thresholds import fit_thresholds, told


def test_no_threshold_is_better():
    rng = np.random.default_rng(0)
    there = (rng.random((60, 5)) < [0.1, 0.3, 0.5, 0.05, 0.9]).astype(int)
    given = np.round((there + 1.5 * rng.random((60, 5))) / 2.5, 2)
    fitted = fit_thresholds(there, given)
    for label in range(5):
        best = max(f1_score(there[:, label], given[:, label] >= cut) for cut in np.linspace(0, 1, 401))
        assert f1_score(there[:, label], given[:, label] >= fitted[label]) == pytest.approx(best)


def test_of_equally_good_ones_the_nearest_to_a_half_is_taken():
    there, given = np.array([[1], [1], [0], [0]]), np.array([[0.9], [0.8], [0.1], [0.2]])
    assert fit_thresholds(there, given) == pytest.approx([0.5])


def test_a_label_that_nobody_has_keeps_a_half_and_one_that_all_have_is_always_told():
    there, given = np.array([[0, 1], [0, 1]]), np.array([[0.1, 0.2], [0.9, 0.3]])
    fitted = fit_thresholds(there, given)
    assert fitted[0] == 0.5
    assert fitted[1] < 0.2


def test_labels_are_told_from_their_thresholds_on_the_surest_first():
    assert told(["a", "b", "c"], np.array([0.4, 0.9, 0.2]), np.array([0.4, 0.5, 0.3])) == ("b", "a")
    assert told(["a"], np.array([0.1]), np.array([0.5])) == ()
