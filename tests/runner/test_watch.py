"""Watching a sweep: a table that renews itself in a terminal, plain lines in a pipe; and what is said before."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from sinesweep.sweepfile import check_document
from sinesweep.trial import Cause, Failure, Report, Result, State, Trial
from sinesweep_runner.quarters import quarters
from sinesweep_runner.watch import LiveWatch, Watch, watching

CONFIG = {
    "features": {"name": "log_mel"},
    "architecture": {"name": "cnn"},
    "loss": {"name": "cross_entropy"},
    "augmentations": [{"name": "gain"}],
    "fit": {"epochs": 30},
}


@pytest.fixture
def sweep(tone_sweep):
    return check_document(tone_sweep(budget={"trials": 6}))


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    return Console(file=io.StringIO(), force_terminal=True, width=120)


def follow(watch):
    """Two trials have ended, one of them with a failure, and two run, of which one has reported."""
    failure = Failure(Cause.NAN, "the loss became nan")
    for number in (1, 2, 3, 4):
        watch.began(Trial(number, CONFIG, seed=number))
    watch.ended(Result(Trial(1, CONFIG, 1), State.COMPLETE, value=0.8125, seconds=50.0))
    watch.ended(Result(Trial(2, CONFIG, 2), State.FAILED, failure=failure, seconds=10.0))
    watch.reported(Report(3, 1, 7, {"accuracy": 0.625}))


def plain(stream):
    """What a terminal is sent, without colours and movements."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", stream)


def test_a_terminal_shows_what_is_done_what_runs_the_best_and_the_time_left(sweep, terminal):
    watch = LiveWatch(sweep, 2, terminal)
    with watch.shown():
        follow(watch)
    lines = plain(terminal.file.getvalue()).splitlines()
    last = max(number for number, line in enumerate(lines) if "of 6 trials" in line)
    head, titles, *rows = lines[last : last + 4]
    assert re.search(r"2 of 6 trials +best 0\.8125 \(trial 1\) +about 60 s left", head)
    assert titles.split() == ["trial", "fold", "epoch", "accuracy", "seconds", "configuration"]
    assert re.fullmatch(r" *3 +2 +7/30 +0\.6250 +\d+ +log_mel · cnn · gain *", rows[0])
    assert re.fullmatch(r" *4 +1 +0/30 +– +\d+ +log_mel · cnn · gain *", rows[1])


def test_a_terminal_keeps_the_lines_of_what_has_ended_and_no_table(sweep, terminal):
    watch = LiveWatch(sweep, 2, terminal)
    with watch.shown():
        follow(watch)
    before, _, after = terminal.file.getvalue().rpartition("of 6 trials")
    assert "trial    1 complete accuracy 0.8125 in 50 s" in plain(before)
    assert after.count("\x1b[2K") == 5  # the whole table, with the empty line above it
    assert plain(after.rpartition("\x1b[2K")[2]).strip() == ""


def test_a_pipe_is_given_plain_lines(sweep, capfd):
    with watching(sweep, 2) as watch, watch.shown():
        follow(watch)
        watch.say("The search has ended.")
    said = capfd.readouterr().err
    assert type(watch) is Watch
    assert said.splitlines() == [
        "trial    1 complete accuracy 0.8125 in 50 s · log_mel · cnn · gain · 1/6 · best 0.8125 (trial 1)"
        " · about 2 min left",
        "trial    2 failed (nan: the loss became nan) in 10 s · log_mel · cnn · gain · 2/6 · best 0.8125 (trial 1)"
        " · about 60 s left",
        "The search has ended.",
    ]


def test_a_preparation_is_told_at_every_quarter():
    said = []
    step = quarters("scanning", said.append)
    for done in range(9):
        step(done, 8)
    assert said == [f"scanning: {done} of 8" for done in (0, 2, 4, 6, 8)]


def test_a_preparation_that_has_nothing_to_do_is_told_once():
    said = []
    quarters("scanning", said.append)(3000, 3000)
    assert said == ["scanning: 3000 of 3000"]


def test_a_line_is_said_as_it_is_written(tone_sweep):
    stream = io.StringIO()
    Watch(check_document(tone_sweep()), 1, Console(file=stream)).say("class ':dog:' [bold] 3 of 8")
    assert stream.getvalue() == "class ':dog:' [bold] 3 of 8\n"
