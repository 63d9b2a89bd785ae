"""The clock by which trials in workers are judged stands still while the driver hears nobody."""

import time

import pytest

from sinesweep.sections import Workers
from sinesweep.trial import Trial
from sinesweep_runner.executors.attention import LONGEST_S, Attention
from sinesweep_runner.executors.turn import Turn


@pytest.fixture
def clock(monkeypatch):
    """The time, which a test lets pass."""
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_it_counts_the_time_in_which_the_driver_listens(clock):
    attention = Attention()
    for _ in range(60):
        clock[0] += 1.0
        shown = attention.look()
    assert shown == 60.0


def test_a_minute_in_which_the_driver_was_held_up_makes_no_trial_late(clock):
    attention, limits = Attention(), Workers(trial_minutes=0.2, silent_minutes=0.2)
    now = attention.look()
    turn = Turn(None, Trial(3, {}, 7), now, now)
    clock[0] += 60
    assert turn.late(attention.look(), limits) == ""


def test_one_that_takes_too_long_while_the_driver_listens_is_late(clock):
    attention, limits = Attention(), Workers(trial_minutes=0.2)
    turn = Turn(None, Trial(3, {}, 7), attention.look(), attention.look())
    clock[0] += 60
    for _ in range(12):
        clock[0] += LONGEST_S / 2
        shown = attention.look()
    assert "it took longer than workers.trial_minutes, 0.2" in turn.late(shown, limits)
