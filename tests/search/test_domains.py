"""Domains state what is allowed and what is searched, and refuse nonsense when they are made."""

import numpy as np
import pytest

from sinesweep.domains import Choice, Float, Int, searched, steps
from sinesweep.picks import count, grid, random_pick


@pytest.mark.parametrize(
    "make",
    [
        lambda: Float(2, 1),
        lambda: Float(0, 1, log=True),
        lambda: Float(0, float("nan")),
        lambda: Float(0, 1, search=(-1, 0.5)),
        lambda: Int(5, 1),
        lambda: Float(0, 1, step=0),
        lambda: Float(1, 9, log=True, step=2),
        lambda: Int(1, 9, step=0),
        lambda: Int(1, 9, step=2, log=True),
        lambda: Choice(()),
        lambda: Choice((1, 1)),
        lambda: Choice((1, 2), search=(3,)),
    ],
)
def test_nonsense_is_refused_when_it_is_written(make):
    with pytest.raises(ValueError, match="got"):
        make()


@pytest.mark.parametrize(
    ("domain", "inside", "outside"),
    [
        (Float(0, 1), [0, 0.5, 1], [-0.1, 1.1, True, "0.5", float("nan")]),
        (Int(2, 8, step=2), [2, 3, 8], [1, 9, 2.0, True]),
        (Choice(("a", "b")), ["a"], ["c", 1, None]),
        (Choice((False, True)), [True, False], [1, 0, "true"]),
        (Choice((16, 32, 64)), [16, 40, 64], [8, 65, "16", True]),
    ],
)
def test_a_domain_knows_its_values(domain, inside, outside):
    assert all(value in domain for value in inside)
    assert not any(value in domain for value in outside)


def test_the_searched_part_is_all_a_part_or_nothing():
    assert searched(Float(0, 1)) == Float(0, 1)
    assert searched(Float(1e-6, 1, log=True, search=(1e-4, 1e-2))) == Float(1e-4, 1e-2, log=True)
    assert searched(Int(1, 99, step=2, search=(3, 9))) == Int(3, 9, step=2)
    assert searched(Float(0, 1, step=0.1, search=(0, 0.5))) == Float(0, 0.5, step=0.1)
    assert searched(Choice((1, 2), search=False)) is None
    assert searched(Choice((1, 2, 3), search=(1, 3))) == Choice((1, 3))


def test_the_steps_of_a_range_are_plain_numbers_and_the_only_ones_that_are_searched():
    tenths = Float(0.0, 0.35, step=0.1)
    assert steps(tenths) == [0.0, 0.1, 0.2, 0.3]
    assert (str(tenths), count(tenths)) == ("0 … 0.35 by 0.1", 4)
    assert [point["x"] for point in grid(lambda pick: pick("x", tenths))] == steps(tenths)
    pick = random_pick(np.random.default_rng(0))
    assert {pick("x", tenths) for _ in range(50)} == set(steps(tenths))
    with pytest.raises(ValueError, match="expected a range with a step, got 0 … 1"):
        steps(Float(0, 1))
