"""Asynchronous successive halving: the best of each rung go on from where they were paused, and no other."""

import itertools

import pytest

from sinesweep.metrics import metric
from sinesweep.promotion import Promotion, rungs
from sinesweep.study import Study
from sinesweep.sweep import Sweep
from sinesweep.trial import Report, Result, State, Trial


def sweep_of(**changes):
    document = {
        "name": "test",
        "data": {"reader": "folder", "path": "sounds"},
        "features": {"log_mel": None},
        "architectures": {"mlp": None},
        "fit": {"epochs": 30},
        "search": {"pruner": "asha", "sampler": "random"},
    }
    return Sweep.model_validate(document | changes)


def open_study(path, sweep=None, resume=False):
    return Study(sweep or sweep_of(), str(path / "study.journal"), resume=resume)


def paused(number, until, value, first=None):
    return Result(Trial(number, {"fit": {"epochs": 30}}, 0, first, until), State.PAUSED, value=value)


def trained(trial, value):
    """What a worker makes of a trial: it trains up to its rung, or to its end."""
    state = State.COMPLETE if trial.until is None else State.PAUSED
    return Result(trial, state, value=value, metrics={"accuracy": value})


@pytest.mark.parametrize(
    ("epochs", "expected"),
    [(1, ()), (2, ()), (3, (1,)), (9, (1, 3)), (30, (3, 10)), (100, (11, 33)), (200, (22, 66)), (1000, (111, 333))],
)
def test_each_rung_is_a_third_of_the_next_and_none_is_too_early_to_judge(epochs, expected):
    assert rungs(epochs) == expected


def test_the_best_of_every_three_goes_on_and_the_higher_rung_comes_first():
    promotion = Promotion(30, metric("accuracy"))
    for number, value in enumerate((0.2, 0.9), 1):
        promotion.stands(paused(number, 3, value))
    assert promotion.next() is None
    promotion.stands(paused(3, 3, 0.5))
    assert promotion.next().trial.number == 2
    promotion.goes_on(2, 10)
    assert promotion.next() is None
    for number in (4, 5, 6):
        promotion.stands(paused(number, 3, 0.1))
    for number in (7, 8, 9):
        promotion.stands(paused(number, 10, 0.6, first=number - 6))
    assert promotion.next().trial.until == 10


def test_an_objective_that_should_be_small_is_ranked_by_smallness():
    promotion = Promotion(30, metric("loss"))
    for number, value in enumerate((0.2, 0.9, 0.5), 1):
        promotion.stands(paused(number, 3, value))
    assert promotion.next().trial.number == 1


def test_a_trial_goes_on_with_its_values_its_seed_and_its_checkpoint(tmp_path):
    study = open_study(tmp_path)
    first = [study.ask() for _ in range(3)]
    assert {trial.until for trial in first} == {3}
    for trial, value in zip(first, (0.3, 0.8, 0.4), strict=True):
        study.tell(trained(trial, value))
    on = study.ask()
    assert (on.config, on.seed, on.origin, on.until) == (first[1].config, first[1].seed, first[1].number, 10)
    assert on.number not in {trial.number for trial in first}
    assert study.ask().until == 3  # nobody else has earned it: a new configuration begins


def test_a_trial_that_is_shorter_than_a_rung_is_not_paused_there(tmp_path):
    sweep = sweep_of(fit={"epochs": [2, 30]})
    study = open_study(tmp_path, sweep)
    for trial in (study.ask() for _ in range(10)):
        assert trial.until == (None if trial.config["fit"]["epochs"] == 2 else 3)


def test_when_nothing_new_may_begin_the_best_is_trained_to_its_end_all_the_same(tmp_path):
    study = open_study(tmp_path)
    for value in (0.4, 0.6):
        study.tell(trained(study.ask(), value))
    went = []
    while (trial := study.ask(fresh=False)) is not None:
        went.append(trial)
        study.tell(trained(trial, 0.7))
    assert [trial.until for trial in went] == [10, None]
    assert {trial.origin for trial in went} == {2}


def test_a_search_that_dies_at_any_moment_comes_to_the_same_pauses_and_promotions(tmp_path):
    def searched(folder, die_every):
        folder.mkdir()
        study, begun, ends, turns = open_study(folder), set(), [], itertools.count(1)
        while (trial := study.ask(fresh=len(begun) < 14)) is not None:
            if next(turns) % die_every == 0:
                study = open_study(folder, resume=True)
                continue
            begun.add(trial.origin)
            value = (trial.config["fit"]["learning_rate"] * 1e5 + (trial.until or 30)) % 1
            study.tell(trained(trial, value))
            ends.append((trial.config, trial.seed, trial.until, value))
        return ends

    assert searched(tmp_path / "whole", 10**9) == searched(tmp_path / "often", 3)


def test_a_pause_is_told_no_more_when_the_trial_has_gone_on(tmp_path):
    study = open_study(tmp_path)
    for value in (0.3, 0.8, 0.4):
        study.tell(trained(study.ask(), value))
    study.tell(trained(study.ask(), 0.9))
    assert sorted(result.trial.origin for result in study.record.results()) == [1, 2, 3]
    assert next(r for r in study.record.results() if r.trial.origin == 2).trial.until == 10


def test_what_has_been_spent_never_becomes_less_and_every_number_is_known(tmp_path):
    """Through pauses, promotions and the death of a driver."""
    study = open_study(tmp_path)
    for value in (0.3, 0.8, 0.4):
        study.tell(trained(study.ask(), value))
    study.tell(trained(study.ask(), 0.9))  # trial 2 goes on, as trial 4
    for value in (0.1, 0.1, 0.85):
        study.tell(trained(study.ask(), value))
    on = study.ask()  # and another one, as trial 8
    record = open_study(tmp_path, resume=True).record
    assert record.spent() == {1, 2, 3, 5, 6, 7}
    assert (record.went_on_as(2), record.went_on_as(7)) == (4, on.number)
    assert [record.went_on_as(number) for number in (0, 1, 99, -1)] == [None] * 4
    assert [result.state for result in record.results()].count(State.INTERRUPTED) == 1


def test_nobody_is_told_to_stop_in_mid_way(tmp_path):
    study = open_study(tmp_path)
    for value in (0.9, 0.9, 0.1):
        trial = study.ask()
        assert all(study.keep_going(Report(trial.number, 0, epoch, {"accuracy": value})) for epoch in (1, 2, 3))
        study.tell(trained(trial, value))
