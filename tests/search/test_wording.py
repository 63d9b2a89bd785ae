"""Words: one of a thing, several of it, and how long."""

import pytest

from sinesweep.errors import did_you_mean
from sinesweep.wording import commonest, lasting, many, named, numbered, plain


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 cores"), (1, "1 core"), (1.0, "1 core"), (2, "2 cores"), (0.5, "0.5 cores"), (12_000, "12,000 cores")],
)
def test_one_of_a_thing_is_not_several(number, said):
    assert many(number, "core") == said


def test_trials_are_named_by_their_numbers():
    assert [numbered([7]), numbered([3, 7])] == ["trial 7", "trials 3, 7"]


def test_where_nothing_is_known_nothing_is_listed():
    assert did_you_mean("binary", []) == ""
    assert did_you_mean("binry", ["binary"]) == " Did you mean 'binary'? Known: binary."


def test_a_stranger_s_message_is_one_line_that_a_terminal_does_not_obey():
    assert plain(ValueError("gone:\n\t\x1b[2J\x07all of it\r\n")) == "gone: [2J all of it"
    assert plain(ValueError("\x1b[1mcannot be built\x1b[0m\n\nArguments received: …")) == "cannot be built"
    assert named(SystemExit()) == "SystemExit"
    assert named(KeyError("hop")) == "KeyError: 'hop'"


def test_a_sound_of_hours_is_not_told_in_seconds():
    assert [lasting(seconds) for seconds in (0.64, 42.5, 10_800)] == ["0.64 s", "42.5 s", "3 h 00 min"]


def test_the_commonest_of_many_reasons_is_the_one_that_most_give_whatever_their_numbers():
    over = [f"over limits.parameters 10: it has {count:,}" for count in (1200, 48, 7)]
    assert commonest(["4 poolings of 3 leave nothing", *over, "2 poolings of 3 leave nothing"]) == (3, over[-1])
