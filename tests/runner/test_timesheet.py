"""The timesheet: every result says which worker had its trial, and when."""

from sinesweep.record import result_from_json, result_to_json
from sinesweep.trial import Result, State, Trial
from sinesweep_runner.timesheet import Timesheet


def trial(number):
    return Trial(number, {}, 1)


def done(number):
    return Result(trial(number), State.COMPLETE, value=0.5)


def test_trials_that_run_at_the_same_time_have_workers_of_their_own():
    sheet = Timesheet()
    for number in (1, 2, 3):
        sheet.begins(trial(number))
    assert [sheet.ends(done(number)).worker for number in (3, 1, 2)] == [3, 1, 2]


def test_a_place_that_is_free_is_taken_again():
    sheet = Timesheet()
    sheet.begins(trial(1))
    sheet.begins(trial(2))
    first = sheet.ends(done(1))
    sheet.begins(trial(3))
    third = sheet.ends(done(3))
    assert first.worker == third.worker == 1
    assert first.began <= first.ended <= third.began <= third.ended


def test_a_trial_that_nobody_had_says_nothing():
    ended = Timesheet().ends(done(1))
    assert (ended.worker, ended.began, ended.ended) == (None, None, None)


def test_a_record_keeps_it_and_one_of_an_older_version_has_none():
    sheet = Timesheet()
    sheet.begins(trial(1))
    ended = sheet.ends(done(1))
    kept = result_to_json(ended)
    assert result_from_json(kept) == ended
    older = {name: value for name, value in kept.items() if name not in ("worker", "began", "ended")}
    assert result_from_json(older).worker is None
