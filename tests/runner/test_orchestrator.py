"""The loop keeps slots full, counts absolutely, teaches the sampler, and stops for good reasons only."""

import threading
import time

import pytest

from sinesweep.aside import Aside
from sinesweep.continuing import Wish
from sinesweep.errors import SweepFailed
from sinesweep.study import Study
from sinesweep.sweep import Sweep
from sinesweep.trial import Cause, Failure, Report, Result, State
from sinesweep_runner.orchestrator import Orchestrator
from sinesweep_runner.signals import StopRequest


class Stage:
    """An executor and an observer in one: runs each trial by a function, and notes what it sees."""

    def __init__(self, act, slots=1):
        self.slots, self._act = slots, act
        self.running, self.most, self.ends, self.said, self.prepared = [], 0, [], [], []

    def prepare(self, trial):
        self.prepared.append(trial)

    def submit(self, trial):
        self.running.append(trial)
        self.most = max(self.most, len(self.running))

    def next_result(self, keep_going):
        return self._act(self.running.pop(0), keep_going)

    def began(self, trial): ...

    def reported(self, report): ...

    def say(self, text):
        self.said.append(text)

    def ended(self, result):
        self.ends.append(result.state)


def good(trial, keep_going):
    return Result(trial, State.COMPLETE, value=0.5)


def infeasible(trial, reason):
    return Result(trial, State.INFEASIBLE, failure=Failure(Cause.INFEASIBLE, reason))


def failed(cause):
    return lambda trial, keep_going: Result(trial, State.FAILED, failure=Failure(cause, f"{cause} it was"))


def sweep_of(**changes):
    document = {
        "name": "test",
        "data": {"reader": "folder", "path": "sounds"},
        "features": {"log_mel": None},
        "architectures": {"mlp": None},
        "budget": {"trials": 6},
    }
    return Sweep.model_validate(document | changes)


def orchestrate(tmp_path, act, slots=1, dry_build=lambda trial: None, stop=None, resume=False, **changes):
    sweep = sweep_of(**changes)
    study = Study(sweep, str(tmp_path / "study.journal"), resume=resume)
    stage = Stage(act, slots)
    loop = Orchestrator(study, stage, sweep, dry_build, stage, stop or StopRequest())
    return loop, stage, study


def test_the_budget_is_spent_and_no_more(tmp_path):
    loop, stage, study = orchestrate(tmp_path, good, slots=4)
    assert loop.run() == "6 trials done"
    assert len(study.record.results()) == 6
    assert stage.most == 4


def test_every_result_says_which_worker_had_the_trial_and_when(tmp_path):
    loop, _stage, study = orchestrate(tmp_path, good, slots=2)
    loop.run()
    results = study.record.results()
    assert {result.worker for result in results} == {1, 2}
    assert all(result.began <= result.ended for result in results)


def test_the_budget_is_absolute_across_resumes(tmp_path):
    orchestrate(tmp_path, good)[0].run()
    loop, stage, study = orchestrate(tmp_path, good, resume=True, budget={"trials": 8})
    loop.run()
    assert len(stage.ends) == 2
    assert len(study.record.results()) == 8


def test_what_cannot_be_built_is_never_sent_and_costs_no_budget(tmp_path):
    sent = []

    def act(trial, keep_going):
        sent.append(trial.config["fit"]["batch_size"])
        return good(trial, keep_going)

    def dry_build(trial):
        return infeasible(trial, "too large a batch") if trial.config["fit"]["batch_size"] > 32 else None

    loop, stage, study = orchestrate(tmp_path, act, dry_build=dry_build)
    loop.run()
    assert len(sent) == 6
    assert max(sent) <= 32
    assert stage.ends.count(State.INFEASIBLE) == len(study.record.results()) - 6


def test_a_space_where_nothing_works_ends_with_the_reason(tmp_path, monkeypatch):
    monkeypatch.setattr("sinesweep_runner.orchestrator.INFEASIBLE_IN_A_ROW", 20)
    loop = orchestrate(tmp_path, good, dry_build=lambda trial: infeasible(trial, "no frames are left"))[0]
    with pytest.raises(
        SweepFailed, match="20 configurations in a row cannot work, 20 of them for such a reason: no frames are left"
    ):
        loop.run()


