"""Logits, seen from the answers that were made of them."""

import numpy as np
import pytest
from scipy.special import expit, softmax

from sinesweep.dataset import Task
from sinesweep_runner.training.logits import logits_of
from sinesweep_runner.training.scale import Scale

LOGITS = np.random.default_rng(2).normal(scale=3.0, size=(50, 4)).astype(np.float32)
SCALE = Scale(mean=120.0, deviation=30.0)


@pytest.mark.parametrize(
    ("task", "answer", "scale"),
    [
        (Task.CLASSIFICATION, lambda logits: softmax(logits, axis=-1), None),
        (Task.MULTI_LABEL, expit, None),
        (Task.REGRESSION, lambda logits: logits * SCALE.deviation + SCALE.mean, SCALE),
    ],
)
def test_they_make_the_same_answers_again(task, answer, scale):
    answers = answer(LOGITS).astype(np.float32)
    logits = logits_of(answers, task, scale)
    assert logits.dtype == np.float32
    np.testing.assert_allclose(answer(logits), answers, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("task", [Task.CLASSIFICATION, Task.MULTI_LABEL])
def test_they_are_finite_where_a_network_is_sure(task):
    assert np.isfinite(logits_of(np.array([[0.0, 1.0]], np.float32), task, None)).all()
