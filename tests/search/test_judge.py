"""The judge: which trainings are held against one another, and when the data tell two apart."""

from __future__ import annotations

import numpy as np
import pytest

from sinesweep.intervals import mcnemar
from sinesweep.judge import Judge
from sinesweep.metrics import metric
from sinesweep.predictions import Predictions
from sinesweep.trial import Result, State, Trial

CLIPS = 30


@pytest.fixture
def judged():
    """`judged(number, seed, wrong)`: a training that is wrong about these clips; and the judge who reads them."""
    told = {}

    def make(number, seed, wrong):
        answers = np.tile([0.9, 0.1], (CLIPS, 1))
        answers[list(wrong)] = [0.1, 0.9]
        told[number] = Predictions(np.arange(CLIPS), np.zeros(CLIPS, int), answers)
        return Result(Trial(number, {}, seed), State.COMPLETE, value=1 - len(wrong) / CLIPS)

    judge = Judge(metric("accuracy"), lambda r: told.get(r.trial.number), [str(i) for i in range(CLIPS)], 0)
    return judge, make, told


def test_ties_are_corrected_for_their_number(judged):
    """With 7 clips against 0 (p = 0.016) a lone rival is told apart; one of ten such is not."""
    judge, make, _ = judged
    best, rivals = [make(1, 1, ())], {number: [make(number, number, range(7))] for number in range(2, 12)}
    assert judge.ties(best, {2: rivals[2]}) == {2: False}
    assert judge.ties(best, rivals) == dict.fromkeys(rivals, True)


def test_trainings_with_the_same_seeds_are_compared_seed_by_seed(judged):
    """By seed the second is wrong about 7 clips more each time; crosswise, about as many others."""
    judge, make, _ = judged
    ones = [make(1, 11, ()), make(2, 12, range(7))]
    others = [make(3, 12, range(14)), make(4, 11, range(7))]
    assert judge.p_value(ones, others) == pytest.approx(mcnemar(7, 0))


def test_trainings_with_other_seeds_are_compared_each_with_each(judged):
    judge, make, _ = judged
    ones = [make(1, 11, ()), make(2, 12, range(7))]
    others = [make(3, 21, range(14)), make(4, 22, range(8))]
    assert judge.p_value(ones, others) == pytest.approx(mcnemar(1, 0))


def test_a_training_without_predictions_leaves_its_configuration_out(judged):
    judge, make, told = judged
    best, rival = [make(1, 1, ())], [make(2, 11, range(9)), make(3, 12, range(9))]
    assert judge.ties(best, {2: rival}) == {2: False}
    del told[3]
    assert judge.ties(best, {2: rival}) == {}