def test_a_plugin_that_fails_while_it_is_tried_on_shapes_is_a_failure_like_any_other(tmp_path):
    loop, stage, _study = orchestrate(tmp_path, good, dry_build=lambda trial: failed(Cause.PLUGIN)(trial, None))
    with pytest.raises(SweepFailed, match="plugin it was"):
        loop.run()
    assert stage.ends == [State.FAILED] * 3


def test_a_budget_that_such_failures_have_spent_was_not_spent_before(tmp_path):
    loop, stage, _study = orchestrate(
        tmp_path, good, budget={"trials": 2}, dry_build=lambda trial: failed(Cause.PLUGIN)(trial, None)
    )
    assert loop.run() == "2 trials done"
    assert stage.ends == [State.FAILED] * 2


def test_one_that_fails_so_is_a_trial_of_the_budget(tmp_path):
    def dry_build(trial):
        return failed(Cause.PLUGIN)(trial, None) if trial.number > 1 else None

    loop, stage, _study = orchestrate(tmp_path, good, dry_build=dry_build, budget={"trials": 2})
    assert loop.run() == "2 trials done"
    assert stage.ends == [State.COMPLETE, State.FAILED]


def test_a_failed_trial_is_recorded_and_the_sweep_goes_on(tmp_path):
    turns = iter([failed(Cause.ERROR), failed(Cause.NAN), good, failed(Cause.ERROR), good, good])
    loop, stage, _study = orchestrate(tmp_path, lambda trial, ask: next(turns)(trial, ask))
    assert loop.run() == "6 trials done"
    assert stage.ends.count(State.FAILED) == 3


def test_three_failures_in_a_row_with_one_cause_stop_the_sweep_with_that_cause(tmp_path):
    loop, _stage, study = orchestrate(tmp_path, failed(Cause.PLUGIN))
    with pytest.raises(SweepFailed, match=r"3 trials in a row .* \(plugin\): plugin it was"):
        loop.run()
    assert len(study.record.results()) == 3


def test_a_trial_whose_worker_was_lost_goes_on_as_the_same_trial(tmp_path):
    turns = iter([failed(Cause.LOST), failed(Cause.LOST), good, *[failed(Cause.LOST)] * 3, good, good, good, good])
    loop, stage, study = orchestrate(tmp_path, lambda trial, ask: next(turns)(trial, ask))
    assert loop.run() == "6 trials done"
    assert [result.trial.number for result in study.record.results()] == [1, 2, 3, 4, 5, 6]
    assert stage.ends == [State.COMPLETE, State.FAILED, *[State.COMPLETE] * 4]
    assert stage.said[0] == "Trial 1 lost its worker: lost it was. It goes on from its last epoch (1 of 2 times)."


def test_a_trial_that_ran_out_of_memory_is_tried_once_more_in_halves(tmp_path):
    parts = []

    def act(trial, keep_going):
        parts.append((trial.number, trial.accumulate))
        return failed(Cause.OUT_OF_MEMORY)(trial, keep_going) if trial.number < 3 else good(trial, keep_going)

    loop, stage, _study = orchestrate(tmp_path, act, budget={"trials": 3})
    assert loop.run() == "3 trials done"
    assert parts == [(1, 1), (1, 2), (2, 1), (2, 2), (3, 1)]
    assert stage.ends == [State.FAILED, State.FAILED, State.COMPLETE]
    assert len(stage.said) == 2


def test_one_that_is_stopped_on_its_second_try_keeps_to_halves_on_resume(tmp_path):
    parts = []

    def act(trial, keep_going):
        parts.append(trial.accumulate)
        if trial.accumulate == 2:
            raise KeyboardInterrupt
        return failed(Cause.OUT_OF_MEMORY)(trial, keep_going)

    orchestrate(tmp_path, act)[0].run()

    def go_on(trial, keep_going):
        parts.append(trial.accumulate)
        return good(trial, keep_going)

    orchestrate(tmp_path, go_on, resume=True)[0].run()
    assert parts == [1, 2, 2, 1, 1, 1, 1, 1]


