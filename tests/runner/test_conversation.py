"""A training in a thread reports, waits for each answer, and ends with a result or with its own exception."""

import pytest

from sinesweep.trial import Report, Result, State, Trial
from sinesweep_runner.conversation import Conversation

TRIAL = Trial(3, {}, 0)


def work(ask):
    for epoch in range(1, 6):
        if not ask(Report(3, 0, epoch, {"accuracy": epoch / 10})):
            return Result(TRIAL, State.PRUNED, value=epoch / 10)
    return Result(TRIAL, State.COMPLETE, value=0.5)


def test_every_report_waits_for_its_answer():
    talk = Conversation(work)
    epochs = [talk.begin().epoch]
    while isinstance(event := talk.answer(True), Report):
        epochs.append(event.epoch)
    assert epochs == [1, 2, 3, 4, 5]
    assert event.state is State.COMPLETE


def test_no_ends_the_work_at_once():
    talk = Conversation(work)
    talk.begin()
    talk.answer(True)
    assert talk.answer(False).value == 0.2


def test_what_the_work_raises_is_raised_to_who_listens():
    def broken(ask):
        ask(Report(3, 0, 1, {}))
        raise RuntimeError("cable cut")

    talk = Conversation(broken)
    talk.begin()
    with pytest.raises(RuntimeError, match="cable cut"):
        talk.answer(True)