def test_a_sweep_that_is_to_stop_leaves_another_try_to_its_resume(tmp_path):
    stop = StopRequest()

    def act(trial, keep_going):
        stop.asked = True
        return failed(Cause.OUT_OF_MEMORY)(trial, keep_going)

    loop, _stage, study = orchestrate(tmp_path, act, stop=stop)
    loop.run()
    assert [(each.state, each.trial.accumulate) for each in study.record.results()] == [(State.INTERRUPTED, 2)]


def test_an_epoch_that_is_said_again_counts_once(tmp_path, recwarn):
    def act(trial, keep_going):
        for epoch in (1, 2, 2, 3):
            keep_going(Report(trial.number, 0, epoch, {"accuracy": 0.5}))
        return good(trial, keep_going)

    orchestrate(tmp_path, act)[0].run()
    assert not [warning for warning in recwarn if "already reported" in str(warning.message)]


def faulty(plugin):
    failure = Failure(Cause.PLUGIN, f"{plugin} failed in layer", plugin=plugin)
    return lambda trial: Result(trial, State.FAILED, failure=failure)


def test_a_plugin_that_fails_three_times_in_a_row_is_set_aside_and_the_others_go_on(tmp_path):
    blame = faulty("features 'mfcc'")

    def act(trial, keep_going):
        return blame(trial) if trial.config["features"]["name"] == "mfcc" else good(trial, keep_going)

    loop, stage, study = orchestrate(
        tmp_path, act, features={"log_mel": None, "mfcc": None}, budget={"trials": 20}, search={"sampler": "random"}
    )
    assert loop.run() == "20 trials done"
    assert stage.ends.count(State.FAILED) == 3
    assert len([said for said in stage.said if said.startswith("Features 'mfcc' was set aside after 3 failures")]) == 1
    refused = [each for each in study.record.results() if each.state is State.INFEASIBLE]
    assert refused
    assert all("'mfcc' was set aside" in each.failure.message for each in refused)


def test_a_plugin_that_was_set_aside_stays_so_on_resume(tmp_path):
    blame = faulty("features 'mfcc'")

    def act(trial, keep_going):
        return blame(trial) if trial.config["features"]["name"] == "mfcc" else good(trial, keep_going)

    def searched(trials, resume):
        return orchestrate(
            tmp_path,
            act,
            features={"log_mel": None, "mfcc": None},
            budget={"trials": trials},
            search={"sampler": "random"},
            resume=resume,
        )

    searched(20, resume=False)[0].run()
    loop, stage, study = searched(40, resume=True)
    assert loop.run() == "40 trials done"
    assert State.FAILED not in stage.ends
    refused = [each for each in study.record.results()[-len(stage.ends) :] if each.state is State.INFEASIBLE]
    assert refused
    assert all("'mfcc' was set aside" in each.failure.message for each in refused)


def test_a_finished_trial_that_is_wanted_again_is_tried_whatever_was_set_aside(tmp_path):
    turns = iter([good] * 2)
    loop, _stage, study = orchestrate(
        tmp_path,
        lambda trial, keep_going: next(turns)(trial, keep_going),
        features={"log_mel": None, "mfcc": None},
        budget={"trials": 1},
        enqueue=[{"features": "mfcc"}],
    )
    loop.run()
    Aside(study.space, study.record).add("features 'mfcc'", "features 'mfcc' was set aside")
    study.wish([Wish(1, 30, seed=5)])
    loop, stage, study = orchestrate(
        tmp_path,
        lambda trial, keep_going: next(turns)(trial, keep_going),
        resume=True,
        features={"log_mel": None, "mfcc": None},
        budget={"trials": 1},
        enqueue=[{"features": "mfcc"}],
    )
    loop.run()
    assert stage.ends == [State.COMPLETE]


def test_a_plugin_that_works_now_and_then_is_not_set_aside(tmp_path):
    turns = iter([1, 1, 0] * 4)
    blame = faulty("architecture 'mlp'")
    loop, stage, _study = orchestrate(
        tmp_path,
        lambda trial, keep_going: blame(trial) if next(turns) else good(trial, keep_going),
        architectures={"mlp": None, "cnn": None},
        budget={"trials": 12},
        enqueue=[{"architecture": "mlp"}] * 12,
    )
    assert loop.run() == "12 trials done"
    assert not stage.said


@pytest.mark.parametrize(
    ("plugin", "changes"),
    [("architecture 'mlp'", {}), ("augmentation 'gain'", {"augmentations": {"gain": {"enabled": True}}})],
)
def test_a_plugin_that_nothing_can_do_without_ends_the_sweep(tmp_path, plugin, changes):
    blame = faulty(plugin)
    loop, stage, _study = orchestrate(tmp_path, lambda trial, keep_going: blame(trial), **changes)
    with pytest.raises(SweepFailed, match=f"3 trials in a row failed by the fault of {plugin}") as end:
        loop.run()
    name, section = plugin.split("'")[1], {"arch": "architectures", "augm": "augmentations"}[plugin[:4]]
    assert f"`sinesweep plugins check {name}`" in str(end.value)
    assert str(end.value).endswith(f"sinesweep extend FOLDER --set {section}=…")
    assert stage.ends == [State.FAILED] * 3


def test_a_request_to_stop_finishes_what_runs(tmp_path):
    stop = StopRequest()

    def act(trial, keep_going):
        stop.asked = True
        return good(trial, keep_going)

    loop, _stage, study = orchestrate(tmp_path, act, slots=2, stop=stop)
    assert loop.run() == "stopped on request"
    ahead = State.INTERRUPTED  # it was made ready while the others ran, and is tried again on resume
    assert [result.state for result in study.record.results()] == [State.COMPLETE, State.COMPLETE, ahead]


def test_the_executor_gets_ready_for_every_trial_that_is_asked_for_ahead_and_can_be_built(tmp_path):
    def dry_build(trial):
        return infeasible(trial, "too large a batch") if trial.config["fit"]["batch_size"] > 32 else None

    loop, stage, study = orchestrate(tmp_path, good, slots=2, dry_build=dry_build, budget={"trials": 8})
    loop.run()
    trained = [result.trial.number for result in study.record.results() if result.state is State.COMPLETE]
    prepared = [trial.number for trial in stage.prepared]
    assert State.INFEASIBLE in stage.ends
    assert prepared
    # The first two begin at once; and where one that was asked for ahead cannot be built, so does the next.
    assert set(prepared) <= set(trained[2:])


def test_with_one_slot_nothing_is_prepared_ahead(tmp_path):
    loop, stage, _study = orchestrate(tmp_path, good)
    loop.run()
    assert len(stage.ends) == 6
    assert stage.prepared == []


def test_the_next_trial_is_ready_before_a_worker_is_free(tmp_path):
    ready = []

    def act(trial, keep_going):
        time.sleep(0.05)  # long enough for a trial to be built beside it
        done.append(len(ready))
        return good(trial, keep_going)

    done = []
    loop, _stage, study = orchestrate(tmp_path, act, slots=2, dry_build=lambda trial: ready.append(trial))
    assert loop.run() == "6 trials done"
    assert done == [3, 4, 5, 6, 6, 6]
    assert [result.trial.number for result in study.record.results()] == [trial.number for trial in ready]


def test_a_dry_build_that_hangs_does_not_hold_up_the_end(tmp_path, monkeypatch):
    monkeypatch.setattr("sinesweep_runner.orchestrator.A_MOMENT_S", 0.1)
    stop, release = StopRequest(), threading.Event()

    def act(trial, keep_going):
        stop.asked = True
        return good(trial, keep_going)

    def dry_build(trial):
        if trial.number > 2:
            release.wait()

    loop, _stage, study = orchestrate(tmp_path, act, slots=2, dry_build=dry_build, stop=stop)
    try:
        assert loop.run() == "stopped on request"
        assert [result.state for result in study.record.results()][2:] == [State.INTERRUPTED]
    finally:
        release.set()


def test_a_dry_build_that_is_interrupted_leaves_no_trial_running(tmp_path):
    def dry_build(trial):
        raise KeyboardInterrupt

    loop, _stage, study = orchestrate(tmp_path, good, dry_build=dry_build)
    assert "stopped at once" in loop.run()
    assert [result.state for result in study.record.results()] == [State.INTERRUPTED]


def test_no_more_trials_count_as_running_than_there_are_workers(tmp_path):
    """Though the next one is ready."""
    running = []

    def act(trial, keep_going):
        running.append(study.record.running)
        return good(trial, keep_going)

    loop, _stage, study = orchestrate(tmp_path, act, slots=2)
    loop.run()
    assert running == [2, 2, 2, 2, 2, 1]


def test_with_one_worker_a_trial_is_asked_for_when_the_last_one_has_taught_what_it_can(tmp_path):
    asked = []
    saw = []

    def act(trial, keep_going):
        saw.append(len(asked))
        return good(trial, keep_going)

    orchestrate(tmp_path, act, dry_build=lambda trial: asked.append(trial))[0].run()
    assert saw == [1, 2, 3, 4, 5, 6]


def test_an_interrupt_that_a_library_caught_is_no_failure_of_the_trial(tmp_path):
    stop = StopRequest()

    def caught(trial, keep_going):
        stop.asked = stop.at_once = True
        return failed(Cause.ERROR)(trial, keep_going)

    loop, _stage, study = orchestrate(tmp_path, caught, stop=stop)
    assert loop.run().startswith("stopped at once")
    assert [result.state for result in study.record.results()] == [State.INTERRUPTED]


def test_stopping_now_leaves_trials_that_resume_tries_again(tmp_path):
    def interrupted(trial, keep_going):
        raise KeyboardInterrupt

    loop, _stage, study = orchestrate(tmp_path, interrupted)
    assert "tried again" in loop.run()
    first = study.record.results()[0]
    assert first.state is State.INTERRUPTED
    loop, _stage, study = orchestrate(tmp_path, good, resume=True)
    loop.run()
    configs = [result.trial.config for result in study.record.results() if result.state is State.COMPLETE]
    assert configs[0] == first.trial.config
    assert len(configs) == 6


def test_the_pruners_verdict_reaches_the_trial(tmp_path):
    def act(trial, keep_going):
        value = 0.9 if trial.number < 4 else 0.1
        for epoch in range(1, 10):
            if not keep_going(Report(trial.number, 0, epoch, {"accuracy": value})):
                return Result(trial, State.PRUNED, value=value)
        return Result(trial, State.COMPLETE, value=value)

    search = {"pruner": "median", "startup_trials": 2}
    loop, stage, _study = orchestrate(tmp_path, act, search=search, fit={"epochs": 9})
    loop.run()
    assert stage.ends == [State.COMPLETE] * 3 + [State.PRUNED] * 3


def test_a_budget_of_hours_ends_the_search(tmp_path, monkeypatch):
    loop, _stage, study = orchestrate(tmp_path, good, budget={"trials": 6, "hours": 1.0})
    clock = iter(range(0, 100000, 1200))
    monkeypatch.setattr("sinesweep.study.time.monotonic", lambda: next(clock))
    assert loop.run() == "1 hours spent"
    assert 0 < len(study.record.results()) < 6


@pytest.mark.parametrize(("slots", "trials"), [(1, 13), (2, 14)])
def test_of_the_hours_so_much_is_kept_as_the_finalists_will_take(tmp_path, monkeypatch, slots, trials):
    """2 × 2 trainings of 10 minutes, and 10 minutes for what is still running, of 3 hours."""
    clock = [0.0]

    def act(trial, keep_going):
        clock[0] += 600 / slots
        return Result(trial, State.COMPLETE, value=0.5, seconds=600.0)

    monkeypatch.setattr("sinesweep.study.time.monotonic", lambda: clock[0])
    finalists, budget = {"trials": 2, "seeds": 2, "share": 0.5}, {"trials": 100, "hours": 3.0 / slots}
    loop, _stage, study = orchestrate(tmp_path, act, slots, finalists=finalists, budget=budget)
    assert "hours spent, but for the" in loop.run()
    assert len(study.record.results()) == trials
    left_s = budget["hours"] * 3600 - clock[0]
    assert left_s >= 4 * 600 / slots


def test_without_finalists_nothing_is_kept_of_the_hours(tmp_path, monkeypatch):
    clock = iter(range(0, 100000, 600))
    monkeypatch.setattr("sinesweep.study.time.monotonic", lambda: next(clock))
    act = lambda trial, keep_going: Result(trial, State.COMPLETE, value=0.5, seconds=600.0)  # noqa: E731
    asked = {"finalists": {"trials": 0}, "budget": {"trials": 100, "hours": 3.0}}
    assert orchestrate(tmp_path, act, **asked)[0].run() == "3 hours spent"


def test_a_plateau_ends_the_search_and_says_so(tmp_path):
    budget = {"trials": 50, "plateau": 3}
    loop, stage, _study = orchestrate(tmp_path, good, budget=budget)
    assert loop.run() == "3 trials in a row have not brought a better accuracy"
    assert len(stage.ends) == 4
    again = orchestrate(tmp_path, good, resume=True, budget=budget)[0].run()
    assert again.startswith("3 trials in a row have not brought a better accuracy before, so nothing is left to do")
    loop, stage, _study = orchestrate(tmp_path, good, resume=True, budget={"trials": 50, "plateau": 5})
    loop.run()
    assert len(stage.ends) == 2


def slow(trial, latency_ms):
    failure = Failure(Cause.LIMIT, f"latency_ms {latency_ms} is over limits.latency_ms 20")
    return Result(trial, State.INFEASIBLE, failure=failure, costs={"latency_ms": latency_ms})


def test_trials_that_run_when_a_plateau_is_reached_are_finished_and_counted(tmp_path):
    loop, stage, _study = orchestrate(tmp_path, good, slots=3, budget={"trials": 50, "plateau": 3})
    assert loop.run() == "6 trials in a row have not brought a better accuracy"  # two ran, and one was made ready
    assert len(stage.ends) == 7


def test_limits_that_no_network_keeps_end_the_sweep_and_are_told_before(tmp_path):
    loop, stage, _study = orchestrate(
        tmp_path, lambda trial, ask: slow(trial, 90.0 - trial.number / 2), limits={"latency_ms": 20}
    )
    with pytest.raises(SweepFailed) as end:
        loop.run()
    assert stage.said == [
        "Limits: 20 networks in a row were tried, and none keeps them; the nearest: latency_ms 80 is over"
        " limits.latency_ms 20. The search ends after 100 such."
    ]
    assert str(end.value).startswith(
        "limits: 100 networks in a row were tried, and none keeps them; the nearest: latency_ms 40 is over"
        " limits.latency_ms 20. Begin a new sweep with higher limits, or"
    )
    assert len(stage.ends) == 100


def test_where_few_networks_keep_the_limits_the_search_goes_on(tmp_path):
    def act(trial, keep_going):
        if trial.number % 99:
            return slow(trial, 30.0)
        return Result(trial, State.COMPLETE, value=0.5, costs={"latency_ms": 19.0})

    loop, stage, _study = orchestrate(tmp_path, act, limits={"latency_ms": 20}, budget={"trials": 2})
    assert loop.run() == "2 trials done"
    assert len(stage.said) == 1


def test_once_a_network_has_kept_the_limits_more_may_follow_that_do_not(tmp_path):
    kept = lambda trial, ask: Result(trial, State.COMPLETE, value=0.5, costs={"latency_ms": 19.0})  # noqa: E731
    orchestrate(tmp_path, kept, limits={"latency_ms": 20}, budget={"trials": 1})[0].run()
    loop, stage, _study = orchestrate(
        tmp_path, lambda trial, ask: slow(trial, 30.0), resume=True, limits={"latency_ms": 20}, budget={"trials": 2}
    )
    with pytest.raises(SweepFailed, match="200 networks in a row were tried"):
        loop.run()
    assert stage.said == []
    assert len(stage.ends) == 200
